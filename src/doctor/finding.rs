//! What a check found.

use crate::show::clean::prose;
use crate::show::{Look, Paint};
use serde::Serialize;
use std::error::Error;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Grade {
    /// As it should be.
    Ok,
    /// It works, but somebody should know.
    Warn,
    /// It does not work.
    Fail,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) check: &'static str,
    /// How bad it is.
    pub(super) grade: Grade,
    /// What was found.
    pub(super) what: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mend: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, grade: Grade::Ok, what: what.into(), mend: None }
    }

    pub(super) fn warn(check: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, grade: Grade::Warn, what: what.into(), mend: Some(mend.into()) }
    }

    pub(super) fn fail(check: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, grade: Grade::Fail, what: what.into(), mend: Some(mend.into()) }
    }
}

/// An error with all that caused it, in one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

/// The findings for people.
pub(super) fn report(findings: &[Finding], look: Look) -> String {
    let mut shown = String::new();
    for finding in findings {
        let (paint, word) = match finding.grade {
            Grade::Ok => (Paint::Good, "ok  "),
            Grade::Warn => (Paint::Warn, "warn"),
            Grade::Fail => (Paint::Bad, "FAIL"),
        };
        shown.push_str(&format!("{} {:<13} {}\n", look.paint(paint, word), finding.check, prose(&finding.what)));
        if let Some(mend) = &finding.mend {
            shown.push_str(&format!("     {:<13} {}\n", "", look.paint(Paint::Faint, &prose(mend))));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_says_how_to_mend_it() {
        let findings = [
            Finding::ok("home", "fine"),
            Finding::warn("disk", "little", "make room"),
            Finding::fail("docker", "no engine\u{1b}[2J", "install docker.io"),
        ];
        insta::assert_snapshot!(report(&findings, Look { width: None, colour: false }), @r"
        ok   home          fine
        warn disk          little
                           make room
        FAIL docker        no engine⟦U+001B⟧[2J
                           install docker.io
        ");
    }

    #[test]
    fn errors_tell_their_causes() {
        let error = std::io::Error::other(std::io::Error::other("deep"));
        assert!(chain(&error).ends_with("deep"));
    }
}
