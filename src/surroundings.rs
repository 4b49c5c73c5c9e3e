//! What the program was started in: its environment and the configuration file that was named.

use crate::config::{Config, ConfigFaults};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the program was started in.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    file: Option<PathBuf>,
    environment: BTreeMap<String, String>,
}

impl Surroundings {
    /// The process's own. Variables that are not UTF-8 cannot be ours.
    pub(crate) fn of_process(file: Option<PathBuf>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { file, environment: std::env::vars_os().filter_map(text).collect() }
    }

    /// Others, for tests.
    #[cfg(test)]
    pub(crate) fn given(file: Option<PathBuf>, variables: &[(&str, &str)]) -> Self {
        let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { file, environment }
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn config(&self) -> Result<Config, ConfigFaults> {
        Config::load(self.file.as_deref(), &self.environment)
    }

    /// The master key's file, if it lies elsewhere than in the home.
    pub(crate) fn master_key_file(&self) -> Option<&Path> {
        self.environment.get("SIGNALBOX_MASTER_KEY_FILE").map(Path::new)
    }
}
