//! What happens to channels, threads and guilds: learnt, and told to the desk where it means that we can or cannot speak.
//! Everything here may come twice.

use crate::discord::Shared;
use crate::hear::Me;
use crate::place::place;
use crate::snowflake::Snowflake;
use crate::wire::{Channel, Guild};
use serde::Deserialize;
use signalbox_core::desk::PlaceChange;

#[derive(Deserialize)]
struct ThreadList {
    guild_id: Snowflake,
    #[serde(default)]
    threads: Vec<Channel>,
}

/// What an event says of places.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Lost(Snowflake, &'static str),
    Back(Snowflake),
    GuildLost(Snowflake),
    GuildBack(Snowflake),
}

/// Takes an event that is about places.
pub(crate) async fn apply(shared: &Shared, me: Me, name: &str, data: &str) {
    learn(shared, name, data);
    match change(name, data) {
        Some(Change::Lost(channel, why)) => tell(shared, me, &[channel], &PlaceChange::Lost(why.to_owned())).await,
        Some(Change::Back(channel)) => tell(shared, me, &[channel], &PlaceChange::Back).await,
        Some(Change::GuildLost(guild)) => {
            let lost = PlaceChange::Lost("the bot was removed from the server".to_owned());
            tell(shared, me, &shared.channels.of_guild(guild, me.bot), &lost).await;
            shared.channels.leave(guild);
        }
        Some(Change::GuildBack(guild)) if shared.channels.come_back(guild) => {
            tell(shared, me, &shared.channels.of_guild(guild, me.bot), &PlaceChange::Back).await;
        }
        Some(Change::GuildBack(_)) | None => {}
    }
}

fn learn(shared: &Shared, name: &str, data: &str) {
    match name {
        "GUILD_CREATE" => {
            if let Ok(guild) = serde_json::from_str(data) {
                shared.channels.learn_guild(&guild);
            }
        }
        "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE" => {
            if let Ok(channel) = serde_json::from_str(data) {
                shared.channels.learn(&channel, None);
            }
        }
        "THREAD_LIST_SYNC" => {
            let Ok(list) = serde_json::from_str::<ThreadList>(data) else { return };
            for thread in &list.threads {
                shared.channels.learn(thread, Some(list.guild_id));
            }
        }
        _ => {}
    }
}

fn change(name: &str, data: &str) -> Option<Change> {
    let channel = || serde_json::from_str::<Channel>(data).ok();
    let guild = || serde_json::from_str::<Guild>(data).ok();
    match name {
        "CHANNEL_DELETE" => Some(Change::Lost(channel()?.id, "the channel was deleted")),
        "THREAD_DELETE" => Some(Change::Lost(channel()?.id, "the thread was deleted")),
        "THREAD_UPDATE" => {
            let thread = channel()?;
            // One that is only archived wakes up by itself when something is said in it.
            let shut = thread.thread_metadata.as_ref().is_some_and(|state| state.archived && state.locked);
            match shut {
                true => Some(Change::Lost(thread.id, "the thread is archived and locked")),
                false => Some(Change::Back(thread.id)),
            }
        }
        "CHANNEL_UPDATE" => Some(Change::Back(channel()?.id)),
        // One that is unavailable is down, and we are still in it.
        "GUILD_DELETE" => guild().filter(|guild| !guild.unavailable).map(|guild| Change::GuildLost(guild.id)),
        "GUILD_CREATE" => guild().filter(|guild| !guild.unavailable).map(|guild| Change::GuildBack(guild.id)),
        _ => None,
    }
}

async fn tell(shared: &Shared, me: Me, channels: &[Snowflake], change: &PlaceChange) {
    for channel in channels {
        let Some(place) = place(*channel).filter(|_| shared.channels.matters(*channel, me.bot)) else { continue };
        if let Err(refusal) = shared.desk.place_changed(&place, change.clone()).await {
            tracing::warn!(place = %place, error = %refusal, "what happened to {place} could not be noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const LOCKED: &str = r#"{"id":"7","type":11,"guild_id":"3","thread_metadata":{"archived":true,"locked":true}}"#;
    const ASLEEP: &str = r#"{"id":"7","type":11,"guild_id":"3","thread_metadata":{"archived":true,"locked":false}}"#;

    fn id(text: &str) -> Snowflake {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("THREAD_UPDATE", LOCKED, Some(Change::Lost(id("7"), "the thread is archived and locked")))]
    #[case("THREAD_UPDATE", ASLEEP, Some(Change::Back(id("7"))))]
    #[case("THREAD_DELETE", r#"{"id":"7","type":11}"#, Some(Change::Lost(id("7"), "the thread was deleted")))]
    #[case("CHANNEL_DELETE", r#"{"id":"8","type":0}"#, Some(Change::Lost(id("8"), "the channel was deleted")))]
    #[case("GUILD_DELETE", r#"{"id":"3"}"#, Some(Change::GuildLost(id("3"))))]
    #[case("GUILD_DELETE", r#"{"id":"3","unavailable":true}"#, None)]
    #[case("TYPING_START", r#"{"id":"3"}"#, None)]
    #[case("THREAD_UPDATE", "[]", None)]
    fn each_event_says_what_it_says(#[case] name: &str, #[case] data: &str, #[case] expected: Option<Change>) {
        assert_eq!(change(name, data), expected);
    }
}
