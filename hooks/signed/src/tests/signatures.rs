//! Signatures of each scheme, with vectors that others have published, and everything that must not pass for one.

use crate::standard::{Message, sign};
use crate::verify::{Request, Verified, decoy, verify};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use rstest::rstest;
use signalbox_core::hook::{Door, Encoding, Scheme, SharedSecret, SignedTime};
use signalbox_core::time::Timestamp;
use std::time::{Duration, Instant};

/// From the specification of Standard Webhooks.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIME: &str = "1614265330";
const BODY: &[u8] = b"{\"test\": 2432232314}";
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair =
        |(name, value): &(&str, &str)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    pairs.iter().map(pair).collect()
}

fn door(scheme: Scheme, secret: &str) -> Door {
    Door { source: "hook:x".to_owned(), scheme, secrets: vec![(SharedSecret::new(secret), None)] }
}

fn standard() -> Door {
    door(Scheme::Standard { event_header: None }, SECRET)
}

fn at(door: &Door, pairs: &[(&str, &str)], body: &[u8], seconds: i64) -> Option<Verified> {
    let now = Timestamp::from_millis(seconds * 1000);
    verify(door, Request { headers: &headers(pairs), body, now })
}

fn signed<'a>(id: &'a str, time: &'a str, signature: &'a str) -> [(&'a str, &'a str); 3] {
    [("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", signature)]
}

#[test]
fn the_example_of_the_specification_is_signed_alike_and_verified() {
    let message = Message { id: ID, timestamp: TIME, body: BODY };
    assert_eq!(sign(&SharedSecret::new(SECRET), message).as_deref(), Some(SIGNATURE));
    let verified = at(&standard(), &signed(ID, TIME, SIGNATURE), BODY, 1_614_265_330).unwrap();
    assert_eq!(verified, Verified { id: ID.to_owned(), event: String::new() });
}

#[rstest]
#[case::other_id("msg_other", TIME, SIGNATURE, BODY)]
#[case::other_time(ID, "1614265331", SIGNATURE, BODY)]
#[case::other_body(ID, TIME, SIGNATURE, b"{\"test\": 2432232315}")]
#[case::no_signature(ID, TIME, "", BODY)]
#[case::another_version(ID, TIME, "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY)]
#[case::cut_short(ID, TIME, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ", BODY)]
#[case::no_base64(ID, TIME, "v1,***", BODY)]
#[case::no_time(ID, "yesterday", SIGNATURE, BODY)]
#[case::a_time_out_of_range(ID, "9223372036854775807", SIGNATURE, BODY)]
fn what_was_changed_is_refused(#[case] id: &str, #[case] time: &str, #[case] signature: &str, #[case] body: &[u8]) {
    assert_eq!(at(&standard(), &signed(id, time, signature), body, 1_614_265_330), None);
}

#[test]
fn one_of_several_signatures_is_enough_but_not_any_number_of_them() {
    let many = format!("v1a,xyz v1,AAAA {SIGNATURE}");
    assert!(at(&standard(), &signed(ID, TIME, &many), BODY, 1_614_265_330).is_some());
    let flood = format!("{}{SIGNATURE}", "v1,AAAA ".repeat(50));
    assert_eq!(at(&standard(), &signed(ID, TIME, &flood), BODY, 1_614_265_330), None);
}

#[rstest]
#[case::just_in(300, true)]
#[case::too_old(301, false)]
#[case::a_little_ahead(-300, true)]
#[case::too_far_ahead(-301, false)]
fn the_time_must_be_near(#[case] later: i64, #[case] passes: bool) {
    let verified = at(&standard(), &signed(ID, TIME, SIGNATURE), BODY, 1_614_265_330 + later);
    assert_eq!(verified.is_some(), passes);
}

#[test]
fn an_older_secret_opens_until_its_end() {
    let until = Timestamp::from_millis(1_614_265_340_000);
    let fresh = SharedSecret::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let secrets = vec![(fresh, None), (SharedSecret::new(SECRET), Some(until))];
    let door = Door { secrets, ..standard() };
    assert!(at(&door, &signed(ID, TIME, SIGNATURE), BODY, 1_614_265_339).is_some());
    assert_eq!(at(&door, &signed(ID, TIME, SIGNATURE), BODY, 1_614_265_340), None);
    let none = Door { secrets: Vec::new(), ..standard() };
    assert_eq!(at(&none, &signed(ID, TIME, SIGNATURE), BODY, 1_614_265_330), None);
}

#[test]
fn nobody_opens_a_door_that_is_not_there() {
    assert_eq!(at(&decoy(), &signed(ID, TIME, SIGNATURE), BODY, 1_614_265_330), None);
    let by_nobody = sign(&SharedSecret::new(""), Message { id: "m", timestamp: TIME, body: b"{}" }).unwrap();
    assert_eq!(at(&decoy(), &signed("m", TIME, &by_nobody), b"{}", 1_614_265_330), None, "not even by no secret");
}

fn hmac(encoding: Encoding, prefix: &str, time: Option<SignedTime>, id_header: Option<&str>) -> Scheme {
    Scheme::Hmac {
        header: "X-Sum".to_owned(),
        encoding,
        prefix: prefix.to_owned(),
        time,
        id_header: id_header.map(str::to_owned),
        event_header: Some("X-Event".to_owned()),
    }
}

