//! The part of the API that manages what starts and follows tasks without anybody writing in a place.

use crate::api::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use signalbox_core::hook::{AddHook, HookReport, MadeHook, Trial, TryHook};
use signalbox_core::id::TaskId;
use signalbox_core::schedule::{AddSchedule, ScheduleReport};
use signalbox_core::subscription::{AddSubscription, MadeSubscription, SubscriptionReport};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/hooks", get(list_hooks).post(add_hook))
        .route("/api/v1/hooks/{hook}", delete(remove_hook))
        .route("/api/v1/hooks/{hook}/secret", post(rotate_hook))
        .route("/api/v1/hooks/{hook}/trial", post(try_hook))
        .route("/api/v1/schedules", get(list_schedules).post(add_schedule))
        .route("/api/v1/schedules/{schedule}", delete(remove_schedule))
        .route("/api/v1/schedules/{schedule}/run", post(run_schedule))
        .route("/api/v1/subscriptions", get(list_subscriptions).post(add_subscription))
        .route("/api/v1/subscriptions/{subscription}", delete(remove_subscription))
        .route("/api/v1/subscriptions/{subscription}/secret", post(rotate_subscription))
        .route("/api/v1/subscriptions/{subscription}/enable", post(enable_subscription))
        .route("/api/v1/subscriptions/{subscription}/trial", post(test_subscription))
}

async fn add_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddHook>,
) -> Answer<MadeHook> {
    Ok(Json(app.hub.add_hook(&actor, request).await?))
}

async fn list_hooks(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<HookReport>> {
    Ok(Json(app.hub.hooks(&actor).await?))
}

async fn remove_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(hook): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_hook(&actor, &hook).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn rotate_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(hook): Path<String>,
) -> Answer<MadeHook> {
    Ok(Json(app.hub.rotate_hook(&actor, &hook).await?))
}

async fn try_hook(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(hook): Path<String>,
    Payload(request): Payload<TryHook>,
) -> Answer<Trial> {
    Ok(Json(app.hub.try_hook(&actor, &hook, request).await?))
}

async fn add_schedule(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddSchedule>,
) -> Answer<ScheduleReport> {
    Ok(Json(app.hub.add_schedule(&actor, request).await?))
}

async fn list_schedules(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<ScheduleReport>> {
    Ok(Json(app.hub.schedules(&actor).await?))
}

async fn remove_schedule(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(schedule): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_schedule(&actor, &schedule).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn run_schedule(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(schedule): Path<String>,
) -> Answer<TaskId> {
    Ok(Json(app.hub.run_schedule(&actor, &schedule).await?))
}

async fn add_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddSubscription>,
) -> Answer<MadeSubscription> {
    Ok(Json(app.hub.add_subscription(&actor, request).await?))
}

async fn list_subscriptions(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
) -> Answer<Vec<SubscriptionReport>> {
    Ok(Json(app.hub.subscriptions(&actor).await?))
}

async fn remove_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_subscription(&actor, &subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn rotate_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Answer<MadeSubscription> {
    Ok(Json(app.hub.rotate_subscription(&actor, &subscription).await?))
}

async fn enable_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.enable_subscription(&actor, &subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn test_subscription(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(subscription): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.test_subscription(&actor, &subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}
