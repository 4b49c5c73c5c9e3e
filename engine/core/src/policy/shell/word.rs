//! One word of a command, decoded by the shell's quoting rules.
//!
//! The parser only says where words begin and end; what a word means is decided here, from its raw text, and anything
//! that is not on the short list of what is understood makes the word unclear. So a word that the parser cut differently
//! than the shell would is unclear too: its quotes do not balance, or it holds a character that cannot be in a word.

use std::iter::Peekable;
use std::str::Chars;

/// A word as written and as understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it stands in the command.
    pub raw: String,
    /// What it will be.
    pub value: Value,
}

/// What a word will be when the command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Exactly this text.
    Plain(String),
    /// Names of files that match this pattern of `*` and `?`; never a flag.
    Glob(String),
    /// One word whose text is not known beforehand, but which is not a flag.
    Text,
    /// Not understood, and why.
    Unclear(&'static str),
}

impl Word {
    /// The exact text, where there is one.
    pub fn plain(&self) -> Option<&str> {
        match &self.value {
            Value::Plain(text) => Some(text),
            Value::Glob(_) | Value::Text | Value::Unclear(_) => None,
        }
    }

    /// The word in one spelling: two words that mean the same text are written alike.
    pub fn canonical(&self) -> String {
        match self.plain() {
            Some(text) => quote(text),
            None => self.raw.clone(),
        }
    }
}

/// Words that are structure when they stand bare; quoted they are names of programs.
const RESERVED: &[&str] = &[
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function",
    "select", "time", "coproc",
];

