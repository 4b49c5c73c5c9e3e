//! The part of the API that manages what starts and follows tasks without anybody writing in a place.

use crate::api::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use signalbox_core::hook::{AddHook, HookReport, MadeHook, Trial, TryHook};
use signalbox_core::id::TaskId;
use signalbox_core::schedule::{AddSchedule, ScheduleReport};
use signalbox_core::subscription::{AddSubscription, MadeSubscription, SubscriptionReport};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_hooks, add_hook))
        .routes(routes!(remove_hook))
        .routes(routes!(rotate_hook))
        .routes(routes!(try_hook))
        .routes(routes!(list_schedules, add_schedule))
        .routes(routes!(remove_schedule))
        .routes(routes!(run_schedule))
        .routes(routes!(list_subscriptions, add_subscription))
        .routes(routes!(remove_subscription))
        .routes(routes!(rotate_subscription))
        .routes(routes!(enable_subscription))
        .routes(routes!(test_subscription))
}

/// Adds a hook: an address where another system tells what happened.
#[utoipa::path(
    post, path = "/api/v1/hooks", tag = "automation", request_body = AddHook,
    responses(
        (status = 200, description = "Its path and its secret, shown once.", body = MadeHook),
        (status = 404, description = "There is no such project or person."),
    )
)]
async fn add_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddHook>,
) -> Answer<MadeHook> {
    Ok(Json(app.hub.add_hook(&actor, request).await?))
}

/// Lists hooks.
#[utoipa::path(
    get, path = "/api/v1/hooks", tag = "automation",
    responses((status = 200, description = "Hooks of projects that the person keeps.", body = Vec<HookReport>))
)]
async fn list_hooks(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<HookReport>> {
    Ok(Json(app.hub.hooks(&actor).await?))
}

/// Removes a hook.
#[utoipa::path(
    delete, path = "/api/v1/hooks/{hook}", tag = "automation",
    responses((status = 204, description = "It is done."))
)]
async fn remove_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(hook): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_hook(&actor, &hook).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a hook a new secret.
///
/// The one before it opens until `previous_until`.
#[utoipa::path(
    post, path = "/api/v1/hooks/{hook}/secret", tag = "automation",
    responses((status = 200, description = "The secret, shown once.", body = MadeHook))
)]
async fn rotate_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(hook): Path<String>,
) -> Answer<MadeHook> {
    Ok(Json(app.hub.rotate_hook(&actor, &hook).await?))
}

/// Says what a hook would ask, and asks nothing.
#[utoipa::path(
    post, path = "/api/v1/hooks/{hook}/trial", tag = "automation", request_body = TryHook,
    responses((status = 200, description = "What would be asked, if anything.", body = Trial))
)]
async fn try_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(hook): Path<String>,
    Payload(request): Payload<TryHook>,
) -> Answer<Trial> {
    Ok(Json(app.hub.try_hook(&actor, &hook, request).await?))
}

/// Adds a schedule.
#[utoipa::path(
    post, path = "/api/v1/schedules", tag = "automation", request_body = AddSchedule,
    responses(
        (status = 200, description = "The schedule, with its next times.", body = ScheduleReport),
        (status = 404, description = "There is no such project or person."),
    )
)]
async fn add_schedule(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddSchedule>,
) -> Answer<ScheduleReport> {
    Ok(Json(app.hub.add_schedule(&actor, request).await?))
}

/// Lists schedules, with their next times.
#[utoipa::path(
    get, path = "/api/v1/schedules", tag = "automation",
    responses(
        (status = 200, description = "Schedules of projects that the person keeps.", body = Vec<ScheduleReport>),
    )
)]
async fn list_schedules(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<ScheduleReport>> {
    Ok(Json(app.hub.schedules(&actor).await?))
}

/// Removes a schedule.
#[utoipa::path(
    delete, path = "/api/v1/schedules/{schedule}", tag = "automation",
    responses((status = 204, description = "It is done."))
)]
async fn remove_schedule(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(schedule): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_schedule(&actor, &schedule).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a schedule's task now.
#[utoipa::path(
    post, path = "/api/v1/schedules/{schedule}/run", tag = "automation",
    responses((status = 200, description = "The task's id.", body = TaskId))
)]
async fn run_schedule(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(schedule): Path<String>,
) -> Answer<TaskId> {
    Ok(Json(app.hub.run_schedule(&actor, &schedule).await?))
}

/// Adds a subscription: an address that is told what happens to tasks.
#[utoipa::path(
    post, path = "/api/v1/subscriptions", tag = "automation", request_body = AddSubscription,
    responses(
        (
            status = 200,
            description = "The secret that its requests are signed with, shown once.",
            body = MadeSubscription,
        ),
        (status = 404, description = "There is no such project."),
    )
)]
async fn add_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddSubscription>,
) -> Answer<MadeSubscription> {
    Ok(Json(app.hub.add_subscription(&actor, request).await?))
}

/// Lists subscriptions, and how they fare.
#[utoipa::path(
    get, path = "/api/v1/subscriptions", tag = "automation",
    responses(
        (
            status = 200,
            description = "Subscriptions of projects that the person keeps.",
            body = Vec<SubscriptionReport>,
        ),
    )
)]
async fn list_subscriptions(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
) -> Answer<Vec<SubscriptionReport>> {
    Ok(Json(app.hub.subscriptions(&actor).await?))
}

/// Removes a subscription.
#[utoipa::path(
    delete, path = "/api/v1/subscriptions/{subscription}", tag = "automation",
    responses((status = 204, description = "It is done."))
)]
async fn remove_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_subscription(&actor, &subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a subscription a new secret.
///
/// Until `previous_until` requests are signed with the one before it as well.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{subscription}/secret", tag = "automation",
    responses((status = 200, description = "The secret, shown once.", body = MadeSubscription))
)]
async fn rotate_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Answer<MadeSubscription> {
    Ok(Json(app.hub.rotate_subscription(&actor, &subscription).await?))
}

/// Switches a subscription on again.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{subscription}/enable", tag = "automation",
    responses((status = 204, description = "It is done."))
)]
async fn enable_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.enable_subscription(&actor, &subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a subscription tell something that did not happen.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{subscription}/trial", tag = "automation",
    responses((status = 204, description = "It will be told."))
)]
async fn test_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.test_subscription(&actor, &subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}
