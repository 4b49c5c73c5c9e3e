//! What somebody wrote, as the reader of the page sees it, for Claude to read: what the page hides is dropped, and characters
//! that nobody sees are made visible by their number.

use signalbox_core::text::clean::prose;
use signalbox_core::text::page::Page;

/// A description, a comment: text that the page draws.
pub(crate) fn visible(markdown: &str) -> String {
    Page::read(&prose(markdown)).text
}

/// A title, a name, an address: text that the page shows as it is.
pub(crate) fn visible_name(text: &str) -> String {
    prose(text)
}
