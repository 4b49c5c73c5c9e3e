//! The client against a provider that has a state: what is believed, and everything that is not.

use super::*;
use rstest::rstest;
use secrecy::SecretString;
use signalbox_core::time::Timestamp;
use signalbox_testkit::openid::{Endpoint, Kind, Misdeed, OpenIdServer, OpenIdSettings};
use std::time::Duration;

const REDIRECT: &str = "http://127.0.0.1:1/sign-in/openid/corp";

/// A provider, the hub as its client, and one visit.
struct Visit {
    server: OpenIdServer,
    provider: Provider,
    secrets: VisitSecrets,
}

impl Visit {
    fn at(settings: OpenIdSettings) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = OpenIdServer::start(settings).unwrap();
        server.sends_back_to(REDIRECT);
        let (client_id, secret) = server.client();
        let provider = Provider::new(ProviderSettings {
            name: "corp".to_owned(),
            label: "Corp".to_owned(),
            issuer: server.issuer(),
            client_id,
            client_secret: secret.into(),
            scopes: vec!["email".to_owned()],
            second_factor: SecondFactor::Ours,
            ca_file: None,
        });
        Self { server, provider: provider.unwrap(), secrets: VisitSecrets::of(&"ticket".to_owned().into(), "salt") }
    }

    fn usual() -> Self {
        Self::at(OpenIdSettings::default())
    }

    /// The code that somebody brings back.
    async fn code(&self, anew: bool) -> SecretString {
        let way = self.provider.way(&Going { secrets: &self.secrets, redirect: REDIRECT, anew }).await.unwrap();
        let back = self.server.chooses(way.as_str(), "ann").unwrap();
        let back = url::Url::parse(&back).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        code.into()
    }

    async fn brings(&self, code: &SecretString, asked_since: Option<Timestamp>) -> Result<Identified, Fault> {
        let coming = Coming { secrets: &self.secrets, redirect: REDIRECT, code, asked_since };
        self.provider.identify(&coming).await
    }

    async fn identifies(&self) -> Result<Identified, Fault> {
        let code = self.code(false).await;
        self.brings(&code, None).await
    }
}

