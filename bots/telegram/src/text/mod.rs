//! Text as Telegram takes it: characters and, beside them, entities that say what is bold, code or a link. There is no
//! markup in the text itself, so nothing that a person or a model wrote can become any.
//!
//! [`Rich`] is put together from plain text, code and Claude's Markdown; it is cut into messages by [`Rich::split`]. What
//! a reader would not see shows its number, and a link never says that it leads elsewhere than it does.

mod entities;
mod link;
mod markdown;
mod page;
mod rich;
mod split;
#[cfg(test)]
mod tests;
mod tidy;

pub(crate) use rich::Rich;
