//! Subscriptions: those whose receivers fail, and those that were switched off for it.

use super::finding::Finding;
use crate::client::SocketHub;
use crate::reach::operator;
use crate::show::automation::health;
use signalbox_core::automation::Automation as _;
use signalbox_core::subscription::SubscriptionReport;
use signalbox_engine::fresh;

pub(super) async fn check(running: Option<&SocketHub>) -> Vec<Finding> {
    let Some(hub) = running else { return Vec::new() };
    match hub.subscriptions(&operator()).await {
        Ok(all) if all.is_empty() => Vec::new(),
        Ok(all) => findings(&all),
        Err(refusal) => vec![Finding::fail("subscriptions", refusal.to_string(), "its log says more")],
    }
}

fn findings(all: &[SubscriptionReport]) -> Vec<Finding> {
    let ailing: Vec<_> = all.iter().filter(|one| one.failing_since.is_some() || one.disabled_at.is_some()).collect();
    if ailing.is_empty() {
        return vec![Finding::ok("subscriptions", "what was told last has arrived everywhere")];
    }
    ailing.into_iter().map(ail).collect()
}

fn ail(one: &SubscriptionReport) -> Finding {
    let mend = match one.disabled_at {
        Some(_) => format!("mend its receiver, then `signalbox subscription enable {}`", one.name),
        None => "mend its receiver: it is tried again and again until webhooks.patience is over".to_owned(),
    };
    Finding::warn("subscriptions", format!("{}: {}", one.name, health(one, fresh::now())), mend)
}
