//! A delivery as it is kept: the event's name stands in a header, so it is kept beside the payload.

use crate::wire::Payload;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use signalbox_core::tool::hex;

/// The events that can mean something to us.
pub(crate) const HEARD: [&str; 7] = [
    "issue_comment",
    "issues",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "check_run",
    "repository",
];

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    event: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// The text that is kept of a delivery; none where the payload is no JSON.
pub(crate) fn stored(event: &str, payload: &str) -> Option<String> {
    let payload: &RawValue = serde_json::from_str(payload).ok()?;
    serde_json::to_string(&Stored { event: event.into(), payload }).ok()
}

/// The event and what it says; none where it cannot be read.
pub(crate) fn read(raw: &str) -> Option<(String, Payload)> {
    let stored: Stored<'_> = serde_json::from_str(raw).ok()?;
    Some((stored.event.into_owned(), serde_json::from_str(stored.payload.get()).ok()?))
}

/// What is the same of every copy of a payload, whatever stands in the headers that are not signed, and however it is spaced;
/// none where there is none.
pub(crate) fn fingerprint(raw: &str) -> Option<String> {
    let stored: Stored<'_> = serde_json::from_str(raw).ok()?;
    let payload: serde_json::Value = serde_json::from_str(stored.payload.get()).ok()?;
    let hash = digest(&SHA256, payload.to_string().as_bytes());
    Some(hex(hash.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_kept_with_its_name() {
        let raw = stored("issue_comment", "{\"action\": \"created\",\n \"x\": 1}").unwrap();
        let (event, payload) = read(&raw).unwrap();
        assert_eq!((event.as_str(), payload.action.as_str()), ("issue_comment", "created"));
        assert_eq!(stored("issues", "{"), None);
        assert!(read("[]").is_none());
    }

    #[test]
    fn a_copy_has_the_fingerprint_of_what_it_copies() {
        let one = fingerprint(&stored("issue_comment", r#"{"id":1,"body":"a"}"#).unwrap());
        assert!(one.is_some());
        assert_eq!(one, fingerprint(&stored("issues", "{ \"id\": 1,\n\"body\": \"\\u0061\" }").unwrap()));
        assert_ne!(one, fingerprint(&stored("issue_comment", r#"{"id":2,"body":"a"}"#).unwrap()));
        assert_eq!(fingerprint("[]"), None);
    }
}
