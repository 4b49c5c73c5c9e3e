//! Text as Discord takes it: one string, in which markup stands among the words.
//!
//! So whatever a person or a model wrote is escaped before it goes in ([`escape`], [`inline_code`], [`fence`]), and Claude's
//! Markdown is read as such and written anew ([`markdown`]): no markup comes out but ours. What a reader would not see
//! shows its number, nobody is mentioned, and a link never says that it leads elsewhere than it does.

mod code;
mod cuts;
mod escape;
mod link;
mod markdown;
mod page;
mod split;
#[cfg(test)]
mod tests;

pub(crate) use code::{fence, inline_code};
pub(crate) use escape::escape;
pub(crate) use markdown::markdown;
pub(crate) use split::split;
