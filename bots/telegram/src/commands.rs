//! The commands that Telegram offers while somebody types.

use crate::bot::Bot;
use crate::fault::Fault;
use signalbox_core::command::Command;
use teloxide_core::payloads::{GetMyCommands, SetMyCommands};
use teloxide_core::types::BotCommand;

/// Has Telegram offer the commands of the catalogue, if it does not already.
pub(crate) async fn register(bot: &Bot) -> Result<(), Fault> {
    let wanted = offered();
    if bot.call::<_, Vec<BotCommand>>(&GetMyCommands::new()).await? == wanted {
        return Ok(());
    }
    bot.call::<_, bool>(&SetMyCommands::new(wanted)).await.map(|_| ())
}

fn offered() -> Vec<BotCommand> {
    let entries = Command::catalogue().iter();
    entries.map(|entry| BotCommand::new(entry.name, entry.help.replace('`', ""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_one_that_telegram_takes() {
        let commands = offered();
        assert!((1..=100).contains(&commands.len()));
        for command in commands {
            let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            assert!(command.command.bytes().all(sound) && (1..=32).contains(&command.command.len()), "{command:?}");
            assert!((1..=256).contains(&command.description.chars().count()), "{command:?}");
        }
    }
}
