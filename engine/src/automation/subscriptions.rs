//! Subscriptions as people manage them.

use super::entitle;
use super::secret::{self, subscription_scope as scope};
use crate::bus::Ring;
use crate::fresh;
use crate::hub::{check_name, did, hidden};
use crate::parts::Parts;
use crate::store::{NewSubscription, Subscription, subscription_place};
use signalbox_core::audit::Kind;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::subscription::{AddSubscription, MadeSubscription, SubscriptionReport, Topic, target};

pub(super) async fn add(parts: &Parts, actor: &Actor, request: AddSubscription) -> Result<MadeSubscription, Refusal> {
    let (project, _) = entitle::configured(parts, actor, &request.project).await?;
    check_name("subscription", &request.name)?;
    let reach = &parts.settings.webhooks.reach;
    let url = target(&request.url, reach).map_err(|error| Refusal::Invalid(format!("`{}`: {error}", request.url)))?;
    if request.topics.contains(&Topic::Test) {
        return Err(Refusal::Invalid(format!("`{}` is sent by `signalbox subscription test` alone", Topic::Test)));
    }
    let place = entitle::places(parts, actor, &project.id, request.place.into_iter().collect()).await?.pop();
    let new = NewSubscription {
        id: fresh::unique(),
        name: request.name.clone(),
        project: project.id,
        owner: actor.user.clone(),
        url: url.into(),
        topics: request.topics,
        place,
        at: fresh::now(),
    };
    let (scope, secret) = (scope(&new.id), secret::standard());
    secret::keep(&parts.store, &scope, &secret).await?;
    let created = did(actor, Kind::SubscriptionCreated, "subscription", &request.name).with("project", &project.name);
    if let Err(error) = parts.store.noting(created).add_subscription(new).await {
        secret::remove(parts, &scope).await?;
        return Err(error.into());
    }
    Ok(MadeSubscription { secret, previous_until: None })
}

pub(super) async fn list(parts: &Parts, actor: &Actor) -> Result<Vec<SubscriptionReport>, Refusal> {
    let mut reports = Vec::new();
    for subscription in parts.store.subscriptions().await? {
        if entitle::may_configure(parts, actor, &subscription.project).await? {
            let waiting = parts.store.waiting_for(&subscription_place(&subscription.id)?).await?;
            reports.push(report(subscription, waiting));
        }
    }
    Ok(reports)
}

pub(super) async fn remove(parts: &Parts, actor: &Actor, name: &str) -> Result<(), Refusal> {
    let subscription = find(parts, actor, name).await?;
    let removed = did(actor, Kind::SubscriptionRemoved, "subscription", name);
    parts.store.noting(removed).remove_subscription(&subscription.id, fresh::now()).await?;
    Ok(secret::remove(parts, &scope(&subscription.id)).await?)
}

pub(super) async fn rotate(parts: &Parts, actor: &Actor, name: &str) -> Result<MadeSubscription, Refusal> {
    let subscription = find(parts, actor, name).await?;
    let scope = scope(&subscription.id);
    let previous_until = secret::lay_aside(parts, &scope).await?;
    if let Some(until) = previous_until {
        parts.store.subscription_rotated(&subscription.id, until).await?;
    }
    let secret = secret::standard();
    let rotated = did(actor, Kind::SubscriptionRotated, "subscription", name);
    secret::keep(&parts.store.noting(rotated), &scope, &secret).await?;
    Ok(MadeSubscription { secret, previous_until })
}

pub(super) async fn enable(parts: &Parts, actor: &Actor, name: &str) -> Result<(), Refusal> {
    let subscription = find(parts, actor, name).await?;
    let enabled = did(actor, Kind::SubscriptionEnabled, "subscription", name);
    Ok(parts.store.noting(enabled).enable_subscription(&subscription.id).await?)
}

pub(super) async fn test(parts: &Parts, actor: &Actor, name: &str) -> Result<(), Refusal> {
    let subscription = find(parts, actor, name).await?;
    if subscription.disabled_at.is_some() {
        let why = format!("it is switched off; `signalbox subscription enable {name}` switches it on again");
        return Err(Refusal::Conflict(why));
    }
    parts.store.owe_test(&subscription, fresh::now()).await?;
    parts.bus.ring(Ring::Outbox);
    Ok(())
}

/// A subscription, as long as the actor may configure its project.
async fn find(parts: &Parts, actor: &Actor, name: &str) -> Result<Subscription, Refusal> {
    let missing =
        || Refusal::NotFound(format!("there is no subscription `{name}`; `signalbox subscription list` shows yours"));
    let subscription = parts.store.subscription(name).await?.ok_or_else(missing)?;
    if entitle::may_configure(parts, actor, &subscription.project).await? {
        return Ok(subscription);
    }
    hidden(parts, actor, "subscription", name).await;
    Err(missing())
}

fn report(subscription: Subscription, waiting: u64) -> SubscriptionReport {
    SubscriptionReport {
        name: subscription.name,
        project: subscription.project_name,
        owner: subscription.owner_name,
        url: subscription.url,
        topics: subscription.topics,
        place: subscription.place,
        last_at: subscription.last_at,
        failing_since: subscription.failing_since,
        failure: subscription.failure,
        disabled_at: subscription.disabled_at,
        waiting,
    }
}
