//! What Claude wrote, in Markdown, as HTML. Markup in it is text, pictures are links (nothing is fetched from elsewhere), and
//! only addresses of the web and of mail can be followed.

use super::markup::{Markup, marked};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};
use signalbox_core::text::clean;

/// Renders Markdown.
pub(super) fn markdown(text: &str) -> Markup {
    let text = clean::prose(text);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(&text, options).map(harmless);
    let mut shown = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut shown, events);
    Markup::written(shown)
}

fn harmless(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(markup) | Event::InlineHtml(markup) => Event::Text(markup),
        // Written by us, so that what was hidden is set apart here too.
        Event::Text(text) if text.contains("⟦U+") => Event::InlineHtml(marked(&text).into()),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Image { dest_url, title, id, .. } | Tag::Link { dest_url, title, id, .. }) => {
            Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url: followable(dest_url), title, id })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        other => other,
    }
}

/// An address that may be followed, or none.
fn followable(address: CowStr<'_>) -> CowStr<'_> {
    let lower = address.trim_start().to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme));
    if known { address } else { CowStr::Borrowed("#") }
}

#[cfg(test)]
mod tests {
    use super::markdown;

    fn shows(text: &str) -> String {
        markdown(text).to_string()
    }

    #[test]
    fn markup_is_text_and_scripts_are_no_links() {
        assert_eq!(shows("a <b onclick=x>b</b>"), "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n");
        assert!(!shows("<script>\nalert(1)\n</script>").contains("<script"));
        assert_eq!(shows("[x](javascript:alert(1))"), "<p><a href=\"#\">x</a></p>\n");
        assert_eq!(shows("[x](JaVaScRiPt:alert(1))"), "<p><a href=\"#\">x</a></p>\n");
        assert_eq!(shows("[x](data:text/html,y)"), "<p><a href=\"#\">x</a></p>\n");
    }

    #[test]
    fn pictures_are_not_fetched() {
        assert_eq!(
            shows("![cat](https://example.org/c.png)"),
            "<p><a href=\"https://example.org/c.png\">cat</a></p>\n"
        );
    }

    #[test]
    fn code_and_tables_are_shown_and_hidden_characters_too() {
        assert!(shows("```rust\na < b\n```").contains("a &lt; b"));
        assert!(shows("|a|\n|-|\n|1|").contains("<table>"));
        assert!(shows("a\u{202e}b").contains("<mark class=\"unseen\""));
        assert!(!shows("`a\u{202e}b`").contains('\u{202e}'));
    }

    #[test]
    fn attributes_cannot_be_left() {
        let html = shows("[x](https://e.org/\"onmouseover=alert(1) \"t\\\" onclick=y\")");
        assert!(!html.contains("\" onclick") && !html.contains("\"onmouseover"), "{html}");
    }
}
