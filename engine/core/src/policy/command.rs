//! Rules for the programs of shell commands.
//!
//! An allow is strict: the program by its bare name, the subcommand, every flag and every operand must be listed. An ask,
//! a deny and a danger are loose: they hold as soon as the program and the listed words occur, wherever they stand.

use super::flags::{Flags, Ground, Operands};
use super::rule::{Decision, wild};
use super::shell::{Step, Word};

/// A rule of `[[commands]]`.
#[derive(Debug, Clone)]
pub(crate) struct CommandRule {
    pub(crate) name: String,
    pub(crate) decision: Decision,
    pub(crate) reason: Option<String>,
    pub(crate) programs: Vec<String>,
    /// Each is a subcommand of one or more words; empty where the program has none.
    pub(crate) subcommands: Vec<Vec<String>>,
    /// Flags before the subcommand.
    pub(crate) before: Flags,
    pub(crate) flags: Flags,
    pub(crate) operands: Operands,
    pub(crate) max_operands: Option<usize>,
}

/// What a command rule says to a step.
pub(crate) enum Answer {
    /// The rule is about another program.
    Elsewhere,
    /// The rule is about this program, but does not fit, and why.
    Unfit(String),
    /// The rule holds.
    Fits,
}

impl CommandRule {
    /// Compares a step with the rule.
    pub(crate) fn answer(&self, step: &Step, ground: &Ground<'_>) -> Answer {
        if self.decision != Decision::Allow {
            return if self.occurs(step) { Answer::Fits } else { Answer::Elsewhere };
        }
        match step.program() {
            Some(program) if self.programs.iter().any(|listed| listed == program) => match self.permits(step, ground) {
                Ok(()) => Answer::Fits,
                Err(why) => Answer::Unfit(why),
            },
            _ => Answer::Elsewhere,
        }
    }

    fn permits(&self, step: &Step, ground: &Ground<'_>) -> Result<(), String> {
        let arguments = self.after_subcommand(&step.words[1..])?;
        let operands = self.flags.strip(arguments, ground)?;
        if self.max_operands.is_some_and(|most| operands.len() > most) {
            return Err("it has more operands than are listed".to_owned());
        }
        self.operands.check(&operands, ground)
    }

    fn after_subcommand<'w>(&self, arguments: &'w [Word]) -> Result<&'w [Word], String> {
        if self.subcommands.is_empty() {
            return Ok(arguments);
        }
        let names = self.before.names();
        let skipped = arguments.iter().take_while(|word| word.plain().is_some_and(|text| names.contains(text))).count();
        let arguments = &arguments[skipped..];
        let fits = |subcommand: &&Vec<String>| {
            arguments.len() >= subcommand.len()
                && subcommand.iter().zip(arguments).all(|(wanted, word)| word.plain() == Some(wanted))
        };
        match self.subcommands.iter().filter(fits).max_by_key(|subcommand| subcommand.len()) {
            Some(subcommand) => Ok(&arguments[subcommand.len()..]),
            None => Err(match arguments.first() {
                Some(word) => format!("`{}` is not listed there", word.raw),
                None => "it lacks a subcommand".to_owned(),
            }),
        }
    }

    /// Whether the program, one of the subcommands and every flag occur in the step, or one after another in it, as with
    /// `sudo git push`.
    pub(crate) fn occurs(&self, step: &Step) -> bool {
        let words: Vec<&str> = step.words.iter().filter_map(Word::plain).collect();
        words.iter().enumerate().any(|(at, word)| self.names_program(word, at) && self.words_occur(&words[at + 1..]))
    }

    fn names_program(&self, word: &str, at: usize) -> bool {
        let name = word.rsplit('/').next().unwrap_or(word);
        // A wildcard is meant for the program itself, not for every argument.
        self.programs.iter().any(|program| if at == 0 { wild(program, name) } else { program == name })
    }

    fn words_occur(&self, words: &[&str]) -> bool {
        let subcommand = self.subcommands.is_empty()
            || self.subcommands.iter().any(|wanted| wanted.iter().all(|part| words.contains(&part.as_str())));
        subcommand && self.flags.names().iter().all(|flag| words.iter().any(|word| holds_flag(word, flag)))
    }
}

