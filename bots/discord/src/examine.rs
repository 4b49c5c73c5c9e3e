//! A look at the bot from outside, for `signalbox doctor`.

use crate::error::DiscordError;
use crate::rest::Rest;
use crate::settings::DiscordSettings;
use crate::snowflake::Snowflake;

/// What Discord says of the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The application's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it may read what people write without mentioning it.
    pub message_content_intent: bool,
    /// The link by which somebody who manages a server adds it there.
    pub invite: String,
    /// In how many servers it is.
    pub guilds: usize,
}

/// The application's flags for the intent, for verified applications and for small ones.
const MESSAGE_CONTENT: u64 = 1 << 18 | 1 << 19;

/// What the bot must be allowed in a channel, by the documentation's table of permissions.
const PERMISSIONS: [u64; 6] = [
    1 << 10, // see the channel
    1 << 11, // send messages
    1 << 15, // attach files
    1 << 16, // read the history
    1 << 35, // start public threads
    1 << 38, // send messages in threads
];

/// Asks Discord about the bot.
///
/// # Errors
/// [`DiscordError`] when it cannot be set up so, or Discord does not answer as hoped.
pub async fn examine(settings: &DiscordSettings) -> Result<About, DiscordError> {
    let application = Rest::new(settings)?.application().await?;
    Ok(About {
        id: application.id.to_string(),
        name: application.name,
        message_content_intent: application.flags & MESSAGE_CONTENT != 0,
        invite: invite(application.id),
        guilds: application.approximate_guild_count,
    })
}

fn invite(application: Snowflake) -> String {
    let permissions: u64 = PERMISSIONS.iter().sum();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot%20applications.commands&permissions={permissions}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invite_asks_for_what_is_needed_and_no_more() {
        let link = invite("123".parse().unwrap());
        assert_eq!(
            link,
            "https://discord.com/oauth2/authorize?client_id=123&scope=bot%20applications.commands&permissions=309237746688"
        );
    }
}
