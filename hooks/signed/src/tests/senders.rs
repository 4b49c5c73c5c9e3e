//! The examples in `config/hooks`, each with a request as its sender makes it; the sums are openssl's.

use crate::verify::{Request, Verified, verify};
use axum::http::HeaderMap;
use signalbox_core::hook::{Door, Rules, SharedSecret};
use signalbox_core::time::Timestamp;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_780_000_000;

fn verified(rules: &str, headers: &[(&'static str, &'static str)], body: &[u8]) -> Option<Verified> {
    let scheme = Rules::parse(rules).unwrap().scheme;
    let door = Door { source: "hook:x".to_owned(), scheme, secrets: vec![(SharedSecret::new(SECRET), None)] };
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    verify(&door, Request { headers: &headers, body, now: Timestamp::from_millis(NOW * 1000) })
}

/// A request passes; with another body or without its proof it does not.
fn passes(rules: &str, headers: &[(&'static str, &'static str)], body: &[u8], proof: &str) -> Verified {
    let without: Vec<_> = headers.iter().copied().filter(|(name, _)| *name != proof).collect();
    assert_eq!(verified(rules, &without, body), None, "without {proof}");
    verified(rules, headers, body).expect(proof)
}

#[test]
fn gitlab() {
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", "GitLab/18.0.0"),
        ("idempotency-key", "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"),
        ("x-gitlab-event", "Issue Hook"),
        ("x-gitlab-webhook-uuid", "5f0d2c4e-1c2b-4d8f-9c53-6f8a1c3c7f11"),
        ("x-gitlab-instance", "https://gitlab.example.org"),
        ("x-gitlab-event-uuid", "13792a34-cac6-4fda-95a8-c58e00a3954e"),
        ("x-gitlab-token", SECRET),
    ];
    let body = include_bytes!("../../payloads/gitlab.json");
    let verified = passes(include_str!("../../../../config/hooks/gitlab.toml"), &headers, body, "x-gitlab-token");
    assert_eq!((verified.event.as_str(), verified.id.as_str()), ("Issue Hook", "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"));
}

#[test]
fn gitea() {
    let rules = include_str!("../../../../config/hooks/gitea.toml");
    let body = include_bytes!("../../payloads/gitea.json");
    let headers = [
        ("content-type", "application/json"),
        ("x-gitea-delivery", "4f3c9a5e-0d1f-4a7b-9a55-0b6b3f0f7c10"),
        ("x-gitea-event", "issues"),
        ("x-gitea-event-type", "issues"),
        ("x-gitea-signature", "95df03f6d346e0b9fb74f6e00c60111d5735d484ecbe3d1309feb23420c98cf1"),
    ];
    let first = passes(rules, &headers, body, "x-gitea-signature");
    assert_eq!(first.event, "issues");
    let mut again = headers;
    again[1].1 = "11111111-0d1f-4a7b-9a55-0b6b3f0f7c10";
    assert_eq!(verified(rules, &again, body), Some(first), "redelivered under another id, it is the same");
    assert_eq!(verified(rules, &headers, &body[1..]), None);
}

#[test]
fn sentry() {
    let headers = [
        ("content-type", "application/json"),
        ("request-id", "2b0c9a5e-6d7a-4a1f-8f3b-6a0b1c2d3e4f"),
        ("sentry-hook-resource", "issue"),
        ("sentry-hook-timestamp", "1780000000"),
        ("sentry-hook-signature", "fa55473c6c6c6d2bae8a4f33a2cfc7712c28513380f3ead9b99c5f6cdfcdf9d6"),
    ];
    let body = include_bytes!("../../payloads/sentry.json");
    let verified =
        passes(include_str!("../../../../config/hooks/sentry.toml"), &headers, body, "sentry-hook-signature");
    assert_eq!(verified.event, "issue");
}

#[test]
fn grafana() {
    let rules = include_str!("../../../../config/hooks/grafana.toml");
    let body = include_bytes!("../../payloads/grafana.json");
    let headers = [
        ("content-type", "application/json"),
        ("x-grafana-alerting-timestamp", "1780000000"),
        ("x-grafana-alerting-signature", "7f27a7e52e62d8111be64a0c3d3a27b035958d2bc092340f9408013f6129c562"),
    ];
    passes(rules, &headers, body, "x-grafana-alerting-signature");
    let mut late = headers;
    late[1].1 = "1780000001";
    assert_eq!(verified(rules, &late, body), None, "the time is signed too");
}
