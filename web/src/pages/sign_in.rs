//! The pages for those whom we do not know yet: signing in, and the first password.

use super::frame::{Frame, Shown, page};
use crate::App;
use crate::api::Asked;
use crate::visitor::local_path;
use askama::Template;
use axum::Router;
use axum::routing::get;
use serde::Deserialize;

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
}

async fn show_sign_in(Asked(wanted): Asked<Wanted>) -> Shown {
    page(&SignInPage { frame: Frame::bare("Sign in"), next: local_path(&wanted.next).to_owned() })
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    frame: Frame,
}

/// The code that a link brings stands behind its `#`, where no server and no log sees it; the script puts it into its field.
async fn show_welcome() -> Shown {
    page(&WelcomePage { frame: Frame::bare("Welcome") })
}