#[test]
fn a_prefixed_hexadecimal_sum_is_verified_by_the_example_that_github_publishes() {
    let door = door(hmac(Encoding::Hex, "sha256=", None, None), "It's a Secret to Everybody");
    let sum = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let verified = at(&door, &[("x-sum", sum), ("x-event", "ping")], b"Hello, World!", 0).unwrap();
    assert_eq!(verified.event, "ping");
    assert!(verified.id.starts_with("sha256:dffd6021bb2bd5b0"), "the body tells repetitions: {}", verified.id);
    for wrong in [&sum[7..], &sum.replace("e17", "e18"), &format!("{sum}00"), "sha256=", "sha256=zz", "sha256=75é"] {
        let Ok(value) = HeaderValue::try_from(wrong) else { continue };
        let headers = HeaderMap::from_iter([(HeaderName::from_static("x-sum"), value)]);
        let request = Request { headers: &headers, body: b"Hello, World!", now: Timestamp::from_millis(0) };
        assert_eq!(verify(&door, request), None, "{wrong}");
    }
}

#[test]
fn a_signed_time_belongs_to_what_is_signed() {
    let time = SignedTime { header: "X-Time".to_owned(), separator: ":".to_owned() };
    let door = door(hmac(Encoding::Base64, "", Some(time), None), "a-long-enough-secret");
    // printf '1700000000:{}' | openssl dgst -sha256 -hmac a-long-enough-secret -binary | base64
    let sum = "YRzTc6Q+FBP24yDmhdVu6YWCf+TSxOuSrQ9Ebjr5I4U=";
    assert!(at(&door, &[("x-sum", sum), ("x-time", "1700000000")], b"{}", 1_700_000_010).is_some());
    assert_eq!(at(&door, &[("x-sum", sum), ("x-time", "1700000001")], b"{}", 1_700_000_010), None);
    assert_eq!(at(&door, &[("x-sum", sum)], b"{}", 1_700_000_010), None);
    assert_eq!(at(&door, &[("x-sum", sum), ("x-time", "1700000000")], b"{}", 1_700_000_301), None);
}

#[test]
fn a_token_must_be_the_whole_secret_and_ids_become_sound_keys() {
    let scheme = Scheme::Token { header: "X-Token".to_owned(), id_header: Some("X-Id".to_owned()), event_header: None };
    let door = door(scheme, "a-long-enough-secret");
    let id = |id: &str| at(&door, &[("x-token", "a-long-enough-secret"), ("x-id", id)], b"{}", 0).unwrap().id;
    assert_eq!(id("f5e5f430-f57b-4e6e-9fac-d9128cd7232f"), "f5e5f430-f57b-4e6e-9fac-d9128cd7232f");
    assert!(id("with a blank").starts_with("sha256:") && id(&"x".repeat(101)).starts_with("sha256:"));
    assert!(at(&door, &[("x-token", "a-long-enough-secret")], b"{}", 0).unwrap().id.starts_with("sha256:"));
    for wrong in ["", "a-long-enough-secre", "a-long-enough-secretx", "A-long-enough-secret"] {
        assert_eq!(at(&door, &[("x-token", wrong)], b"{}", 0), None, "{wrong}");
    }
}

#[test]
fn a_secret_of_another_scheme_signs_nothing() {
    let message = Message { id: ID, timestamp: TIME, body: BODY };
    assert_eq!(sign(&SharedSecret::new("no base64!"), message), None);
    let door = Door { secrets: vec![(SharedSecret::new("no base64!"), None)], ..standard() };
    assert_eq!(at(&door, &signed(ID, TIME, SIGNATURE), BODY, 1_614_265_330), None);
}

/// How long a refusal takes.
fn refusal(door: &Door, pairs: &[(&str, &str)], body: &[u8]) -> Duration {
    let start = Instant::now();
    assert_eq!(at(door, pairs, body, 1_614_265_330), None);
    start.elapsed()
}

#[test]
fn how_long_a_refusal_takes_tells_nothing() {
    let body = vec![b'x'; 1 << 20];
    let token = Scheme::Token { header: "X-Token".to_owned(), id_header: None, event_header: None };
    let later = Timestamp::from_millis(1_614_265_999_000);
    let rotated = [SECRET, "whsec_AAAA"].map(|secret| (SharedSecret::new(secret), Some(later)));
    let doors = [
        decoy(),
        standard(),
        Door { secrets: rotated.to_vec(), ..standard() },
        door(hmac(Encoding::Hex, "", None, None), "a-long-enough-secret"),
        door(token, "a-long-enough-secret"),
    ];
    let sum = "00".repeat(32);
    let knocks: [&[(&str, &str)]; 3] = [&[], &signed(ID, TIME, SIGNATURE), &[("x-sum", &sum), ("x-token", &sum)]];
    let pairs: Vec<_> = doors.iter().flat_map(|door| knocks.iter().map(move |knock| (door, *knock))).collect();
    // The shortest of many tries, each time all of them: what else the machine does only adds to it.
    let mut times = vec![Duration::MAX; pairs.len()];
    for _ in 0..60 {
        for (shortest, (door, knock)) in times.iter_mut().zip(&pairs) {
            *shortest = (*shortest).min(refusal(door, knock, &body));
        }
    }
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*most < *least * 3 / 2, "{times:?}");
}
