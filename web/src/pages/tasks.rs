//! The list of tasks, and finding one in it.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::Markup;
use super::moment::when;
use super::pill;
use super::row::{Rows, TaskRow};
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use signalbox_core::port::{LOOKED_THROUGH, Refusal, TaskFilter};
use signalbox_core::task::{TaskState, UnknownWord};

/// How many tasks a page shows.
const PAGE: u32 = 50;
/// In place of a state: those that are not over.
const OPEN: &str = "open";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tasks", get(list_tasks))
}

/// What is looked for. Fields that were left empty are empty texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Wanted {
    #[serde(skip_serializing_if = "String::is_empty")]
    words: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    project: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    requester: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct TasksPage {
    frame: Frame,
    tasks: Vec<TaskRow>,
    projects: Vec<String>,
    states: Vec<(&'static str, &'static str)>,
    /// Where those after these are.
    older: Option<String>,
    /// Where the newest are, unless these are they.
    newest: Option<String>,
    /// How far back words were looked for, where there are more tasks.
    reached: Option<Markup>,
    looked_through: u32,
    wider: Vec<(&'static str, String)>,
    wanted: Wanted,
}

async fn list_tasks(State(app): State<App>, Visitor { actor, .. }: Visitor, Asked(wanted): Asked<Wanted>) -> Shown {
    let wanted = wanted.trimmed();
    let Rows { tasks, next, reached } = Rows::of(&app, &actor, wanted.filter()?).await?;
    let projects = app.hub.projects(&actor).await?.into_iter().map(|project| project.name).collect();
    let frame = Frame::of(&app, &actor, Section::Tasks, "Tasks").await?;
    page(&TasksPage {
        frame,
        tasks,
        projects,
        states: TaskState::ALL.map(|state| (state.as_str(), pill::state(state).word)).to_vec(),
        older: next.map(|last| wanted.from(Some(last.to_string())).address()),
        newest: wanted.before.as_ref().map(|_| wanted.from(None).address()),
        reached: reached.map(when),
        looked_through: LOOKED_THROUGH,
        wider: wanted.wider(),
        wanted,
    })
}

impl Wanted {
    fn trimmed(self) -> Self {
        let trimmed = |text: String| text.trim().to_owned();
        Self {
            words: trimmed(self.words),
            project: trimmed(self.project),
            state: trimmed(self.state),
            requester: trimmed(self.requester),
            before: self.before.map(trimmed).filter(|before| !before.is_empty()),
        }
    }

    fn filter(&self) -> Result<TaskFilter, Refusal> {
        let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let state = said(&self.state).filter(|state| state != OPEN).map(|state| state.parse::<TaskState>());
        Ok(TaskFilter {
            project: said(&self.project),
            open: self.state == OPEN,
            state: state.transpose().map_err(|unknown: UnknownWord| Refusal::Invalid(unknown.to_string()))?,
            requester: said(&self.requester),
            words: said(&self.words),
            limit: PAGE,
            before: self.before.clone(),
        })
    }

    fn from(&self, before: Option<String>) -> Self {
        Self { before, ..self.clone() }
    }

    fn address(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("/tasks?{query}"),
            _ => "/tasks".to_owned(),
        }
    }

    /// The same with one condition less, for each that there is.
    fn wider(&self) -> Vec<(&'static str, String)> {
        let without = |said: &str, words, wider: Self| (!said.is_empty()).then(|| (words, wider.from(None).address()));
        let all = [
            without(&self.words, "without the words", Self { words: String::new(), ..self.clone() }),
            without(&self.state, "in any state", Self { state: String::new(), ..self.clone() }),
            without(&self.project, "in every project", Self { project: String::new(), ..self.clone() }),
            without(&self.requester, "whoever asked", Self { requester: String::new(), ..self.clone() }),
        ];
        all.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted { words: " a&b ".to_owned(), state: "failed".to_owned(), ..Wanted::default() }.trimmed()
    }

    #[test]
    fn what_was_left_empty_is_not_looked_for() {
        assert_eq!(Wanted::default().filter().unwrap(), TaskFilter { limit: PAGE, ..TaskFilter::default() });
        assert_eq!(Wanted::default().address(), "/tasks");
        assert_eq!(Wanted::default().wider(), []);
    }

    #[test]
    fn a_state_is_one_of_six_or_not_over() {
        let filter = |state: &str| Wanted { state: state.to_owned(), ..Wanted::default() }.filter();
        assert!(filter("open").unwrap().open);
        assert_eq!(filter("failed").unwrap().state, Some(TaskState::Failed));
        assert!(matches!(filter("over"), Err(Refusal::Invalid(_))));
    }

    #[test]
    fn each_condition_can_be_left_out_alone() {
        let wider = wanted().from(Some("0000".to_owned())).wider();
        assert_eq!(
            wider,
            [
                ("without the words", "/tasks?state=failed".to_owned()),
                ("in any state", "/tasks?words=a%26b".to_owned())
            ]
        );
        assert_eq!(wanted().from(Some("0000".to_owned())).address(), "/tasks?words=a%26b&state=failed&before=0000");
    }
}
