//! The two ways to show a task: for people, and for programs.

use super::screen::Screen;
use crate::client::Heard;
use crate::show::clean::prose;
use crate::show::outcome::{Answer, outcome};
use crate::show::{Look, Paint};
use signalbox_core::card::{OutcomeCard, TaskCard};
use signalbox_core::event::Live;
use std::io::{self, Write as _};

/// How a task is shown.
pub(super) enum View {
    /// To people, on a terminal or in a log.
    Human(Box<Screen>),
    /// To programs: the API's lines on standard output, and words for people on standard error.
    Json,
}

impl View {
    pub(super) fn new(json: bool) -> Self {
        if json { Self::Json } else { Self::Human(Box::new(Screen::new())) }
    }

    pub(super) fn look(&self) -> Look {
        match self {
            Self::Human(screen) => screen.look(),
            Self::Json => Look { width: None, colour: false },
        }
    }

    /// Shows what was heard of the task.
    pub(super) fn heard(&mut self, heard: &Heard) -> io::Result<()> {
        match (self, &heard.live) {
            (Self::Json, _) => {
                let mut out = io::stdout().lock();
                writeln!(out, "{}", heard.line)?;
                out.flush()
            }
            (Self::Human(screen), Some(Live::Event(event))) => screen.event(&event.kind),
            (Self::Human(screen), Some(Live::Passing(passing))) => screen.passing(passing),
            (Self::Human(_), None) => Ok(()),
        }
    }

    /// Shows the task card.
    pub(super) fn card(&mut self, card: &TaskCard) -> io::Result<()> {
        match self {
            Self::Human(screen) => screen.card(card),
            Self::Json => Ok(()),
        }
    }

    /// Says something to the person. The text must be clean already.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        match self {
            Self::Human(screen) => screen.say(text),
            Self::Json => writeln!(io::stderr(), "{}", text.trim_end()),
        }
    }

    /// Says something that they should not miss.
    pub(super) fn notice(&mut self, text: &str) -> io::Result<()> {
        let text = self.look().paint(Paint::Warn, &prose(text));
        self.say(&text)
    }

    pub(super) fn tick(&mut self) -> io::Result<()> {
        match self {
            Self::Human(screen) => screen.redraw(),
            Self::Json => Ok(()),
        }
    }

    /// The screen, where there is one to ask on.
    pub(super) fn screen(&mut self) -> Option<&mut Screen> {
        match self {
            Self::Human(screen) => Some(screen),
            Self::Json => None,
        }
    }

    /// The person leaves before the outcome.
    pub(super) fn leave(&mut self, words: &str) -> io::Result<()> {
        if let Self::Human(screen) = self {
            screen.break_off()?;
            screen.finish()?;
        }
        self.say(words)
    }

    /// Shows the outcome. For programs the `finished` line was it.
    pub(super) fn finish(&mut self, card: &OutcomeCard) -> io::Result<()> {
        let Self::Human(screen) = self else { return Ok(()) };
        screen.finish()?;
        let seen = card.answer.as_deref().is_some_and(|answer| screen.has_shown(answer));
        let answer = if seen { Answer::SeenAlready } else { Answer::Whole };
        let text = outcome(card, answer, screen.look());
        screen.say(&text)
    }
}
