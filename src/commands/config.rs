//! `signalbox config …`

use super::print;
use crate::args::ConfigCommand;
use crate::config::DEFAULT;
use crate::exit::Exit;
use crate::surroundings::Surroundings;

pub(super) fn config(command: &ConfigCommand, surroundings: &Surroundings) -> anyhow::Result<Exit> {
    match command {
        ConfigCommand::PrintDefault => print(DEFAULT)?,
        ConfigCommand::Check => {
            let config = surroundings.config()?;
            print(&format!("the configuration is sound; the hub's home is {}\n", config.hub.home.display()))?;
        }
    }
    Ok(Exit::Done)
}
