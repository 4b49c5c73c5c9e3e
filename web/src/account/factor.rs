//! The second factor of a person's own account.

use crate::api::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use signalbox_core::account::{ConfirmFactor, NewFactor, ProveFactor, RecoveryCodes};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(begin_factor, confirm_factor, remove_factor))
}

/// Makes a second factor, which is not in force yet.
///
/// A problem with `password_needed` wants the password (again).
#[utoipa::path(
    post, path = "/api/v1/me/second-factor", tag = "account", request_body = Option<ProveFactor>,
    responses((status = 200, description = "What the authenticator app is given, shown once.", body = NewFactor))
)]
async fn begin_factor(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Proof(proof): Proof,
) -> Answer<NewFactor> {
    Ok(Json(app.accounts.begin_factor(&caller, &peer, proof).await?))
}

/// Puts the second factor in force by a code of it.
#[utoipa::path(
    put, path = "/api/v1/me/second-factor", tag = "account", request_body = ConfirmFactor,
    responses((status = 200, description = "Codes that stand in for it, shown once.", body = RecoveryCodes))
)]
async fn confirm_factor(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Payload(confirm): Payload<ConfirmFactor>,
) -> Answer<RecoveryCodes> {
    Ok(Json(app.accounts.confirm_factor(&caller, &peer, confirm).await?))
}

/// Removes the second factor.
#[utoipa::path(
    delete, path = "/api/v1/me/second-factor", tag = "account", request_body = Option<ProveFactor>,
    responses((status = 204, description = "It is done."))
)]
async fn remove_factor(
    State(app): State<App>,
    Principal { caller, peer, .. }: Principal,
    Proof(proof): Proof,
) -> Result<StatusCode, Problem> {
    app.accounts.remove_factor(&caller, &peer, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What shows once more who it is; a request without a body shows nothing.
pub(crate) struct Proof(pub(crate) ProveFactor);

impl FromRequest<App> for Proof {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let empty = request.headers().get(header::CONTENT_LENGTH).is_none_or(|length| length == "0")
            && !request.headers().contains_key(header::TRANSFER_ENCODING);
        if empty {
            return Ok(Self(ProveFactor::default()));
        }
        let Payload(proof): Payload<Option<ProveFactor>> = Payload::from_request(request, app).await?;
        Ok(Self(proof.unwrap_or_default()))
    }
}
