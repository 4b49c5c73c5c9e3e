//! What people write: comments, comments at lines, reviews, descriptions.

use super::{Asked, Base, Deed, Scene, head};
use crate::about::About;
use crate::wire::{Pull, Review};
use signalbox_core::policy::Trigger;
use signalbox_core::text::clean::prose;

/// A comment at an issue or pull request.
pub(super) fn commented(scene: &Scene<'_>) -> Option<Asked> {
    let (issue, comment) = (scene.payload.issue.as_ref()?, scene.payload.comment.as_ref()?);
    let text = prose(comment.body.as_deref()?);
    scene.asked(Deed {
        number: issue.number,
        message: Some(format!("c{}", comment.id)),
        what: scene.words(comment.user.as_ref(), &text)?,
        about: Some(About::issue(issue).into_text()),
        base: if issue.pull_request.is_some() { Base::Pull } else { Base::Default },
        shows: address(&["issues", "comments", &comment.id.to_string()]),
        trigger: None,
    })
}

/// A comment at a line of a pull request's diff.
pub(super) fn commented_line(scene: &Scene<'_>) -> Option<Asked> {
    let (pull, comment) = (scene.payload.pull_request.as_ref()?, scene.payload.comment.as_ref()?);
    let text = prose(comment.body.as_deref()?);
    scene.asked(Deed {
        number: pull.number,
        message: Some(format!("r{}", comment.id)),
        what: scene.words(comment.user.as_ref(), &text)?,
        about: Some(About::pull(pull).at_line(comment).into_text()),
        base: base(pull),
        shows: address(&["pulls", "comments", &comment.id.to_string()]),
        trigger: None,
    })
}

/// A review's own text; its comments at lines come by themselves.
pub(super) fn reviewed(scene: &Scene<'_>) -> Option<Asked> {
    let (pull, review) = (scene.payload.pull_request.as_ref()?, scene.payload.review.as_ref()?);
    let text = prose(review.body.as_deref()?);
    let about = About::pull(pull).with("The request is the text of a review; its verdict", verdict(review));
    scene.asked(Deed {
        number: pull.number,
        message: Some(format!("v{}", review.id)),
        what: scene.words(review.user.as_ref(), &text)?,
        about: Some(about.into_text()),
        base: base(pull),
        // Nobody can react to a review, so the pull request shows it.
        shows: address(&["issues", &pull.number.to_string()]),
        trigger: Some(Trigger::Review),
    })
}

/// The description of a new issue or pull request.
pub(super) fn opened(scene: &Scene<'_>) -> Option<Asked> {
    let payload = scene.payload;
    let (number, body, about, base) = match (&payload.issue, &payload.pull_request) {
        (Some(issue), _) => (issue.number, &issue.body, About::issue(issue), Base::Default),
        (None, Some(pull)) => (pull.number, &pull.body, About::pull(pull), base(pull)),
        (None, None) => return None,
    };
    let text = prose(body.as_deref()?);
    let by = payload.issue.as_ref().and_then(|issue| issue.user.as_ref());
    scene.asked(Deed {
        number,
        message: Some("i".to_owned()),
        what: scene.words(by, &text)?,
        about: Some(about.into_text()),
        base,
        shows: address(&["issues", &number.to_string()]),
        trigger: Some(Trigger::Opened),
    })
}

/// The head that a payload names is the one that was seen when it was written.
pub(super) fn base(pull: &Pull) -> Base {
    head(&pull.head, &pull.base).map_or(Base::Pull, Base::Head)
}

pub(super) fn address(segments: &[&str]) -> Vec<String> {
    segments.iter().map(|segment| (*segment).to_owned()).collect()
}

fn verdict(review: &Review) -> &str {
    review.state.as_deref().unwrap_or("none")
}
