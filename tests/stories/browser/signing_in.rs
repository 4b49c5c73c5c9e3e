//! Signing in with a password and a code of an authenticator app, and by a provider.

use super::window::{Device, Window};
use crate::sign_in::factors::app_shows;
use crate::sign_in::openid::corp::Corp;
use crate::sign_in::stage::{GOOD, Stage};

#[tokio::test]
async fn a_second_factor_is_set_up_on_the_account_page_and_asked_for_at_the_next_sign_in() {
    let stage = Stage::opens().await;
    stage.admin().await;
    let window = Window::opens(&stage.base, Device::Phone).await;
    window.visits("/account").await;
    window.signs_in("ada").await;
    window.arrives("/account").await;
    window.types("Your password", GOOD).await;
    window.presses("Begin").await;
    window.reads("It is shown this once:").await;
    let secret = window.looks("return document.querySelector('.shown code').textContent").await;
    let secret = secret.as_str().unwrap();
    window.types("Code of the app", &app_shows(secret, 0)).await;
    window.presses("Confirm").await;
    let codes = async || {
        let shown = window.looks("return document.activeElement.textContent").await;
        Some(shown.as_str()?.split_whitespace().count()).filter(|count| *count == 10)
    };
    window.until("ten recovery codes are shown, each apart", codes).await;
    window.presses("Sign out").await;
    window.arrives("/sign-in").await;

    window.signs_in("ada").await;
    window.reads("This account has a second factor").await;
    window.types("Code of your authenticator", "000000").await;
    window.presses("Sign in").await;
    window.reads("(reference").await;
    window.types("Code of your authenticator", &app_shows(secret, 1)).await;
    window.presses("Sign in").await;
    window.reads("The line is clear.").await;
    window.closes().await;
    stage.ends().await;
}

#[tokio::test]
async fn an_account_at_a_provider_is_linked_signed_in_by_and_unlinked() {
    let corp = Corp::opens().await;
    // The hub by another name than the provider, so that for the browser they are two sites.
    let base = corp.stage.base.replace("127.0.0.1", "localhost");
    corp.server.sends_back_to(&format!("{base}/sign-in/openid/corp"));
    corp.stage.admin().await;
    let window = Window::opens(&base, Device::Phone).await;
    window.visits("/account").await;
    window.signs_in("ada").await;
    window.arrives("/account").await;
    window.presses("Link Corp").await;
    window.presses("I am ann").await;
    window.reads("Linked. From now on").await;
    window.presses("Sign out").await;
    window.arrives("/sign-in").await;

    window.visits("/projects").await;
    let width = window.looks("return document.documentElement.scrollWidth").await;
    assert_eq!(width, 360, "nothing has to be scrolled sideways");
    window.presses("Sign in with Corp").await;
    window.presses("I am ann").await;
    window.arrives("/projects").await;
    window.visits("/account").await;
    window.reads("signed in with Corp").await;
    window.presses("Unlink Corp").await;
    window.presses("Yes").await;
    window.reads("Unlinked.").await;
    window.presses("Sign out").await;

    window.presses("Sign in with Corp").await;
    window.presses("I will not say").await;
    window.reads("You have not signed in at Corp").await;
    window.follows("Back to signing in").await;
    window.presses("Sign in with Corp").await;
    window.presses("I am ann").await;
    window.reads("linked to nobody here").await;
    window.closes().await;
    corp.ends().await;
}
