//! Which headers pass the gateway. Lists of what passes, not of what does not: a credential can hide in any header.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

const BETA: HeaderName = HeaderName::from_static("anthropic-beta");
const VERSION: HeaderName = HeaderName::from_static("anthropic-version");
/// What the API wants beside an OAuth token.
const OAUTH_BETA: &str = "oauth-2025-04-20";
const LONGEST_VALUE: usize = 2_048;
const TO_MODEL: [&str; 4] =
    ["anthropic-version", "anthropic-dangerous-direct-browser-access", "x-app", "x-claude-code-session-id"];
const FROM_MODEL: [&str; 4] = ["retry-after", "retry-after-ms", "request-id", "x-should-retry"];

/// Whether the beta flag for OAuth tokens is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CredentialKind {
    ApiKey,
    OAuthToken,
}

/// The headers of the request that goes to the model, but for the credential.
pub(super) fn to_model(from_sandbox: &HeaderMap, credential: CredentialKind) -> HeaderMap {
    let passes = |name: &HeaderName| {
        TO_MODEL.contains(&name.as_str())
            || name.as_str().starts_with("x-stainless-")
            || [ACCEPT, USER_AGENT].contains(name)
    };
    let mut headers = HeaderMap::new();
    for (name, value) in from_sandbox {
        if passes(name) && value.len() <= LONGEST_VALUE {
            headers.insert(name, value.clone());
        }
    }
    headers.entry(VERSION).or_insert(HeaderValue::from_static("2023-06-01"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Usage is read from the answer as it passes, so it must not be compressed.
    headers.insert(http::header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(beta) = betas(from_sandbox, credential) {
        headers.insert(BETA, beta);
    }
    headers
}

fn betas(from_sandbox: &HeaderMap, credential: CredentialKind) -> Option<HeaderValue> {
    let is_flag =
        |flag: &&str| !flag.is_empty() && flag.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let given = from_sandbox.get_all(BETA).iter().filter_map(|value| value.to_str().ok());
    let mut flags: Vec<&str> = given.flat_map(|value| value.split(',')).map(str::trim).filter(is_flag).collect();
    flags.retain(|flag| *flag != OAUTH_BETA);
    if credential == CredentialKind::OAuthToken {
        flags.insert(0, OAUTH_BETA);
    }
    let joined = flags.join(",");
    (!joined.is_empty()).then(|| HeaderValue::from_str(&joined).ok()).flatten()
}

/// The headers of the answer that goes to the sandbox.
pub(super) fn from_model(answer: &HeaderMap) -> HeaderMap {
    let passes = |name: &HeaderName| {
        *name == CONTENT_TYPE
            || FROM_MODEL.contains(&name.as_str())
            || name.as_str().starts_with("anthropic-ratelimit-")
    };
    answer.iter().filter(|(name, _)| passes(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_known_headers_go_to_the_model() {
        let given = map(&[
            ("x-api-key", "k"),
            ("authorization", "Bearer k"),
            ("proxy-authorization", "k"),
            ("cookie", "k"),
            ("x-goog-api-key", "k"),
            ("host", "evil"),
            ("content-encoding", "gzip"),
            ("x-forwarded-for", "k"),
            ("accept-encoding", "gzip"),
            ("x-app", "cli"),
            ("x-stainless-lang", "js"),
            ("user-agent", "claude-cli"),
        ]);
        let passed = to_model(&given, CredentialKind::ApiKey);
        let mut names: Vec<&str> = passed.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        let expected =
            ["accept-encoding", "anthropic-version", "content-type", "user-agent", "x-app", "x-stainless-lang"];
        assert_eq!(
            (names.as_slice(), &passed["accept-encoding"]),
            (&expected[..], &HeaderValue::from_static("identity"))
        );
    }

    #[test]
    fn the_oauth_flag_is_merged_in_for_tokens_alone() {
        let mut given = map(&[("anthropic-beta", "claude-code-20250219, oauth-2025-04-20,,bad flag")]);
        given.append(BETA, HeaderValue::from_static("effort-2025-11-24"));
        let beta = |kind| to_model(&given, kind)[BETA].clone();
        assert_eq!(beta(CredentialKind::OAuthToken), "oauth-2025-04-20,claude-code-20250219,effort-2025-11-24");
        assert_eq!(beta(CredentialKind::ApiKey), "claude-code-20250219,effort-2025-11-24");
        assert_eq!(to_model(&HeaderMap::new(), CredentialKind::ApiKey).get(BETA), None);
    }
}