/// Quotes a text for the shell, only where it must be: what would be structure or an assignment when bare is quoted.
pub(super) fn quote(text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-./,:@%+".contains(c) || (c == '=' && text.starts_with('-'));
    if !text.is_empty() && text.chars().all(bare) && !RESERVED.contains(&text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Decodes a word; also gives the commands of the simple substitutions `$(…)` in it, which run as well.
pub(super) fn decode(raw: &str) -> (Word, Vec<String>) {
    let mut decoder = Decoder::new(raw);
    let value = match decoder.run() {
        Ok(()) => decoder.value(raw),
        Err(why) => Value::Unclear(why),
    };
    (Word { raw: raw.to_owned(), value }, decoder.inner)
}

struct Decoder<'a> {
    rest: Peekable<Chars<'a>>,
    text: String,
    /// An unquoted `*` or `?` was seen.
    glob: bool,
    /// A quoted or escaped character was seen that a pattern would take as its own.
    literal_glob: bool,
    /// A part is known only when the command runs.
    open: bool,
    inner: Vec<String>,
}

type Step = Result<(), &'static str>;

impl<'a> Decoder<'a> {
    fn new(raw: &'a str) -> Self {
        let rest = raw.chars().peekable();
        Self { rest, text: String::new(), glob: false, literal_glob: false, open: false, inner: Vec::new() }
    }

    fn run(&mut self) -> Step {
        let mut previous = None;
        while let Some(char) = self.rest.next() {
            match char {
                '\'' => self.single()?,
                '"' => self.double()?,
                '\\' => self.escaped()?,
                '$' => self.dollar()?,
                _ => self.bare(previous, char)?,
            }
            previous = Some(char);
        }
        Ok(())
    }

    /// What the word is once all its parts are read.
    fn value(&mut self, raw: &str) -> Value {
        if self.text.contains('\0') {
            return Value::Unclear("a NUL character");
        }
        if self.open && self.glob {
            return Value::Unclear("a pattern with a part that is known only when it runs");
        }
        if self.open && self.text.starts_with('-') {
            return Value::Unclear("a flag with a part that is known only when it runs");
        }
        if self.open {
            return Value::Text;
        }
        if matches!(raw, "[" | "]" | "{}") || !self.glob {
            return Value::Plain(std::mem::take(&mut self.text));
        }
        let starts_open = self.text.starts_with(['*', '?', '-']);
        // `.*` can mean `..`, which leads out of the directory.
        let dotted = self.text.split('/').any(|part| part.starts_with('.') && part.contains(['*', '?']));
        match (self.literal_glob, starts_open, dotted) {
            (true, ..) => Value::Unclear("a pattern with quoted pattern characters"),
            (_, true, _) => Value::Unclear("a pattern that could match a name which reads like a flag"),
            (.., true) => Value::Unclear("a pattern that could match the directory above"),
            _ => Value::Glob(std::mem::take(&mut self.text)),
        }
    }

    fn literal(&mut self, char: char) {
        self.literal_glob |= "*?[]\\".contains(char);
        self.text.push(char);
    }

    fn bare(&mut self, previous: Option<char>, char: char) -> Step {
        match char {
            '*' | '?' => self.glob = true,
            '[' | ']' if self.stands_alone(previous) => {}
            '{' if previous.is_none() && self.rest.peek() == Some(&'}') => {
                self.rest.next();
                self.text.push('{');
                self.text.push('}');
                return if self.rest.peek().is_none() { Ok(()) } else { Err("a brace expansion") };
            }
            '[' | ']' => return Err("a pattern with brackets"),
            '{' | '}' => return Err("a brace expansion"),
            '`' => return Err("a command substitution"),
            '~' if !previous.is_some_and(char::is_alphanumeric) => return Err("a home directory"),
            '!' if !self.stands_alone(previous) && self.rest.peek() != Some(&'=') => return Err("a history expansion"),
            '_' | '-' | '.' | '/' | '=' | ',' | ':' | '@' | '%' | '+' | '^' | '~' | '#' | '!' => {}
            c if c.is_alphanumeric() => {}
            _ => return Err("a character that has a meaning to the shell"),
        }
        self.text.push(char);
        Ok(())
    }

    fn stands_alone(&mut self, previous: Option<char>) -> bool {
        previous.is_none() && self.rest.peek().is_none()
    }

    fn single(&mut self) -> Step {
        loop {
            match self.rest.next().ok_or("an unbalanced quote")? {
                '\'' => return Ok(()),
                char => self.literal(char),
            }
        }
    }

    fn escaped(&mut self) -> Step {
        match self.rest.next().ok_or("a backslash at the end")? {
            '\n' => Err("a continued line"),
            char => {
                self.literal(char);
                Ok(())
            }
        }
    }

    fn double(&mut self) -> Step {
        loop {
            match self.rest.next().ok_or("an unbalanced quote")? {
                '"' => return Ok(()),
                '\\' => match self.rest.next().ok_or("an unbalanced quote")? {
                    '\n' => return Err("a continued line"),
                    char @ ('$' | '`' | '"' | '\\') => self.literal(char),
                    char => {
                        self.literal('\\');
                        self.literal(char);
                    }
                },
                '$' => self.dollar_in_quotes()?,
                '`' => return Err("a command substitution"),
                '!' if !self.rest.peek().is_none_or(|c| " \t\n=\"".contains(*c)) => return Err("a history expansion"),
                char => self.literal(char),
            }
        }
    }

    fn dollar(&mut self) -> Step {
        match self.rest.peek() {
            Some('\'') => {
                self.rest.next();
                self.ansi()
            }
            Some('?') => self.exit_status(),
            Some('(') => Err("a command substitution outside of quotes, whose result could be a flag"),
            Some('"') => Err("a translated string"),
            _ => Err("a variable, whose value could be a flag"),
        }
    }

    /// `$?` is a number, so it is no flag and is not split.
    fn exit_status(&mut self) -> Step {
        self.rest.next();
        self.open = true;
        self.text.push('0');
        Ok(())
    }

    fn dollar_in_quotes(&mut self) -> Step {
        match self.rest.peek() {
            Some('?') => self.exit_status(),
            Some('(') => self.substitution(),
            Some('"' | ' ' | '|' | ')' | '/' | '.' | ',') => {
                self.literal('$');
                Ok(())
            }
            _ => Err("a variable, whose value is not known"),
        }
    }

    /// `$(…)` in double quotes, after a beginning that makes the word no flag. Only text that no shell can read in two
    /// ways is taken: no quotes, brackets, comments or further expansions.
    fn substitution(&mut self) -> Step {
        self.rest.next();
        let simple = |c: char| c.is_ascii_alphanumeric() || "_-./=,:@%+^ |&;".contains(c);
        let mut command = String::new();
        loop {
            match self.rest.next().ok_or("an unbalanced substitution")? {
                ')' => break,
                char if simple(char) => command.push(char),
                _ => return Err("a command substitution that is not simple"),
            }
        }
        self.inner.push(command);
        if self.text.is_empty() || self.text.starts_with('-') {
            return Err("a command substitution, whose result could be a flag");
        }
        self.open = true;
        Ok(())
    }

    fn ansi(&mut self) -> Step {
        loop {
            match self.rest.next().ok_or("an unbalanced quote")? {
                '\'' => return Ok(()),
                '\\' => {
                    let char = self.ansi_escape()?;
                    self.literal(char);
                }
                char => self.literal(char),
            }
        }
    }

    fn ansi_escape(&mut self) -> Result<char, &'static str> {
        let char = self.rest.next().ok_or("an unbalanced quote")?;
        let decoded = match char {
            'n' => '\n',
            't' => '\t',
            '\\' | '\'' | '"' | '?' => char,
            'x' => self.digits(16, 2)?,
            'u' => self.digits(16, 4)?,
            'U' => self.digits(16, 8)?,
            '0'..='7' => {
                let first = char.to_digit(8).unwrap_or_default();
                self.number(8, 2, first)?
            }
            _ => return Err("an escape that makes a control character"),
        };
        // Beyond ASCII, `\x` and octal make bytes, not characters.
        let bytes = matches!(char, 'x' | '0'..='7') && !decoded.is_ascii();
        let control =
            !matches!(decoded, '\n' | '\t') && !super::hidden_characters(decoded.encode_utf8(&mut [0; 4])).is_empty();
        if bytes || control { Err("an escape that makes a hidden character") } else { Ok(decoded) }
    }

    fn digits(&mut self, radix: u32, most: usize) -> Result<char, &'static str> {
        if !self.rest.peek().is_some_and(|c| c.is_digit(radix)) {
            return Err("an escape without its number");
        }
        self.number(radix, most, 0)
    }

    fn number(&mut self, radix: u32, most: usize, first: u32) -> Result<char, &'static str> {
        let mut code = first;
        for _ in 0..most {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(radix)) else { break };
            self.rest.next();
            code = code.saturating_mul(radix).saturating_add(digit);
        }
        char::from_u32(code).ok_or("an escape that is no character")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("ls", "ls")]
    #[case(r"l\s", "ls")]
    #[case(r#"l"s""#, "ls")]
    #[case("'l'\"s\"", "ls")]
    #[case(r"$'l\x73'", "ls")]
    #[case(r"$'\154\u0073'", "ls")]
    #[case(r"$'it\'s'", "it's")]
    #[case("'a*b'", "a*b")]
    #[case(r#""a\"b\$c\d""#, "a\"b$c\\d")]
    #[case(r#""foo$""#, "foo$")]
    #[case("HEAD~3", "HEAD~3")]
    #[case("''", "")]
    #[case("{}", "{}")]
    #[case("[", "[")]
    #[case("Grüße", "Grüße")]
    fn what_is_exact_is_decoded(#[case] raw: &str, #[case] text: &str) {
        assert_eq!(decode(raw).0.plain(), Some(text));
    }

    #[rstest]
    #[case("$X")]
    #[case("${X}")]
    #[case("\"$X\"")]
    #[case("~")]
    #[case("~root/x")]
    #[case("a=~/x")]
    #[case("{a,b}")]
    #[case("a{1..3}")]
    #[case("*.rs")]
    #[case("-*")]
    #[case(".*/x")]
    #[case("[ab]")]
    #[case("!!")]
    #[case("a!b")]
    #[case("'a")]
    #[case("a\"")]
    #[case("a;b")]
    #[case("a b")]
    #[case("a\nb")]
    #[case("`ls`")]
    #[case("$(ls)")]
    #[case("\"$(ls)\"")]
    #[case("\"a $(ls \\\"x\\\")\"")]
    #[case(r"$'\x00'")]
    #[case(r"$'\e[2K'")]
    #[case(r"$'\u202e'")]
    #[case("$\"a\"")]
    #[case("a*'*'")]
    #[case("-l$?")]
    #[case("\"-$?\"")]
    fn what_is_not_exact_is_unclear(#[case] raw: &str) {
        assert!(matches!(decode(raw).0.value, Value::Unclear(_)), "{:?}", decode(raw));
    }

    #[test]
    fn a_known_beginning_makes_a_substitution_harmless_as_a_word() {
        let (word, inner) = decode("\"on $(git branch --show-current)\"");
        assert_eq!((word.value, inner), (Value::Text, vec!["git branch --show-current".to_owned()]));
        assert_eq!(decode("src/*.rs").0.value, Value::Glob("src/*.rs".to_owned()));
    }

    #[test]
    fn one_spelling_for_one_meaning() {
        assert_eq!(decode("l\\s").0.canonical(), "ls");
        assert_ne!(decode("'a*'").0.canonical(), decode("a*").0.canonical());
        assert_eq!(decode("'A=1'").0.canonical(), "'A=1'");
        assert_eq!(decode("'do'").0.canonical(), "'do'");
        assert_eq!(decode("'it'\\''s'").0.canonical(), r"'it'\''s'");
    }
}