fn bad(identified: Result<Identified, Fault>) -> BadToken {
    match identified {
        Err(Fault::Token(bad)) => bad,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case(Kind::Es256)]
#[case(Kind::EdDsa)]
#[case(Kind::Rs256)]
#[case(Kind::Ps256)]
#[tokio::test]
async fn somebody_is_who_the_provider_says_whatever_it_signs_with(#[case] kind: Kind) {
    let visit = Visit::at(OpenIdSettings { kind, ..OpenIdSettings::default() });
    let identified = visit.identifies().await.unwrap();
    assert_eq!(identified.subject, "subject-of-ann");
    assert!(identified.shown_at.is_some());
}

#[rstest]
#[case("", false)]
#[case("s3cret", true)]
#[tokio::test]
async fn the_client_shows_itself_as_the_provider_wants_it(#[case] secret: &str, #[case] secret_in_form: bool) {
    let client_secret = secret.to_owned();
    let visit = Visit::at(OpenIdSettings { client_secret, secret_in_form, ..OpenIdSettings::default() });
    visit.identifies().await.unwrap();
}

#[rstest]
#[case(Misdeed::Nonce, BadToken::Nonce)]
#[case(Misdeed::NoNonce, BadToken::Nonce)]
#[case(Misdeed::Audience, BadToken::Audience)]
#[case(Misdeed::SharedAudience, BadToken::Audience)]
#[case(Misdeed::AuthorizedParty, BadToken::Audience)]
#[case(Misdeed::Expired, BadToken::Time)]
#[case(Misdeed::Stale, BadToken::Time)]
#[case(Misdeed::Tomorrow, BadToken::Time)]
#[case(Misdeed::Issuer, BadToken::Issuer)]
#[case(Misdeed::AccessToken, BadToken::AccessToken)]
#[case(Misdeed::Unsigned, BadToken::Algorithm)]
#[case(Misdeed::PublicKeyAsSecret, BadToken::Algorithm)]
#[case(Misdeed::UnknownKey, BadToken::UnknownKey)]
#[case(Misdeed::ForeignKey, BadToken::Signature)]
#[case(Misdeed::Critical, BadToken::Critical)]
#[case(Misdeed::Subject(String::new()), BadToken::Subject)]
#[case(Misdeed::Subject("ann ".to_owned()), BadToken::Subject)]
#[case(Misdeed::Subject("\u{202e}nna".to_owned()), BadToken::Subject)]
#[case(Misdeed::Subject("a".repeat(256)), BadToken::Subject)]
#[tokio::test]
async fn a_token_is_not_believed(#[case] misdeed: Misdeed, #[case] why: BadToken) {
    let visit = Visit::usual();
    visit.server.misbehaves(misdeed);
    assert_eq!(bad(visit.identifies().await), why);
    visit.server.behaves();
    visit.identifies().await.expect("it was the token alone");
}

#[tokio::test]
async fn a_code_counts_once_and_with_its_verifier_alone() {
    let visit = Visit::usual();
    let code = visit.code(false).await;
    visit.brings(&code, None).await.unwrap();
    assert!(matches!(visit.brings(&code, None).await, Err(Fault::Refused)), "it came twice");
    let stolen = visit.code(false).await;
    let thief = Visit { secrets: VisitSecrets::of(&"another ticket".to_owned().into(), "salt"), ..visit };
    assert!(matches!(thief.brings(&stolen, None).await, Err(Fault::Refused)), "it belongs to another browser");
}

#[tokio::test]
async fn presence_is_shown_by_the_moment_of_it_alone() {
    let visit = Visit::usual();
    visit.server.remembers_for(Duration::from_secs(8 * 3600));
    let now = crate::fresh::now();
    let old = visit.code(false).await;
    assert_eq!(bad(visit.brings(&old, Some(now)).await), BadToken::Presence, "in the morning they were there");
    let anew = visit.code(true).await;
    visit.brings(&anew, Some(now)).await.unwrap();
    visit.server.misbehaves(Misdeed::NoMoment);
    let unsaid = visit.code(true).await;
    assert_eq!(bad(visit.brings(&unsaid, Some(now)).await), BadToken::Presence, "nothing is said of it");
}

#[tokio::test]
async fn a_new_key_is_asked_for_once_and_not_again_for_a_minute() {
    let visit = Visit::usual();
    visit.identifies().await.unwrap();
    visit.identifies().await.unwrap();
    assert_eq!((visit.server.asked("keys"), visit.server.asked("document")), (1, 1), "they are known");
    visit.server.rotates().unwrap();
    visit.identifies().await.expect("the new key is found");
    assert_eq!(visit.server.asked("keys"), 2);
    visit.server.misbehaves(Misdeed::UnknownKey);
    for _ in 0..3 {
        assert_eq!(bad(visit.identifies().await), BadToken::UnknownKey);
    }
    assert_eq!(visit.server.asked("keys"), 2, "nobody has us ask all the time");
}

#[rstest]
#[case(Misdeed::AnotherDocument)]
#[case(Misdeed::InTheOpen)]
#[case(Misdeed::Fails(Endpoint::Discovery))]
#[case(Misdeed::Fails(Endpoint::Keys))]
#[case(Misdeed::Endless(Endpoint::Discovery))]
#[case(Misdeed::Endless(Endpoint::Keys))]
#[case(Misdeed::Redirects(Endpoint::Discovery, "/keys".to_owned()))]
#[case(Misdeed::Redirects(Endpoint::Keys, "/.well-known/openid-configuration".to_owned()))]
#[tokio::test]
async fn a_provider_that_is_not_well_is_left_alone_for_a_moment(#[case] misdeed: Misdeed) {
    let visit = Visit::usual();
    visit.server.misbehaves(misdeed);
    let fault = visit.provider.check().await.unwrap_err();
    assert!(fault.is_theirs() && !matches!(fault, Fault::Resting), "{fault}");
    assert!(matches!(visit.provider.check().await, Err(Fault::Resting)));
}

#[rstest]
#[case(Misdeed::Fails(Endpoint::Token))]
#[case(Misdeed::Endless(Endpoint::Token))]
#[case(Misdeed::Redirects(Endpoint::Token, "/keys".to_owned()))]
#[tokio::test]
async fn nobody_is_believed_from_a_provider_that_is_not_well(#[case] misdeed: Misdeed) {
    let visit = Visit::usual();
    let code = visit.code(false).await;
    visit.server.misbehaves(misdeed);
    assert!(visit.brings(&code, None).await.unwrap_err().is_theirs());
}

#[tokio::test]
async fn a_client_that_the_provider_does_not_take_is_ours_to_mend() {
    let visit = Visit::usual();
    let own = visit.provider.settings().clone();
    let provider = Provider::new(ProviderSettings { client_secret: "wrong".to_owned().into(), ..own }).unwrap();
    let visit = Visit { provider, ..visit };
    let fault = visit.identifies().await.unwrap_err();
    assert!(fault.is_theirs() && fault.to_string().contains("client_secret"), "{fault}");
}

#[tokio::test]
async fn who_comes_back_from_somewhere_else_is_told_apart() {
    let visit = Visit::usual();
    let issuer = visit.server.issuer();
    assert!(visit.provider.is_from_here(Some(&issuer)).await.unwrap());
    assert!(!visit.provider.is_from_here(Some("https://other.example")).await.unwrap());
    assert!(!visit.provider.is_from_here(None).await.unwrap(), "it promises to name itself");
    let modest = Visit::at(OpenIdSettings { names_itself: false, ..OpenIdSettings::default() });
    assert!(modest.provider.is_from_here(None).await.unwrap());
}

#[test]
fn an_issuer_is_an_address_that_can_be_trusted() {
    for good in
        ["https://accounts.google.com", "https://idp.example/realms/x", "https://idp.example/o/x/", "http://[::1]:8"]
    {
        assert!(document::address(good).is_ok(), "{good}");
    }
    let address = document::address("https://idp.example/o/x/").unwrap();
    assert_eq!(address.as_str(), "https://idp.example/o/x/.well-known/openid-configuration");
    for bad in
        ["", "idp.example", "http://idp.example", "https://u:p@idp.example", "https://idp.example/?x", "https://a#b"]
    {
        assert!(document::address(bad).is_err(), "{bad}");
    }
}
