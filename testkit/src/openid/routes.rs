//! What a provider answers.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use futures::stream;
use serde_json::json;

use super::misdeed::{Endpoint, Misdeed};
use super::page::{choosing, fields};
use super::request::{Fields, redeemed, wanted};
use super::token::id_token;
use super::world::World;

pub(super) type Shared = Arc<Mutex<World>>;

pub(super) fn router(world: Shared) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(show_document))
        .route("/authorize", get(ask_person).post(send_person_back))
        .route("/token", post(give_tokens))
        .route("/keys", get(show_keys))
        .with_state(world)
}

pub(super) fn locked(world: &Shared) -> std::sync::MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that something was asked; what goes wrong with the answer comes instead of it.
async fn misdone(world: &Shared, endpoint: Endpoint, path: &str) -> Option<Response> {
    let misdeed = {
        let mut world = locked(world);
        world.calls.push(path.to_owned());
        world.misdeed.clone().filter(|misdeed| misdeed.is_at(endpoint))?
    };
    match misdeed {
        Misdeed::Hangs(_) => std::future::pending().await,
        Misdeed::Endless(_) => {
            let parts = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65_536])));
            Some(Body::from_stream(parts).into_response())
        }
        Misdeed::Redirects(_, elsewhere) => Some((StatusCode::FOUND, [(header::LOCATION, elsewhere)]).into_response()),
        _ => Some(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    }
}

async fn show_document(State(world): State<Shared>) -> Response {
    if let Some(misdone) = misdone(&world, Endpoint::Discovery, "document").await {
        return misdone;
    }
    let world = locked(&world);
    let base = &world.issuer;
    let issuer = if world.misdeed == Some(Misdeed::AnotherDocument) { "https://somebody-else.example" } else { base };
    let token = if world.misdeed == Some(Misdeed::InTheOpen) { "http://provider.example" } else { base };
    let method = if world.settings.secret_in_form { "client_secret_post" } else { "client_secret_basic" };
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{token}/token"),
        "jwks_uri": format!("{base}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [world.key.kind.name()],
        "token_endpoint_auth_methods_supported": [method],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": world.settings.names_itself,
        // Some have an empty text where they have no such page.
        "op_policy_uri": "",
    }))
    .into_response()
}

async fn show_keys(State(world): State<Shared>) -> Response {
    if let Some(misdone) = misdone(&world, Endpoint::Keys, "keys").await {
        return misdone;
    }
    let own = locked(&world).key.jwk();
    // Real ones have keys of other kinds and for other uses among theirs.
    let others = [json!({ "kty": "oct", "k": "c2VjcmV0" }), json!({ "kty": "EC", "crv": "P-521", "use": "enc" })];
    Json(json!({ "keys": others.into_iter().chain([own]).collect::<Vec<_>>() })).into_response()
}

async fn ask_person(State(world): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let asked = fields(&query.unwrap_or_default());
    let world = locked(&world);
    match wanted(&world, &asked) {
        Ok(_) => Html(choosing(&world.settings.people, &asked)).into_response(),
        Err(words) => (StatusCode::BAD_REQUEST, words).into_response(),
    }
}

async fn send_person_back(State(world): State<Shared>, body: String) -> Response {
    match chosen(&mut locked(&world), &fields(&body)) {
        Ok(way) => (StatusCode::SEE_OTHER, [(header::LOCATION, way)]).into_response(),
        Err(words) => (StatusCode::BAD_REQUEST, words).into_response(),
    }
}

/// Where somebody goes who has chosen.
pub(super) fn chosen(world: &mut World, fields: &Fields) -> Result<String, &'static str> {
    let wanted = wanted(world, fields)?;
    let person = fields.get("person").cloned().unwrap_or_default();
    if person.is_empty() {
        return Ok(world.way_back(&wanted, &[("error", "access_denied"), ("error_description", "<b>no</b>")]));
    }
    if !world.settings.people.contains(&person) {
        return Err("nobody has this name");
    }
    Ok(world.send_back(&wanted, &person))
}

async fn give_tokens(State(world): State<Shared>, headers: HeaderMap, body: String) -> Response {
    if let Some(misdone) = misdone(&world, Endpoint::Token, "token").await {
        return misdone;
    }
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let mut world = locked(&world);
    match redeemed(&mut world, &fields(&body), authorization) {
        Ok(grant) => {
            let access_token = format!("{:032x}", rand::random::<u128>());
            let id_token = id_token(&world, &grant, &access_token);
            let answer = json!({
                "access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
            });
            Json(answer).into_response()
        }
        Err(error) => {
            let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
            (status, Json(json!({ "error": error, "error_description": "no" }))).into_response()
        }
    }
}
