//! Albums: several updates that are one request. Telegram sends each picture as a message of its own, all with one id, and
//! the words with one of them.

use crate::hear::Written;
use signalbox_core::desk::Said;
use std::time::Duration;

/// How long after its last part an album is taken for whole.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1000);

/// The parts as one request, filed under the part that says the most: the one with words, else the first. None where no
/// part is for us.
pub(crate) fn merged(parts: &[Written]) -> Option<Written> {
    if !parts.iter().any(|part| part.meant) {
        return None;
    }
    let speaks = parts.iter().find(|part| !words(part).trim().is_empty()).or(parts.first())?;
    let mut whole = speaks.clone();
    // That one part is meant, even if only by answering us, makes all of them meant.
    if let Some(meant) = parts.iter().find(|part| part.meant) {
        whole.heard.manner = meant.heard.manner.clone();
    }
    let said: Vec<_> = parts.iter().map(words).filter(|words| !words.trim().is_empty()).collect();
    let answers = parts.iter().find_map(answered).map(str::to_owned);
    whole.heard.what = Said::Words { text: said.join("\n\n"), answers, files: Vec::new(), missing: Vec::new() };
    whole.files = parts.iter().flat_map(|part| part.files.clone()).collect();
    whole.meant = true;
    Some(whole)
}

/// The ids of the updates that the parts came in.
pub(crate) fn ids(parts: &[Written]) -> Vec<String> {
    parts.iter().map(|part| part.heard.id.clone()).collect()
}

fn words(part: &Written) -> &str {
    match &part.heard.what {
        Said::Words { text, .. } => text,
        Said::Form { .. } | Said::Pressed { .. } | Said::Chosen { .. } | Said::Filled { .. } => "",
    }
}

fn answered(part: &Written) -> Option<&str> {
    match &part.heard.what {
        Said::Words { answers, .. } => answers.as_deref(),
        Said::Form { .. } | Said::Pressed { .. } | Said::Chosen { .. } | Said::Filled { .. } => None,
    }
}
