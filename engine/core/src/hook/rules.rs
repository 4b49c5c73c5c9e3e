//! A hook's rules: a small TOML file that says how it is signed, what of it is wanted, and what Claude is asked.

use super::Scheme;
use serde::Deserialize;

/// The longest file of rules, in bytes.
const LONGEST: usize = 64 << 10;

/// A hook's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// How its requests are signed.
    pub scheme: Scheme,
    /// What is wanted, as an expression; none means everything.
    pub when: Option<String>,
    /// What Claude is asked, as a template.
    pub prompt: String,
}

/// Why a text is no rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rules cannot be used: {0}")]
pub struct BadRules(pub String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    signature: Scheme,
    task: TaskSection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskSection {
    #[serde(default)]
    when: Option<String>,
    prompt: String,
}

impl Rules {
    /// Reads a file of rules. Whether its expressions make sense is for the engine to say.
    ///
    /// # Errors
    /// [`BadRules`], with what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, BadRules> {
        if text.len() > LONGEST {
            return Err(BadRules(format!("they have {} bytes, more than {LONGEST}", text.len())));
        }
        let file: File = toml::from_str(text).map_err(|error| BadRules(error.to_string().trim_end().to_owned()))?;
        let odd = file.signature.headers().into_iter().find(|name| !is_header(name)).map(str::to_owned);
        if let Some(odd) = odd {
            return Err(BadRules(format!("`{odd}` is no header's name")));
        }
        if file.task.prompt.trim().is_empty() {
            return Err(BadRules("task.prompt is empty: say what Claude should do".to_owned()));
        }
        Ok(Self { scheme: file.signature, when: file.task.when, prompt: file.task.prompt })
    }
}

fn is_header(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::{Encoding, SignedTime};

    #[test]
    fn a_file_is_read_whole() {
        let text = "[signature]\nscheme = \"hmac\"\nheader = \"X-Sum\"\nprefix = \"sha256=\"\n\
             time = { header = \"X-Time\", separator = \":\" }\n[task]\nwhen = \"event == 'x'\"\nprompt = \"Look.\"\n";
        let rules = Rules::parse(text).unwrap();
        let scheme = Scheme::Hmac {
            header: "X-Sum".to_owned(),
            encoding: Encoding::Hex,
            prefix: "sha256=".to_owned(),
            time: Some(SignedTime { header: "X-Time".to_owned(), separator: ":".to_owned() }),
            id_header: None,
            event_header: None,
        };
        assert_eq!(
            (rules.scheme, rules.when.as_deref(), rules.prompt.as_str()),
            (scheme, Some("event == 'x'"), "Look.")
        );
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let says = |text: &str| Rules::parse(text).unwrap_err().to_string();
        assert!(says("").contains("missing field `signature`"));
        assert!(says("[signature]\nscheme = \"magic\"\n[task]\nprompt = \"x\"").contains("magic"));
        assert!(
            says("[signature]\nscheme = \"token\"\nheader = \"a b\"\n[task]\nprompt = \"x\"").contains("`a b` is no")
        );
        assert!(says("[signature]\nscheme = \"standard\"\n[task]\nprompt = \" \"").contains("task.prompt is empty"));
        assert!(says("[signature]\nscheme = \"standard\"\nheader = \"x\"\n[task]\nprompt = \"x\"").contains("header"));
        assert!(says(&"#".repeat(70_000)).contains("more than"));
    }
}
