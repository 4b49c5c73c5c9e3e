//! The part of the API by which people and programs show who they are, and see to their own accounts.

mod factor;
mod mine;

pub(crate) use factor::Proof;

use crate::api::{Answer, Payload};
use crate::client::Client;
use crate::cookie::Cookie;
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::SecretString;
use serde::Serialize;
use signalbox_core::account::{Exchange, Invitation, SignIn, SignedIn, TokenPair, Welcome};
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The largest request about an account.
const BODY_LIMIT: usize = 16 << 10;
/// How long a browser keeps a session's cookie; the hub ends the session by itself.
const COOKIE_LASTS: Duration = Duration::from_secs(30 * 24 * 3600);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open_session, close_session))
        .routes(routes!(accept_invitation))
        .routes(routes!(exchange_tokens))
        .merge(mine::routes())
        .merge(factor::routes())
        .routes(routes!(invite_person))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Who has signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Named {
    /// Their name.
    pub(crate) name: String,
    /// Admin of the hub.
    pub(crate) admin: bool,
}

/// An invitation with the page where it is used.
#[derive(Debug, Serialize, ToSchema)]
struct Invited {
    #[serde(flatten)]
    invitation: Invitation,
    /// The page.
    url: String,
}

fn opened(client: &Client, SignedIn { token, name, admin, .. }: SignedIn) -> Response {
    signed_in(client, &token, &Named { name, admin })
}

/// An answer with the session that was opened.
pub(crate) fn signed_in(client: &Client, token: &SecretString, answer: &impl Serialize) -> Response {
    let mut response = Json(answer).into_response();
    hand_over(client, &mut response, token);
    response
}

/// Gives a browser a session.
pub(crate) fn hand_over(client: &Client, response: &mut Response, token: &SecretString) {
    if let Some(line) = Cookie::Session.given(client, token, COOKIE_LASTS) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

/// Signs in.
///
/// A problem with `code_needed` wants a code of the second factor beside name and password.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "account", request_body = SignIn,
    responses(
        (
            status = 200,
            description = "Who has signed in; the cookie comes with it.",
            body = Named,
            headers(("Set-Cookie" = String, description = "The session.")),
        ),
        (status = 401, description = "That is not right, or a code is needed."),
    )
)]
async fn open_session(
    State(app): State<App>,
    client: Client,
    Payload(attempt): Payload<SignIn>,
) -> Result<Response, Problem> {
    let session = app.accounts.sign_in(&client.peer(), attempt).await.map_err(Problem::not_let_in)?;
    Ok(opened(&client, session))
}

/// Sets a password by a one-time code, and signs in.
///
/// The first admin's code needs a name.
#[utoipa::path(
    post, path = "/api/v1/welcome", tag = "account", request_body = Welcome,
    responses(
        (
            status = 200,
            description = "Who has signed in; the cookie comes with it.",
            body = Named,
            headers(("Set-Cookie" = String, description = "The session.")),
        ),
        (status = 401, description = "That is no code, or not any more."),
    )
)]
async fn accept_invitation(
    State(app): State<App>,
    client: Client,
    Payload(welcome): Payload<Welcome>,
) -> Result<Response, Problem> {
    let session = app.accounts.welcome(&client.peer(), welcome).await.map_err(Problem::not_let_in)?;
    Ok(opened(&client, session))
}

/// Gives tokens for a program.
///
/// A refresh token is used once; one that comes twice ends all that came of its sign-in.
#[utoipa::path(
    post, path = "/api/v1/token", tag = "account", request_body = Exchange,
    responses(
        (status = 200, description = "An access token, and what the next one is had by.", body = TokenPair),
        (status = 401, description = "That is not right, or a code is needed."),
    )
)]
async fn exchange_tokens(
    State(app): State<App>,
    client: Client,
    Payload(exchange): Payload<Exchange>,
) -> Answer<TokenPair> {
    Ok(Json(app.accounts.exchange(&client.peer(), exchange).await.map_err(Problem::not_let_in)?))
}

/// Signs out.
///
/// With a token that came of a sign-in: ends all that came of it.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "account",
    responses((status = 204, description = "It is done."))
)]
async fn close_session(
    State(app): State<App>,
    client: Client,
    Principal { caller, .. }: Principal,
) -> Result<Response, Problem> {
    app.accounts.sign_out(&caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(line) = Cookie::Session.taken_back(&client) {
        response.headers_mut().insert(header::SET_COOKIE, line);
    }
    Ok(response)
}

/// Makes a one-time code by which a person sets a password.
#[utoipa::path(
    post, path = "/api/v1/users/{person}/invitation", tag = "people",
    responses((status = 200, description = "The code, and the page where it is used.", body = Invited))
)]
async fn invite_person(
    State(app): State<App>,
    client: Client,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
) -> Answer<Invited> {
    let invitation = app.accounts.invite(&actor, &person).await?;
    let base = app.web.public_url.as_ref().map_or_else(|| client.origin(), ToString::to_string);
    // Behind the hash, where no server or proxy writes it into a log.
    let url = format!("{base}/welcome#{}", invitation.code);
    Ok(Json(Invited { invitation, url }))
}
