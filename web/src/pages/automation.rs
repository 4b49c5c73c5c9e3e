//! What starts and follows tasks without anybody writing in a place: schedules, hooks and subscriptions.

use super::Visitor;
use super::fault::Fault;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact, line, prose};
use super::moment::when;
use crate::App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use signalbox_core::hook::HookReport;
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::Refusal;
use signalbox_core::schedule::ScheduleReport;
use signalbox_core::subscription::{SubscriptionReport, Topic};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/automation", get(show_automation))
}

#[derive(Template)]
#[template(path = "automation.html")]
struct AutomationPage {
    frame: Frame,
    schedules: Schedules,
    hooks: Hooks,
    subscriptions: Subscriptions,
    projects: Vec<String>,
    topics: Vec<&'static str>,
    name: String,
}

async fn show_automation(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    let frame = Frame::of(&app, &actor, Section::Automation, "Automation").await?;
    page(&AutomationPage {
        frame,
        schedules: Schedules::of(&app, &actor, None).await?,
        hooks: Hooks::of(&app, &actor, None).await?,
        subscriptions: Subscriptions::of(&app, &actor, None).await?,
        projects: app.hub.projects(&actor).await?.into_iter().map(|project| project.name).collect(),
        topics: Topic::ALL.map(Topic::as_str).to_vec(),
        name: actor.name,
    })
}

/// Schedules, as a list.
#[derive(Template)]
#[template(path = "schedules.html")]
pub(super) struct Schedules {
    rows: Vec<ScheduleRow>,
}

struct ScheduleRow {
    name: String,
    project: String,
    user: String,
    cron: Markup,
    zone: String,
    places: String,
    next: Vec<String>,
    last_task: Option<String>,
    refusal: Option<Markup>,
}

/// Hooks, as a list.
#[derive(Template)]
#[template(path = "hooks.html")]
pub(super) struct Hooks {
    rows: Vec<HookRow>,
}

struct HookRow {
    name: String,
    project: String,
    user: String,
    scheme: String,
    when: Option<Markup>,
    places: String,
    last: Option<Markup>,
    last_task: Option<String>,
    refusal: Option<Markup>,
}

/// Subscriptions, as a list.
#[derive(Template)]
#[template(path = "subscriptions.html")]
pub(super) struct Subscriptions {
    rows: Vec<SubscriptionRow>,
}

struct SubscriptionRow {
    name: String,
    project: String,
    url: Markup,
    topics: String,
    last: Option<Markup>,
    failure: Option<Markup>,
    disabled: Option<Markup>,
    waiting: u64,
}

/// A list that its asker may not see is empty.
fn mine<T>(list: Result<Vec<T>, Refusal>) -> Result<Vec<T>, Fault> {
    match list {
        Err(Refusal::Forbidden(_) | Refusal::Unavailable(_)) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

fn of_project(wanted: Option<&str>, project: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == project)
}

fn places(places: &[Place]) -> String {
    places.iter().map(|place| line(&place.to_string(), 80)).collect::<Vec<_>>().join(", ")
}

impl Schedules {
    /// Those that somebody may see, of one project or of all.
    pub(super) async fn of(app: &App, actor: &Actor, project: Option<&str>) -> Result<Self, Fault> {
        let all = mine(app.hub.schedules(actor).await)?;
        Ok(Self { rows: all.into_iter().filter(|one| of_project(project, &one.project)).map(schedule).collect() })
    }
}

fn schedule(report: ScheduleReport) -> ScheduleRow {
    ScheduleRow {
        name: report.name,
        project: report.project,
        user: report.user,
        cron: exact(&report.cron),
        zone: report.zone,
        places: places(&report.places),
        next: report.next.into_iter().take(3).map(|due| due.local).collect(),
        last_task: report.last_task.map(|task| task.to_string()),
        refusal: report.refusal.as_deref().map(prose),
    }
}

impl Hooks {
    /// Those that somebody may see, of one project or of all.
    pub(super) async fn of(app: &App, actor: &Actor, project: Option<&str>) -> Result<Self, Fault> {
        let all = mine(app.hub.hooks(actor).await)?;
        Ok(Self { rows: all.into_iter().filter(|one| of_project(project, &one.project)).map(hook).collect() })
    }
}

fn hook(report: HookReport) -> HookRow {
    HookRow {
        name: report.name,
        project: report.project,
        user: report.user,
        scheme: report.scheme,
        when: report.when.as_deref().map(exact),
        places: places(&report.places),
        last: report.last_at.map(when),
        last_task: report.last_task.map(|task| task.to_string()),
        refusal: report.refusal.as_deref().map(prose),
    }
}

impl Subscriptions {
    /// Those that somebody may see, of one project or of all.
    pub(super) async fn of(app: &App, actor: &Actor, project: Option<&str>) -> Result<Self, Fault> {
        let all = mine(app.hub.subscriptions(actor).await)?;
        Ok(Self { rows: all.into_iter().filter(|one| of_project(project, &one.project)).map(subscription).collect() })
    }
}

fn subscription(report: SubscriptionReport) -> SubscriptionRow {
    let topics: Vec<_> = report.topics.iter().map(|topic| topic.as_str()).collect();
    SubscriptionRow {
        name: report.name,
        project: report.project,
        url: exact(&report.url),
        topics: if topics.is_empty() { "everything".to_owned() } else { topics.join(", ") },
        last: report.last_at.map(when),
        failure: report.failure.as_deref().map(prose),
        disabled: report.disabled_at.map(when),
        waiting: report.waiting,
    }
}
