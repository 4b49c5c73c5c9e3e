//! Why a request to GitHub failed, by what is done about it. No text here holds a token or anything that was said.

use crate::moment::now;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use std::time::Duration;

/// So long is waited where GitHub wants to be left alone and does not say for how long.
const A_WHILE: Duration = Duration::from_secs(60);
/// No longer is waited before it is tried again.
const LONGEST: u64 = 3600;

/// Why a request to GitHub failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too much was asked; nothing more is taken for so long.
    #[error("GitHub wants to be left alone for {} s", .0.as_secs())]
    Wait(Duration),
    /// What it is about goes by another name now.
    #[error("it has another address now")]
    Moved,
    /// GitHub refuses it.
    #[error("GitHub says {code}: {words}")]
    Said {
        /// The HTTP status.
        code: u16,
        /// The reason, cut short.
        words: String,
    },
    /// The App is not installed there, or was suspended.
    #[error("the App is not installed there")]
    NotInstalled,
    /// The credential cannot be used.
    #[error("the App's private key or the token cannot be used")]
    Credential,
    /// GitHub is not well.
    #[error("GitHub answers {0}")]
    Unwell(u16),
    /// The network did not carry it, or not the answer.
    #[error("{0}")]
    Network(&'static str),
    /// The answer makes no sense.
    #[error("GitHub's answer makes no sense")]
    Garbled,
}

#[derive(Debug, Deserialize)]
struct Failure {
    message: Option<String>,
}

impl Fault {
    /// Reads what an answer that is no success says.
    pub(crate) fn read(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let words = serde_json::from_slice::<Failure>(body).ok().and_then(|failure| failure.message);
        if let Some(wait) = wait(status, headers, words.as_deref().unwrap_or_default()) {
            return Self::Wait(wait);
        }
        match (status, words) {
            (301 | 302 | 307 | 308, _) => Self::Moved,
            (500.., _) => Self::Unwell(status),
            (400.., words) => Self::Said { code: status, words: spoken(&words.unwrap_or_default()) },
            (_, _) => Self::Garbled,
        }
    }

    /// What becomes of a request that the network failed. The error's own words hold the address.
    pub(crate) fn network(error: &reqwest::Error) -> Self {
        Self::Network(match error {
            error if error.is_connect() => "GitHub cannot be reached",
            error if error.is_timeout() => "GitHub did not answer in time",
            error if error.is_builder() => "the request could not be put together",
            _ => "the connection to GitHub broke",
        })
    }

    /// Whether the place that it was about is gone or shut, and why, in words.
    pub(crate) fn shut(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled => Some("the App is not installed there"),
            Self::Said { code: 404, .. } => Some("it is gone, or we may not see it"),
            Self::Said { code: 410, .. } => Some("it is deleted"),
            Self::Said { code: 451, .. } => Some("GitHub has blocked it"),
            Self::Said { code: 403, words } if words.contains("locked") => Some("the conversation is locked"),
            Self::Said { code: 403, words } if words.contains("archived") => Some("the repository is archived"),
            Self::Said { code: 403, .. } => Some("we may not write there"),
            _ => None,
        }
    }

    /// Whether there is no such thing, or none that we may see.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Self::Said { code: 404 | 410, .. })
    }

    /// Whether it is the request itself that is refused, so that sending it again is of no use.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Said { code: 400 | 403 | 404 | 410 | 413 | 422 | 451, .. } | Self::NotInstalled)
    }
}

/// How long GitHub wants to be left alone: by its secondary limits (`retry-after`), or until its primary one begins anew.
fn wait(status: u16, headers: &HeaderMap, words: &str) -> Option<Duration> {
    if !matches!(status, 403 | 429) {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds.clamp(1, LONGEST)));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        let reset = number("x-ratelimit-reset").unwrap_or_default().saturating_sub(now());
        return Some(Duration::from_secs(reset.clamp(1, LONGEST)));
    }
    let limited = status == 429 || words.to_lowercase().contains("rate limit");
    limited.then_some(A_WHILE)
}

/// The words for a log line, cut short.
fn spoken(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderName;

    fn fault(code: u16, headers: &[(&'static str, String)], message: &str) -> Fault {
        let pairs =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
        Fault::read(code, &pairs, serde_json::json!({ "message": message }).to_string().as_bytes())
    }

    #[test]
    fn waits_are_read_from_headers_first() {
        let limits = "You have exceeded a secondary rate limit.";
        assert_eq!(fault(403, &[("retry-after", "7".into())], limits), Fault::Wait(Duration::from_secs(7)));
        assert_eq!(fault(429, &[("retry-after", "7".into())], ""), Fault::Wait(Duration::from_secs(7)));
        assert_eq!(fault(403, &[], limits), Fault::Wait(A_WHILE));
        assert_eq!(fault(429, &[], ""), Fault::Wait(A_WHILE));
        let reset = [("x-ratelimit-remaining", "0".into()), ("x-ratelimit-reset", (now() + 30).to_string())];
        let Fault::Wait(wait) = fault(403, &reset, "API rate limit exceeded") else { panic!("no wait") };
        assert!((28..=30).contains(&wait.as_secs()), "{wait:?}");
    }

    #[test]
    fn who_shuts_us_out_is_known_by_their_words() {
        for (code, words, reason) in [
            (403, "Unable to create comment because issue is locked.", "the conversation is locked"),
            (403, "Repository was archived so is read-only.", "the repository is archived"),
            (403, "Resource not accessible by integration", "we may not write there"),
            (404, "Not Found", "it is gone, or we may not see it"),
            (410, "This issue was deleted", "it is deleted"),
        ] {
            assert_eq!(fault(code, &[], words).shut(), Some(reason), "{words}");
        }
        assert_eq!(fault(422, &[], "Validation Failed").shut(), None);
        assert!(fault(422, &[], "Validation Failed").is_refusal());
    }

    #[test]
    fn what_is_not_github_speaking_is_told_apart() {
        assert_eq!(Fault::read(502, &HeaderMap::new(), b"<html>Unicorn!"), Fault::Unwell(502));
        assert_eq!(Fault::read(301, &HeaderMap::new(), b"{}"), Fault::Moved);
        assert_eq!(Fault::read(200, &HeaderMap::new(), b"<html>"), Fault::Garbled);
        assert_eq!(Fault::read(404, &HeaderMap::new(), b"<html>"), Fault::Said { code: 404, words: String::new() });
    }
}
