//! The pages for those whom we do not know yet: signing in, and the first password.

use super::frame::{Frame, Shown, page};
use crate::App;
use crate::api::Asked;
use crate::visitor::local_path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use signalbox_core::account::ProviderButton;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in", get(show_sign_in)).route("/welcome", get(show_welcome))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    next: String,
    providers: Vec<ProviderButton>,
}

async fn show_sign_in(State(app): State<App>, Asked(wanted): Asked<Wanted>) -> Shown {
    let (next, providers) = (local_path(&wanted.next).to_owned(), app.accounts.providers());
    page(&SignInPage { frame: Frame::bare("Sign in"), next, providers })
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    frame: Frame,
    providers: Vec<ProviderButton>,
}

/// The code that a link brings stands behind its `#`, where no server and no log sees it; the script puts it into its field.
async fn show_welcome(State(app): State<App>) -> Shown {
    page(&WelcomePage { frame: Frame::bare("Welcome"), providers: app.accounts.providers() })
}
