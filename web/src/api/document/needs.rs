//! How it is shown who asks, and which routes want what of it.

use super::Facts;
use crate::rights::Need;
use utoipa::openapi::Components;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

/// The name of tokens among what shows who asks.
const TOKEN: &str = "token";
/// The name of cookies.
const SESSION: &str = "session";

/// Describes what shows who asks.
pub(super) fn lay_out(components: &mut Components) {
    let token = "A personal token, or an access token that was given for one. It is good for its scopes: a route names the one \
                 that it needs.";
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(token)).build();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(token));
    let session =
        "The session of a browser. Over plain http on the hub's own machine the cookie is called `signalbox`.";
    let session = ApiKeyValue::with_description("__Host-signalbox", session);
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(session)));
}

/// Says what a route needs of whoever asks.
pub(super) fn tell(operation: &mut Operation, facts: &Facts<'_>) {
    let none: [&str; 0] = [];
    let session = SecurityRequirement::new(SESSION, none);
    operation.security = Some(match facts.need {
        Some(Need::Scope(scope)) => vec![SecurityRequirement::new(TOKEN, [scope.as_str()]), session],
        Some(Need::AnyProof) => vec![SecurityRequirement::new(TOKEN, none), session],
        Some(Need::Presence) => vec![session],
        // By the others somebody shows who they are; what needs the hub's own socket is not described.
        Some(Need::Socket) | None => Vec::new(),
    });
}
