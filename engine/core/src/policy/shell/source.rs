//! A command's text made ready for the parser: what could make the parser and the shell read it differently is taken out
//! or refused.
//!
//! Comments and line continuations are resolved here, by the shell's quoting rules and nothing else, and only where those
//! are simple: in a text with substitutions or here-documents they are refused. Depth and size are bounded, because the
//! parser recurses.

use super::hidden::{hidden_characters, reveal};

/// The longest command that is read.
const LONGEST: usize = 64 * 1024;
/// The deepest nesting of brackets that is read.
const DEEPEST: usize = 16;
/// How many opening keywords a command may have; each may nest in the one before.
const MOST_KEYWORDS: usize = 24;

/// Makes the text ready, or says why it is not understood.
pub(super) fn prepare(command: &str) -> Result<String, String> {
    if command.len() > LONGEST {
        return Err(format!("the command is longer than {} KiB", LONGEST / 1024));
    }
    if let Some(first) = hidden_characters(command).first() {
        let shown = reveal(first.char.encode_utf8(&mut [0; 4]));
        return Err(format!("the command contains {} ({shown})", first.kind));
    }
    check_depth(command)?;
    let plain = !["$(", "`", "${", "$[", "<<"].iter().any(|opening| command.contains(opening));
    if plain {
        return Ok(Cleaner::default().clean(command));
    }
    if command.contains("\\\n") {
        return Err("a line is continued in a command with substitutions or here-documents".to_owned());
    }
    Ok(command.to_owned())
}

fn check_depth(command: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    for char in command.chars() {
        match char {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err("the command is nested too deeply".to_owned());
        }
    }
    let opening =
        ["if", "elif", "for", "while", "until", "case", "select", "function", "coproc", "time", "!", "do", "{"];
    let words = command.split(|c: char| c.is_whitespace() || ";&|()`".contains(c));
    if words.filter(|word| opening.contains(word)).count() > MOST_KEYWORDS || command.matches('`').count() > DEEPEST {
        return Err("the command is nested too deeply".to_owned());
    }
    Ok(())
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Quote {
    #[default]
    None,
    Single,
    Double,
    /// `$'…'`
    Ansi,
}

/// Walks over a text that has nothing but plain quoting, drops comments and joins continued lines.
#[derive(Default)]
struct Cleaner {
    quote: Quote,
    out: String,
}

impl Cleaner {
    fn clean(mut self, command: &str) -> String {
        let mut rest = command.chars();
        while let Some(char) = rest.next() {
            if char == '\\' && self.quote != Quote::Single {
                self.escape(rest.next());
            } else if char == '#' && self.quote == Quote::None && self.at_word_start() {
                self.skip_comment(&mut rest);
            } else {
                self.turn(char);
                self.out.push(char);
            }
        }
        self.out
    }

    fn escape(&mut self, next: Option<char>) {
        if next == Some('\n') && self.quote != Quote::Ansi {
            return;
        }
        self.out.push('\\');
        self.out.extend(next);
    }

    fn skip_comment(&mut self, rest: &mut std::str::Chars<'_>) {
        // The line feed stays: it ends the command before the comment.
        if rest.by_ref().any(|char| char == '\n') {
            self.out.push('\n');
        }
    }

    fn at_word_start(&self) -> bool {
        match self.out.chars().next_back() {
            None => true,
            // A blank that is escaped belongs to the word.
            Some(c) => " \t\n;&|()<>".contains(c) && !self.out[..self.out.len() - 1].ends_with('\\'),
        }
    }

    fn turn(&mut self, char: char) {
        self.quote = match (self.quote, char) {
            (Quote::None, '\'') if self.out.ends_with('$') => Quote::Ansi,
            (Quote::None, '\'') => Quote::Single,
            (Quote::None, '"') => Quote::Double,
            (Quote::Single | Quote::Ansi, '\'') | (Quote::Double, '"') => Quote::None,
            (quote, _) => quote,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_their_line_ends_stay() {
        assert_eq!(prepare("ls # all\nrm x").unwrap(), "ls \nrm x");
        assert_eq!(prepare("# c\\\nrm x").unwrap(), "\nrm x");
        assert_eq!(prepare("ls \\\n# c\nrm x").unwrap(), "ls \nrm x");
        assert_eq!(prepare("echo a#b '# c' \"# d\" \\# e").unwrap(), "echo a#b '# c' \"# d\" \\# e");
        assert_eq!(prepare("echo \\ #b").unwrap(), "echo \\ #b");
    }

    #[test]
    fn continued_lines_are_joined_as_the_shell_does() {
        assert_eq!(prepare("l\\\ns -l &\\\n& rm").unwrap(), "ls -l && rm");
        assert_eq!(prepare("echo 'a\\\nb' \"c\\\nd\" $'e\\\nf'").unwrap(), "echo 'a\\\nb' \"cd\" $'e\\\nf'");
        assert!(prepare("echo $(ls) \\\n rm").is_err());
    }

    #[test]
    fn depth_and_size_are_bounded() {
        assert!(prepare(&"(".repeat(17)).is_err());
        assert!(prepare(&"if ".repeat(1000)).is_err());
        assert!(prepare(&"a".repeat(65 * 1024)).is_err());
    }
}
