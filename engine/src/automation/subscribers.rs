//! Whom a subscription tells, asked at the moment of each try, and what becomes of one that cannot be told.

use super::secret::{self, subscription_scope};
use crate::bus::Ring;
use crate::fresh;
use crate::hub::access_standing;
use crate::parts::Parts;
use crate::store::{Failed, Subscription, owed};
use signalbox_core::audit::{Deed, Kind, Who};
use signalbox_core::card::{Card, ReplyCard};
use signalbox_core::delivery::Delivery;
use signalbox_core::port::Refusal;
use signalbox_core::sheet::{Part, quoted};
use signalbox_core::subscription::{Receiver, Tried};
use signalbox_core::time::{Spoken, Timestamp};
use std::time::Duration;

/// Whom it tells. Its owner is judged now: who may no longer configure the project hears no more of it.
pub(super) async fn receiver(parts: &Parts, id: &str) -> Result<Option<Receiver>, Refusal> {
    let found = parts.store.subscription_by_id(id).await?;
    let Some(subscription) = found.filter(|found| found.disabled_at.is_none()) else { return Ok(None) };
    if !is_entitled(parts, &subscription).await? {
        give_up(parts, &subscription, "its owner may not configure the project any more", Duration::ZERO).await?;
        return Ok(None);
    }
    let counting = secret::counting(parts, &subscription_scope(id), subscription.previous_until).await?;
    let secrets = counting.into_iter().map(|(secret, _)| secret).collect();
    Ok(Some(Receiver { name: subscription.name, url: subscription.url, secrets }))
}

/// Notes what became of a try; false when it is switched off.
pub(super) async fn tried(parts: &Parts, id: &str, tried: Tried) -> Result<bool, Refusal> {
    let Some(subscription) = parts.store.subscription_by_id(id).await? else { return Ok(false) };
    match tried {
        Tried::Arrived => {
            parts.store.subscriber_told(id, fresh::now()).await?;
            Ok(true)
        }
        Tried::Failed(why) => give_up(parts, &subscription, &why, parts.settings.webhooks.patience).await,
        Tried::Unwanted(why) => give_up(parts, &subscription, &why, Duration::ZERO).await,
    }
}

async fn is_entitled(parts: &Parts, subscription: &Subscription) -> Result<bool, Refusal> {
    let Some(owner) = parts.store.actor(&subscription.owner).await? else { return Ok(false) };
    Ok(access_standing(parts, &owner, &subscription.project).await?.may_configure())
}

/// Notes a failure, which ends the subscription where it has lasted for longer than `patience`.
async fn give_up(parts: &Parts, subscription: &Subscription, why: &str, patience: Duration) -> Result<bool, Refusal> {
    let now = fresh::now();
    let notice = notice(subscription, why, now);
    let failed = Failed { why: why.to_owned(), at: now, patience: now - patience, notice };
    let object = format!("subscription:{}", subscription.name);
    let disabled = Deed::by(Who::Hub, Kind::SubscriptionDisabled, object, now);
    let goes_on = parts.store.noting(disabled).subscriber_missed(&subscription.id, failed).await?;
    if !goes_on {
        let name = &subscription.name;
        tracing::warn!(subscription = name, why, "subscription {name} is switched off");
        parts.bus.ring(Ring::Outbox);
    }
    Ok(goes_on)
}

/// What the owner is told, where they named a place for it.
fn notice(subscription: &Subscription, why: &str, now: Timestamp) -> Option<Delivery> {
    let (place, name) = (subscription.place.clone()?, &subscription.name);
    let since = subscription.failing_since.map_or(Duration::ZERO, |since| now.since(since));
    let for_long = if since.is_zero() { String::new() } else { format!(" Nothing arrived for {}.", Spoken(since)) };
    let off = format!("The subscription `{}` is switched off: {}.{for_long}", quoted(name), quoted(why));
    let on =
        format!("`signalbox subscription enable {name}` switches it on again; what happens meanwhile is not told.");
    let card = ReplyCard {
        to: format!("subscription:{}:{}", subscription.id, now.millis()),
        message: None,
        parts: vec![Part::Warning(off), Part::Faint(on)],
        file: None,
        rows: Vec::new(),
        wants: None,
    };
    Some(owed(place, Card::Reply(card), now))
}
