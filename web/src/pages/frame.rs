//! What stands around every page: its title, the sections, who looks at it.

use super::assets::{MARK, SCRIPT, STYLE, THEME, TOUCH};
use super::fault::Fault;
use super::icon::Icon;
use super::markup::seen;
use crate::App;
use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;

/// What a handler of a page answers.
pub(super) type Shown = Result<Response, Fault>;

/// The sections, in the order of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Inbox,
    Tasks,
    NewTask,
    Projects,
    People,
    Places,
    Automation,
    Deliveries,
    Audit,
    Health,
    More,
    Nowhere,
}

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    /// Their name.
    pub(super) name: String,
    /// Admin of the hub.
    pub(super) admin: bool,
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// What the page is about.
    pub(super) title: String,
    /// Who looks at it; none where nobody is signed in.
    pub(super) viewer: Option<Viewer>,
    /// A scripted model stands in for the real one.
    pub(super) rehearsal: bool,
    section: Section,
    waiting: usize,
}

/// A link of the navigation.
pub(super) struct Link {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) icon: Icon,
    pub(super) here: bool,
    /// Shown on the second page where there is little room.
    pub(super) second: bool,
    pub(super) count: usize,
}

impl Section {
    const LINKED: [(Self, &'static str, &'static str, Icon); 10] = [
        (Self::Inbox, "Inbox", "/", Icon::Inbox),
        (Self::Tasks, "Tasks", "/tasks", Icon::Tasks),
        (Self::NewTask, "New task", "/tasks/new", Icon::New),
        (Self::Projects, "Projects", "/projects", Icon::Projects),
        (Self::Automation, "Automation", "/automation", Icon::Clock),
        (Self::People, "People", "/people", Icon::People),
        (Self::Places, "Places", "/places", Icon::Places),
        (Self::Deliveries, "Deliveries", "/deliveries", Icon::Traffic),
        (Self::Audit, "Audit log", "/audit", Icon::Audit),
        (Self::Health, "Health", "/health", Icon::Health),
    ];

    /// Whether it is for admins of the hub alone.
    fn is_for_admins(self) -> bool {
        matches!(self, Self::People | Self::Places | Self::Deliveries | Self::Audit | Self::Health)
    }

    fn is_second(self) -> bool {
        !matches!(self, Self::Inbox | Self::Tasks | Self::NewTask | Self::Projects)
    }
}

impl Frame {
    /// For somebody who is signed in.
    pub(super) async fn of(app: &App, actor: &Actor, section: Section, title: &str) -> Result<Self, Refusal> {
        let waiting = app.hub.approvals(actor).await?.len();
        Ok(Self { waiting, ..Self::around(app, actor, section, title) })
    }

    /// The same, where what waits is known already.
    pub(super) fn with_waiting(self, waiting: usize) -> Self {
        Self { waiting, ..self }
    }

    /// For somebody who is signed in, without asking the hub anything.
    pub(super) fn around(app: &App, actor: &Actor, section: Section, title: &str) -> Self {
        let viewer = Viewer { name: actor.name.clone(), admin: actor.admin };
        Self { title: title.to_owned(), viewer: Some(viewer), rehearsal: app.about.rehearsal, section, waiting: 0 }
    }

    /// For somebody whom we do not know.
    pub(super) fn bare(title: &str) -> Self {
        Self { title: title.to_owned(), viewer: None, rehearsal: false, section: Section::Nowhere, waiting: 0 }
    }

    /// The links of the navigation.
    pub(super) fn links(&self) -> Vec<Link> {
        let admin = self.viewer.as_ref().is_some_and(|viewer| viewer.admin);
        let mine = Section::LINKED.into_iter().filter(|(section, ..)| admin || !section.is_for_admins());
        let link = |(section, name, path, icon): (Section, _, _, _)| Link {
            name,
            path,
            icon,
            here: section == self.section,
            second: section.is_second(),
            count: if section == Section::Inbox { self.waiting } else { 0 },
        };
        mine.map(link).collect()
    }

    /// Whether the page is found under "More" where there is little room.
    pub(super) fn is_more(&self) -> bool {
        self.section == Section::More
    }

    pub(super) fn style(&self) -> String {
        STYLE.path()
    }

    pub(super) fn script(&self) -> String {
        SCRIPT.path()
    }

    pub(super) fn theme(&self) -> String {
        THEME.path()
    }

    pub(super) fn touch(&self) -> String {
        TOUCH.path()
    }

    pub(super) fn mark(&self) -> String {
        MARK.path()
    }
}

/// Renders a page. Nothing of it is kept by a browser or by what stands between.
pub(super) fn page(template: &impl Template) -> Shown {
    let html = rendered(template)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

/// Renders a part of a page.
pub(super) fn rendered(template: &impl Template) -> Result<String, Fault> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        Refusal::Internal("the page could not be made; the hub's log says why".to_owned())
    })?;
    Ok(seen(html))
}
