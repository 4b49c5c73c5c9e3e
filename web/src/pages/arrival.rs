//! Where a provider sends people back to, and the page that asks for a code of the second factor.

use super::frame::{Frame, Shown, page, rendered};
use crate::account::hand_over;
use crate::client::Client;
use crate::cookie::Cookie;
use crate::principal::{client_of, identify};
use crate::{App, Problem, visit};
use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use signalbox_core::account::{Arrived, Caller, Return};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in/openid/{provider}", get(take_in)).route("/sign-in/code", get(ask_for_code))
}

/// What a provider adds to the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Brought {
    code: Option<String>,
    state: String,
    iss: Option<String>,
    error: Option<String>,
}

/// Somebody who was sent back, and as whom they are signed in already, if they are.
struct Returning {
    client: Client,
    caller: Option<Caller>,
    back: Return,
}

impl FromRequestParts<App> for Returning {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let client = client_of(parts);
        let caller = identify(parts, &client, app).await.map_err(IntoResponse::into_response)?;
        let Path(provider) = Path::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        // What cannot be read is as good as nothing.
        let query: Option<Query<Brought>> = Query::try_from_uri(&parts.uri).ok();
        let Brought { code, state, iss, error } = query.map(|Query(brought)| brought).unwrap_or_default();
        let ticket = Cookie::Visit.brought(&client, &parts.headers).map(Into::into);
        let back = Return { provider, ticket, state, issuer: iss, code: code.map(Into::into), error };
        Ok(Self { client, caller, back })
    }
}

async fn take_in(State(app): State<App>, Returning { client, caller, back }: Returning) -> Response {
    let mut response = match app.accounts.arrive(&client.peer(), caller.as_ref(), back).await {
        Ok(arrived) => led_on(&client, arrived),
        Err(denied) => turned_away(Problem::not_let_in(denied), caller.is_some()),
    };
    // What stands in this address is told nobody, not even our own pages.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn led_on(client: &Client, arrived: Arrived) -> Response {
    let to = |path: &str| Redirect::to(path).into_response();
    let mut response = match arrived {
        Arrived::CodeNeeded { ticket } => {
            let mut response = to("/sign-in/code");
            visit::give(client, &mut response, &ticket);
            return response;
        }
        Arrived::SignedIn { session, next } => {
            let mut response = to(&next);
            hand_over(client, &mut response, &session.token);
            response
        }
        Arrived::Linked => to("/account?done=linked"),
        Arrived::Confirmed => to("/account?done=confirmed"),
    };
    visit::end(client, &mut response);
    response
}

#[derive(Template)]
#[template(path = "turned_away.html")]
struct TurnedAwayPage {
    frame: Frame,
    detail: String,
    reference: String,
    signed_in: bool,
}

fn turned_away(problem: Problem, signed_in: bool) -> Response {
    problem.log();
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let frame = Frame::bare("That did not work");
    let detail = sentence(&problem.detail);
    let page = TurnedAwayPage { frame, detail, reference: problem.reference.into(), signed_in };
    match rendered(&page) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// Words that would go on behind a colon, standing for themselves.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", rest.as_str().trim_end_matches('.'))
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
}

async fn ask_for_code() -> Shown {
    page(&CodePage { frame: Frame::bare("Second factor") })
}
