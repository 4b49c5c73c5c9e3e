//! How characters stand in a line: how many columns they take where all are alike, and which of them must not be parted.

/// Columns of a text in a fixed-width font.
pub fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

/// East Asian characters and emoji take two columns, marks on other characters none.
fn column(char: char) -> usize {
    match char {
        _ if is_mark(char) => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}'
        | '\u{231a}'
        | '\u{231b}'
        | '\u{2705}'
        | '\u{274c}'
        | '\u{274e}'
        | '\u{2728}'
        | '\u{2b50}' => 2,
        _ => 1,
    }
}

/// Whether a cut between a text and what follows would tear what is seen as one character.
pub fn hold_together(before: &str, after: char) -> bool {
    let joins = before.ends_with('\u{200d}');
    // Flags are pairs, so it matters how many halves there are; nobody counts more than so many.
    let halves = || before.chars().rev().take(64).take_while(|char| is_flag_half(*char)).count();
    let is_half_open = || halves() % 2 == 1;
    joins || is_mark(after) || is_skin_tone(after) || (is_flag_half(after) && is_half_open())
}

/// Marks that stand on the character before them: accents, selectors, joiners, vowel signs of Indian scripts.
fn is_mark(char: char) -> bool {
    matches!(char,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}'
        | '\u{93a}'..='\u{93c}' | '\u{93e}'..='\u{94f}' | '\u{9be}'..='\u{9cd}' | '\u{bbe}'..='\u{bcd}'
        | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{200c}' | '\u{200d}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_flag_half(char: char) -> bool {
    matches!(char, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_skin_tone(char: char) -> bool {
    matches!(char, '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use super::{columns, hold_together};

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(columns("abc"), 3);
        assert_eq!(columns("世界"), 4);
        assert_eq!(columns("e\u{301}✅"), 3);
    }

    #[test]
    fn what_is_one_character_holds_together() {
        assert!(hold_together("e", '\u{301}'));
        assert!(hold_together("👩", '\u{200d}'));
        assert!(hold_together("👩\u{200d}", '💻'));
        assert!(hold_together("👩", '🏽'));
        assert!(hold_together("🇩", '🇪'));
        assert!(!hold_together("🇩🇪", '🇫'));
        assert!(!hold_together("a", 'b'));
    }
}
