//! The part of the API by which people and programs show who they are, and see to their own accounts.

use crate::api::{Answer, Payload};
use crate::client::Client;
use crate::cookie::Cookie;
use crate::principal::Principal;
use crate::{App, Problem};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use secrecy::SecretString;
use serde::Serialize;
use signalbox_core::account::{
    ChangePassword, ConfirmFactor, Exchange, Invitation, MadeToken, MakeToken, Me, NewFactor, ProveFactor,
    RecoveryCodes, SessionReport, SignIn, SignedIn, TokenPair, TokenReport, Welcome,
};
use signalbox_core::port::NewLinkCode;
use std::time::Duration;

/// The largest request about an account.
const BODY_LIMIT: usize = 16 << 10;
/// How long a browser keeps a session's cookie; the hub ends the session by itself.
const COOKIE_LASTS: Duration = Duration::from_secs(30 * 24 * 3600);

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/session", post(open_session).delete(close_session))
        .route("/api/v1/welcome", post(accept_invitation))
        .route("/api/v1/token", post(exchange_tokens))
        .route("/api/v1/me", get(show_me))
        .route("/api/v1/me/password", put(change_password))
        .route("/api/v1/me/sessions", get(list_sessions).delete(end_other_sessions))
        .route("/api/v1/me/sessions/{session}", delete(end_session))
        .route("/api/v1/me/tokens", get(list_tokens).post(make_token))
        .route("/api/v1/me/tokens/{token}", delete(revoke_token))
        .route("/api/v1/me/second-factor", post(begin_factor).put(confirm_factor).delete(remove_factor))
        .route("/api/v1/me/link-code", post(make_own_link_code))
        .route("/api/v1/users/{person}/invitation", post(invite_person))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Who has signed in.
#[derive(Debug, Serialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) admin: bool,
}

/// An invitation with the page where it is used.
#[derive(Debug, Serialize)]
struct Invited {
    #[serde(flatten)]
    invitation: Invitation,
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

async fn open_session(
    State(app): State<App>,
    client: Client,
    Payload(attempt): Payload<SignIn>,
) -> Result<Response, Problem> {
    let session = app.accounts.sign_in(&client.peer(), attempt).await.map_err(Problem::not_let_in)?;
    Ok(opened(&client, session))
}

async fn accept_invitation(
    State(app): State<App>,
    client: Client,
    Payload(welcome): Payload<Welcome>,
) -> Result<Response, Problem> {
    let session = app.accounts.welcome(&client.peer(), welcome).await.map_err(Problem::not_let_in)?;
    Ok(opened(&client, session))
}

async fn exchange_tokens(
    State(app): State<App>,
    client: Client,
    Payload(exchange): Payload<Exchange>,
) -> Answer<TokenPair> {
    Ok(Json(app.accounts.exchange(&client.peer(), exchange).await.map_err(Problem::not_let_in)?))
}

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

async fn show_me(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<Me> {
    Ok(Json(app.accounts.me(&caller).await?))
}

async fn change_password(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Payload(change): Payload<ChangePassword>,
) -> Result<StatusCode, Problem> {
    app.accounts.change_password(&caller, &peer, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_sessions(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<Vec<SessionReport>> {
    Ok(Json(app.accounts.sessions(&caller).await?))
}

async fn end_other_sessions(
    State(app): State<App>,
    Principal { caller, .. }: Principal,
) -> Result<StatusCode, Problem> {
    app.accounts.end_other_sessions(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_session(
    State(app): State<App>,
    Principal { caller, .. }: Principal,
    Path(session): Path<String>,
) -> Result<StatusCode, Problem> {
    app.accounts.end_session(&caller, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_tokens(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<Vec<TokenReport>> {
    Ok(Json(app.accounts.tokens(&caller).await?))
}

async fn make_token(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Payload(request): Payload<MakeToken>,
) -> Answer<MadeToken> {
    Ok(Json(app.accounts.make_token(&caller, &peer, request).await?))
}

async fn revoke_token(
    State(app): State<App>,
    Principal { caller, .. }: Principal,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    app.accounts.revoke_token(&caller, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn begin_factor(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Proof(proof): Proof,
) -> Answer<NewFactor> {
    Ok(Json(app.accounts.begin_factor(&caller, &peer, proof).await?))
}

async fn confirm_factor(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Payload(confirm): Payload<ConfirmFactor>,
) -> Answer<RecoveryCodes> {
    Ok(Json(app.accounts.confirm_factor(&caller, &peer, confirm).await?))
}

async fn remove_factor(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Proof(proof): Proof,
) -> Result<StatusCode, Problem> {
    app.accounts.remove_factor(&caller, &peer, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn make_own_link_code(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<NewLinkCode> {
    Ok(Json(app.accounts.own_link_code(&caller).await?))
}

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

/// What shows once more who it is; a request without a body shows nothing.
pub(crate) struct Proof(pub(crate) ProveFactor);

impl axum::extract::FromRequest<App> for Proof {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, app: &App) -> Result<Self, Problem> {
        let empty = request.headers().get(header::CONTENT_LENGTH).is_none_or(|length| length == "0")
            && !request.headers().contains_key(header::TRANSFER_ENCODING);
        if empty {
            return Ok(Self(ProveFactor::default()));
        }
        let Payload(proof) = Payload::from_request(request, app).await?;
        Ok(Self(proof))
    }
}
