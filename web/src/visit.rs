//! Visits at providers: the part of the API by which somebody is sent to one. Where they come back to is a page.

use crate::account::{Named, Proof, signed_in};
use crate::api::Payload;
use crate::client::Client;
use crate::cookie::Cookie;
use crate::principal::Principal;
use crate::visitor::local_path;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use signalbox_core::account::{Arrived, Departure, OfTheirOwn, ProveFactor, ToComeIn, Visit};
use signalbox_core::port::Refusal;
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a browser keeps a visit's cookie; the hub ends the visit by itself.
const COOKIE_LASTS: Duration = Duration::from_secs(10 * 60);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(go_to_sign_in))
        .routes(routes!(give_code))
        .routes(routes!(go_to_accept))
        .routes(routes!(go_to_link, unlink_provider))
        .routes(routes!(go_to_confirm))
}

/// Somebody wants to sign in by a provider.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(examples(json!({ "provider": "company", "next": "/tasks" })))]
struct SignInBy {
    /// The provider's name.
    provider: String,
    /// A path of ours where they want to go then.
    #[serde(default)]
    next: String,
}

/// Somebody wants to use a one-time code up by a provider.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(examples(json!({ "provider": "company", "code": "7d3k-5w9x-2m4n-6p8q", "name": null })))]
struct WelcomeBy {
    /// The provider's name.
    provider: String,
    /// The code.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
    /// The first admin's name.
    #[serde(default)]
    name: Option<String>,
}

/// A code of the second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(examples(json!({ "code": "123456" })))]
struct GivenCode {
    /// The code, or a recovery code.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
}

/// Where the browser is to go.
#[derive(Debug, Serialize, ToSchema)]
struct Way {
    /// An address of the provider.
    url: String,
}

/// Who has signed in, and where they wanted to go.
#[derive(Debug, Serialize, ToSchema)]
struct LedOn {
    /// Who has signed in.
    #[serde(flatten)]
    named: Named,
    /// A path of ours.
    next: String,
}

/// Begins to sign in by a provider.
///
/// The browser goes to `url`, and is sent back to a page of this hub that signs in.
#[utoipa::path(
    post, path = "/api/v1/session/visit", tag = "account", request_body = SignInBy,
    responses(
        (status = 200, description = "Where the browser is to go; a cookie comes with it.", body = Way),
        (status = 401, description = "Nobody may come in so."),
        (status = 404, description = "There is no such provider."),
        (status = 409, description = "It is to be begun at the hub's public address."),
    )
)]
async fn go_to_sign_in(
    State(app): State<App>,
    client: Client,
    Payload(SignInBy { provider, next }): Payload<SignInBy>,
) -> Result<Response, Problem> {
    let purpose = ToComeIn::SignIn { next: local_path(&next).to_owned() };
    let visit = visit(&app, &client, provider, purpose)?;
    let departure = app.accounts.depart(&client.peer(), visit).await.map_err(Problem::not_let_in)?;
    Ok(sent(&client, departure))
}

/// Begins to use a one-time code up by a provider, without a password.
///
/// The browser goes to `url`, and is sent back to a page of this hub that signs in.
#[utoipa::path(
    post, path = "/api/v1/welcome/visit", tag = "account", request_body = WelcomeBy,
    responses(
        (status = 200, description = "Where the browser is to go; a cookie comes with it.", body = Way),
        (status = 401, description = "That is no code, or not any more."),
        (status = 404, description = "There is no such provider."),
        (status = 409, description = "It is to be begun at the hub's public address."),
    )
)]
async fn go_to_accept(
    State(app): State<App>,
    client: Client,
    Payload(WelcomeBy { provider, code, name }): Payload<WelcomeBy>,
) -> Result<Response, Problem> {
    let visit = visit(&app, &client, provider, ToComeIn::Welcome { code, name })?;
    let departure = app.accounts.depart(&client.peer(), visit).await.map_err(Problem::not_let_in)?;
    Ok(sent(&client, departure))
}