/// Whether an argument is or contains a flag: `-rf` contains `-f`.
fn holds_flag(word: &str, flag: &str) -> bool {
    let joined = || match flag.strip_prefix('-') {
        Some(letter) if letter.len() == 1 => {
            word.starts_with('-') && !word.starts_with("--") && word[1..].contains(letter)
        }
        _ => false,
    };
    word == flag || word.strip_prefix(flag).is_some_and(|rest| rest.starts_with('=')) || joined()
}

/// Programs that run what they are given, as operands or on their standard input: an allow for one would allow everything.
const RUNNERS: &[&str] = &[
    "bash",
    "sh",
    "dash",
    "zsh",
    "ksh",
    "fish",
    "busybox",
    "env",
    "xargs",
    "parallel",
    "eval",
    "exec",
    "command",
    "builtin",
    "source",
    ".",
    "sudo",
    "su",
    "doas",
    "timeout",
    "nohup",
    "nice",
    "ionice",
    "chrt",
    "taskset",
    "setsid",
    "stdbuf",
    "script",
    "watch",
    "entr",
    "chroot",
    "unshare",
    "nsenter",
    "strace",
    "ltrace",
    "gdb",
    "flock",
    "ssh",
    "awk",
    "gawk",
    "mawk",
    "nawk",
    "expect",
    "tclsh",
    "coproc",
    "perl",
    "setpriv",
    "runuser",
    "start-stop-daemon",
    "ld.so",
    "at",
    "batch",
    "python",
    "python2",
    "python3",
    "node",
    "nodejs",
    "deno",
    "bun",
    "ruby",
    "irb",
    "php",
    "lua",
    "Rscript",
    "julia",
    "ghci",
    "psql",
    "mysql",
    "sqlite3",
    "m4",
    "ed",
    "ex",
    "vi",
    "vim",
    "emacs",
    "less",
    "more",
    "man",
];

/// Words of the shell's own that change what the commands after them mean.
const SHELL_WORDS: &[&str] = &[
    "alias",
    "unalias",
    "trap",
    "set",
    "shopt",
    "enable",
    "hash",
    "export",
    "declare",
    "typeset",
    "local",
    "readonly",
    "unset",
    "read",
    "mapfile",
    "readarray",
    "let",
    "bind",
    "complete",
    "history",
    "fc",
    "pushd",
    "popd",
    "getopts",
    "if",
    "then",
    "else",
    "elif",
    "fi",
    "for",
    "while",
    "until",
    "do",
    "done",
    "case",
    "esac",
    "select",
    "function",
    "time",
    "{",
    "}",
    "!",
    "[[",
    "]]",
    "in",
    "exit",
    "return",
    "break",
    "continue",
    "shift",
    "suspend",
    "fg",
    "bg",
    "disown",
    "jobs",
];

impl CommandRule {
    /// Why an allow must not be written like this, and how to write it instead.
    pub(crate) fn objection(&self) -> Option<(String, &'static str)> {
        if self.decision != Decision::Allow {
            return None;
        }
        let program = |test: &dyn Fn(&&String) -> bool| self.programs.iter().find(test);
        if let Some(name) =
            program(&|name| name.contains('/') || name.contains('*') || name.contains(' ') || name.is_empty())
        {
            return Some((format!("`{name}` is not the bare name of a program"), "write the name alone, such as `ls`"));
        }
        if let Some(name) = program(&|name| SHELL_WORDS.contains(&name.as_str())) {
            return Some((
                format!("`{name}` changes what the commands after it mean"),
                "remove it: it is always asked",
            ));
        }
        let name = program(&|name| RUNNERS.contains(&name.as_str())).filter(|_| self.subcommands.is_empty())?;
        let mend = "name its first arguments as `subcommand`, such as `\"-m pytest\"`, or remove it";
        Some((format!("`{name}` runs what it is given, so this would allow everything"), mend))
    }
}
