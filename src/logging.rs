//! Where log lines go: to standard error always, so that standard output belongs to what was asked for.

use crate::config::{LogFormat, LogSection};
use tracing_subscriber::EnvFilter;

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loudness {
    /// What the configuration says: for a hub that runs by itself.
    Configured,
    /// Warnings and errors, unless the configuration asks for more than its default: for a terminal that people look at.
    Quiet,
}

/// The level that the default configuration names.
const USUAL: &str = "info";

/// Starts logging. A second call changes nothing.
///
/// # Errors
/// When `log.level` is no filter.
pub(crate) fn start(section: &LogSection, loudness: Loudness) -> Result<(), crate::exit::NotReady> {
    let level = match loudness {
        Loudness::Quiet if section.level == USUAL => "warn",
        Loudness::Quiet | Loudness::Configured => section.level.as_str(),
    };
    let filter = EnvFilter::try_new(level).map_err(|error| {
        crate::exit::NotReady(format!(
            "log.level is no filter such as `info` or `signalbox_engine=debug,info`: {error}"
        ))
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Somebody else's subscriber (a test's) is as good.
    let _ = match section.format {
        LogFormat::Text => builder.with_ansi(console::Term::stderr().is_term()).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}
