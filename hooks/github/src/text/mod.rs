//! Text as GitHub's Markdown. Whatever others wrote, a model included, is written anew: it shows what it says and does nothing
//! beside: it calls nobody, links no issue, loads no picture, hides nothing and ends no block of ours.

mod code;
mod escape;
mod link;
mod markdown;
mod page;
#[cfg(test)]
mod tests;

pub(crate) use code::{fence, inline_code};
pub(crate) use escape::plain;
pub(crate) use markdown::markdown;
