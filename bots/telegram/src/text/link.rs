//! Links as Telegram takes them.

use reqwest::Url;
use signalbox_core::text::link::{self, Shown};

/// Longer addresses than this are refused by Telegram as links.
const LONGEST: usize = 2000;

/// Judges a link of Claude's.
pub(super) fn shown(label: &str, target: &str) -> Shown {
    link::shown(label, target, LONGEST)
}

/// An address that we link to ourselves: of the web, or of something within Telegram.
#[cfg_attr(not(test), allow(dead_code, reason = "no card says it yet; the text's rules are tried with it"))]
pub(super) fn ours(target: &str) -> Option<Url> {
    link::web(target, LONGEST).or_else(|| Url::parse(target).ok().filter(|url| url.scheme() == "tg"))
}
