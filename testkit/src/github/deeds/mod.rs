//! What can be done, whoever does it: people on the web, or a program through the API. Each deed is told to the webhooks.

mod checking;
mod commenting;
mod opening;
mod pushing;
mod reviewing;
mod tending;

pub(crate) use commenting::Subject;
pub(crate) use opening::{NewIssue, NewPull, PullFault};
pub(crate) use reviewing::{NewReview, Remark};