/// Begins to link one's account at a provider.
///
/// A problem with `password_needed` wants the password (again).
#[utoipa::path(
    post, path = "/api/v1/me/providers/{provider}", tag = "account", request_body = Option<ProveFactor>,
    responses((status = 200, description = "Where the browser is to go; a cookie comes with it.", body = Way))
)]
async fn go_to_link(
    State(app): State<App>,
    client: Client,
    Principal { caller, peer, .. }: Principal,
    Path(provider): Path<String>,
    Proof(proof): Proof,
) -> Result<Response, Problem> {
    let visit = visit(&app, &client, provider, OfTheirOwn::Link)?;
    Ok(sent(&client, app.accounts.depart_as(&caller, &peer, visit, proof).await?))
}

/// Begins to show once more who one is by a provider.
#[utoipa::path(
    post, path = "/api/v1/me/providers/{provider}/confirmation", tag = "account",
    responses((status = 200, description = "Where the browser is to go; a cookie comes with it.", body = Way))
)]
async fn go_to_confirm(
    State(app): State<App>,
    client: Client,
    Principal { caller, peer, .. }: Principal,
    Path(provider): Path<String>,
) -> Result<Response, Problem> {
    let visit = visit(&app, &client, provider, OfTheirOwn::Confirm)?;
    Ok(sent(&client, app.accounts.depart_as(&caller, &peer, visit, ProveFactor::default()).await?))
}

/// Unlinks one's account at a provider.
#[utoipa::path(
    delete, path = "/api/v1/me/providers/{provider}", tag = "account", request_body = Option<ProveFactor>,
    responses((status = 204, description = "It is done."))
)]
async fn unlink_provider(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Path(provider): Path<String>,
    Proof(proof): Proof,
) -> Result<StatusCode, Problem> {
    app.accounts.unlink_provider(&caller, &peer, &provider, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a code of the second factor after one has come back from a provider.
#[utoipa::path(
    post, path = "/api/v1/session/code", tag = "account", request_body = GivenCode,
    responses(
        (
            status = 200,
            description = "Who has signed in, and where they wanted to go; the cookie comes with it.",
            body = LedOn,
            headers(("Set-Cookie" = String, description = "The session.")),
        ),
        (status = 401, description = "That is not right."),
        (status = 409, description = "Nobody has come back from a provider in this browser, or too long ago."),
    )
)]
async fn give_code(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Payload(GivenCode { code }): Payload<GivenCode>,
) -> Result<Response, Problem> {
    let lost = || Refusal::Conflict("nobody has come back from a provider in this browser; begin again".to_owned());
    let ticket = Cookie::Visit.brought(&client, &headers).ok_or_else(lost)?;
    let arrived = app.accounts.give_code(&client.peer(), &ticket.into(), &code).await.map_err(Problem::not_let_in)?;
    let Arrived::SignedIn { session, next } = arrived else { return Err(lost().into()) };
    let named = Named { name: session.name.clone(), admin: session.admin };
    let mut response = signed_in(&client, &session.token, &LedOn { named, next });
    end(&client, &mut response);
    Ok(response)
}

/// What somebody wants of a provider, which sends people back to one address: that by which it knows us.
fn visit<Purpose>(app: &App, client: &Client, provider: String, purpose: Purpose) -> Result<Visit<Purpose>, Problem> {
    let base = match &app.web.public_url {
        Some(public) if public.is_https() != client.https || !public.is_host(&client.host) => {
            let elsewhere = format!("open {public} for this: a provider sends people back there alone");
            return Err(Refusal::Conflict(elsewhere).into());
        }
        Some(public) => public.to_string(),
        None => client.origin(),
    };
    // It becomes part of an address; no provider has another kind of name.
    let sound = provider.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let provider = if sound { provider } else { String::new() };
    Ok(Visit { redirect: format!("{base}/sign-in/openid/{provider}"), provider, purpose })
}

fn sent(client: &Client, Departure { url, ticket }: Departure) -> Response {
    let mut response = Json(Way { url }).into_response();
    give(client, &mut response, &ticket);
    response
}

/// Gives a browser the ticket of a visit.
pub(crate) fn give(client: &Client, response: &mut Response, ticket: &SecretString) {
    if let Some(line) = Cookie::Visit.given(client, ticket, COOKIE_LASTS) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

/// Takes it back.
pub(crate) fn end(client: &Client, response: &mut Response) {
    if let Some(line) = Cookie::Visit.taken_back(client) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}
