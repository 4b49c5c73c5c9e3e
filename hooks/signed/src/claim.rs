//! Whether a request could be signed at all, as far as that is known before its body is read and whichever hook it is for: what
//! is refused here tells nobody which hooks there are.

use crate::standard;
use axum::http::HeaderMap;

/// What requests bring that nobody signs with: clients, and proxies on the way, add these by themselves.
const PLAIN: [&str; 19] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "forwarded",
    "host",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-proto",
];

/// Whether something beside what all requests have is there, and is no signature after Standard Webhooks that cannot be one.
pub(crate) fn is_made(headers: &HeaderMap) -> bool {
    let own = [standard::ID, standard::TIMESTAMP, standard::SIGNATURE];
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let another = headers.keys().any(|name| !PLAIN.contains(&name.as_str()) && !own.contains(&name.as_str()));
    another || !standard::tags(said(standard::SIGNATURE)).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use rstest::rstest;

    #[rstest]
    #[case(&[], false)]
    #[case(&["host: hub", "user-agent: curl", "content-type: application/json", "content-length: 9"], false)]
    #[case(&["webhook-id: 1", "webhook-timestamp: 1"], false)]
    #[case(&["webhook-id: 1", "webhook-timestamp: 1", "webhook-signature: v1,%"], false)]
    #[case(&["webhook-signature: v2,AAAA"], false)]
    #[case(&["webhook-signature: v1,AAAA"], true)]
    #[case(&["x-gitlab-token: x"], true)]
    #[case(&["authorization: Bearer x"], true)]
    fn what_could_be_signed_is_read(#[case] lines: &[&str], #[case] made: bool) {
        let pair = |line: &&str| {
            let (name, value) = line.split_once(": ").unwrap();
            (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())
        };
        assert_eq!(is_made(&lines.iter().map(pair).collect()), made);
    }
}
