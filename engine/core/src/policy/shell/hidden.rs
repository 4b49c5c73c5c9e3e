//! Characters that a reader cannot see, or that make text look like other text.
//!
//! A command that carries one is never allowed by a rule, and a card shows it as `⟦U+202E⟧` in its place.

/// A character that people would not see as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// Where it stands, in bytes.
    pub at: usize,
    /// The character.
    pub char: char,
    /// What kind it is, in words.
    pub kind: &'static str,
}

/// Finds every hidden character. Line feeds and tabs are none.
pub fn hidden_characters(text: &str) -> Vec<Hidden> {
    text.char_indices().filter_map(|(at, char)| kind_of(char).map(|kind| Hidden { at, char, kind })).collect()
}

/// The text with every hidden character made visible by its number.
pub fn reveal(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, char| {
        match kind_of(char) {
            Some(_) => shown.push_str(&format!("⟦U+{:04X}⟧", u32::from(char))),
            None => shown.push(char),
        }
        shown
    })
}

fn kind_of(char: char) -> Option<&'static str> {
    match char {
        '\n' | '\t' => None,
        '\r' => Some("a carriage return, which hides what stands before it"),
        '\u{1b}' => Some("the beginning of a terminal control sequence"),
        c if c.is_control() => Some("a control character"),
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some("a mark that changes the direction of writing")
        }
        '\u{00ad}'
        | '\u{034f}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Some("an invisible character"),
        '\u{00a0}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{2800}'
        | '\u{3000}'
        | '\u{3164}'
        | '\u{ffa0}' => Some("a blank that is none to the shell"),
        '\u{2028}' | '\u{2029}' => Some("a line break that is none to the shell"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unseen_is_shown() {
        assert_eq!(reveal("ls \u{202e}fdp\u{200b}\n"), "ls ⟦U+202E⟧fdp⟦U+200B⟧\n");
        assert_eq!(reveal("a\u{1b}[2K\rb"), "a⟦U+001B⟧[2K⟦U+000D⟧b");
    }

    #[test]
    fn ordinary_text_has_nothing_hidden() {
        assert_eq!(hidden_characters("echo 'Grüße, 世界' | wc -c\n\t# ok"), []);
    }
}
