//! A person's own account, as they see to it themselves.

use crate::api::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use signalbox_core::account::{ChangePassword, MadeToken, MakeToken, Me, SessionReport, TokenReport};
use signalbox_core::port::NewLinkCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_me))
        .routes(routes!(change_password))
        .routes(routes!(list_sessions, end_other_sessions))
        .routes(routes!(end_session))
        .routes(routes!(list_tokens, make_token))
        .routes(routes!(revoke_token))
        .routes(routes!(make_own_link_code))
}

/// Says who asks.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "account",
    responses((status = 200, description = "The person, and how they sign in.", body = Me))
)]
async fn show_me(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<Me> {
    Ok(Json(app.accounts.me(&caller).await?))
}

/// Sets a new password.
///
/// Every other session ends.
#[utoipa::path(
    put, path = "/api/v1/me/password", tag = "account", request_body = ChangePassword,
    responses((status = 204, description = "It is done."))
)]
async fn change_password(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Payload(change): Payload<ChangePassword>,
) -> Result<StatusCode, Problem> {
    app.accounts.change_password(&caller, &peer, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists where one is signed in.
#[utoipa::path(
    get, path = "/api/v1/me/sessions", tag = "account",
    responses((status = 200, description = "Sessions of browsers and programs.", body = Vec<SessionReport>))
)]
async fn list_sessions(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<Vec<SessionReport>> {
    Ok(Json(app.accounts.sessions(&caller).await?))
}

/// Ends every other session.
#[utoipa::path(
    delete, path = "/api/v1/me/sessions", tag = "account",
    responses((status = 204, description = "It is done."))
)]
async fn end_other_sessions(
    State(app): State<App>,
    Principal { caller, .. }: Principal,
) -> Result<StatusCode, Problem> {
    app.accounts.end_other_sessions(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a session.
#[utoipa::path(
    delete, path = "/api/v1/me/sessions/{session}", tag = "account",
    responses((status = 204, description = "It is done."))
)]
async fn end_session(
    State(app): State<App>,
    Principal { caller, .. }: Principal,
    Path(session): Path<String>,
) -> Result<StatusCode, Problem> {
    app.accounts.end_session(&caller, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's personal tokens.
#[utoipa::path(
    get, path = "/api/v1/me/tokens", tag = "account",
    responses((status = 200, description = "The tokens, without their secrets.", body = Vec<TokenReport>))
)]
async fn list_tokens(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<Vec<TokenReport>> {
    Ok(Json(app.accounts.tokens(&caller).await?))
}

/// Makes a personal token.
///
/// A problem with `password_needed` wants the password (again).
#[utoipa::path(
    post, path = "/api/v1/me/tokens", tag = "account", request_body = MakeToken,
    responses((status = 200, description = "The token, shown once.", body = MadeToken))
)]
async fn make_token(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Payload(request): Payload<MakeToken>,
) -> Answer<MadeToken> {
    Ok(Json(app.accounts.make_token(&caller, &peer, request).await?))
}

/// Revokes a personal token.
#[utoipa::path(
    delete, path = "/api/v1/me/tokens/{token}", tag = "account",
    responses((status = 204, description = "It is done."))
)]
async fn revoke_token(
    State(app): State<App>,
    Principal { caller, .. }: Principal,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    app.accounts.revoke_token(&caller, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a one-time code by which one links an account in a chat to one's own.
#[utoipa::path(
    post, path = "/api/v1/me/link-code", tag = "account",
    responses((status = 200, description = "The code, shown once.", body = NewLinkCode))
)]
async fn make_own_link_code(State(app): State<App>, Principal { caller, .. }: Principal) -> Answer<NewLinkCode> {
    Ok(Json(app.accounts.own_link_code(&caller).await?))
}
