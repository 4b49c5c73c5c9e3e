//! Subscriptions.

use super::{print, print_json};
use crate::args::{AddSubscriptionArgs, ListAutomationArgs, SubscriptionCommand};
use crate::client::SocketHub;
use crate::reach::operator;
use crate::show::{self, Look};
use signalbox_core::automation::Automation as _;
use signalbox_core::subscription::{AddSubscription, MadeSubscription};
use signalbox_core::time::Spoken;
use signalbox_engine::fresh;

pub(super) async fn subscription(command: SubscriptionCommand, hub: &SocketHub) -> anyhow::Result<()> {
    match command {
        SubscriptionCommand::Add(args) => add(args, hub).await,
        SubscriptionCommand::List(args) => list(&args, hub).await,
        SubscriptionCommand::Remove(args) => {
            hub.remove_subscription(&operator(), &args.name).await?;
            print(&format!("subscription {} is removed\n", args.name))
        }
        SubscriptionCommand::Rotate(args) => made(&hub.rotate_subscription(&operator(), &args.name).await?),
        SubscriptionCommand::Enable(args) => {
            hub.enable_subscription(&operator(), &args.name).await?;
            print(&format!("subscription {} is switched on\n", args.name))
        }
        SubscriptionCommand::Test(args) => {
            hub.test_subscription(&operator(), &args.name).await?;
            print("it is on its way; `signalbox subscription list` shows whether it arrived\n")
        }
    }
}

async fn add(args: AddSubscriptionArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let has_place = args.place.is_some();
    let request = AddSubscription {
        name: args.name,
        project: args.project,
        url: args.url,
        topics: args.topics,
        place: args.place,
    };
    made(&hub.add_subscription(&operator(), request).await?)?;
    if !has_place {
        eprintln!("without --place, `subscription list` and `doctor` alone say when its receiver fails");
    }
    Ok(())
}

/// The secret goes to standard output, so that it can be copied; what to do with it does not.
fn made(subscription: &MadeSubscription) -> anyhow::Result<()> {
    print(&format!("{}\n", subscription.secret.expose()))?;
    eprintln!("give the receiver this secret, to verify what it is told: it is not shown again");
    if let Some(until) = subscription.previous_until {
        eprintln!(
            "requests are signed with the one before it as well for another {}",
            Spoken(until.since(fresh::now()))
        );
    }
    Ok(())
}

async fn list(args: &ListAutomationArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let subscriptions = hub.subscriptions(&operator()).await?;
    if args.json {
        return print_json(&subscriptions);
    }
    print(&show::automation::subscriptions(&subscriptions, fresh::now(), Look::of_stdout()))
}
