//! Small pictures of our own, drawn with lines on a grid of 24, so that they take the colour of the text beside them.

use super::markup::Markup;

/// A small picture. It is never alone: words beside it, or read out in its place, say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    Inbox,
    Tasks,
    New,
    Projects,
    People,
    Places,
    Clock,
    Traffic,
    Audit,
    Health,
    More,
    Queued,
    Running,
    Waiting,
    Done,
    Failed,
    Stopped,
    Tool,
    File,
    Talk,
    Account,
}

impl Icon {
    fn strokes(self) -> &'static str {
        match self {
            Self::Inbox => {
                "M4 13V6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v7M4 13v5a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-5M4 13h5l1 2h4l1-2h5"
            }
            Self::Tasks => "M4 6l1.5 1.5L8 5M4 12l1.5 1.5L8 11M4 18l1.5 1.5L8 17M12 6.5h8M12 12.5h8M12 18.5h8",
            Self::New => "M12 5v14M5 12h14",
            Self::Projects => "M3 7a2 2 0 0 1 2-2h4l2 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
            Self::People => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-3.6 3-5.5 6.5-5.5s5.9 1.9 6.5 5.5M16 4.5a3.3 3.3 0 0 1 0 6.2M18 14.7c2 .7 3.2 2.4 3.6 5.3"
            }
            Self::Places => "M4 5h16v11H9l-5 4zM8 9h8M8 12h5",
            Self::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
            Self::Traffic => "M8 20V5M4 9l4-4 4 4M16 4v15M12 15l4 4 4-4",
            Self::Audit => "M9 15l6-6M10 6l1.5-1.5a4 4 0 0 1 6 6L16 12M14 18l-1.5 1.5a4 4 0 0 1-6-6L8 12",
            Self::Health => "M3 12h4l2.5-6 4 12 2.5-6h5",
            Self::More => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Queued => "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z",
            Self::Running => "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM10.5 9v6l4.5-3z",
            Self::Waiting => "M12 3l9.5 17h-19zM12 10v4M12 17h.01",
            Self::Done => "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM8.5 12l2.5 2.5 4.5-5",
            Self::Failed => "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9.5 9.5l5 5M14.5 9.5l-5 5",
            Self::Stopped => "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9.5 9.5h5v5h-5z",
            Self::Tool => "M4 6l5 5-5 5M11 18h9",
            Self::File => "M6 3h8l5 5v13H6zM14 3v5h5",
            Self::Talk => "M4 5h16v11H9l-5 4z",
            Self::Account => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21c.7-4 3.4-6 7.5-6s6.8 2 7.5 6",
        }
    }

    /// As HTML. Screen readers pass it over.
    pub(super) fn svg(self) -> Markup {
        Markup::written(format!(
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\"><path d=\"{}\"/></svg>",
            self.strokes()
        ))
    }
}
