//! The walk over the syntax tree that collects every simple command.

use super::word::{Value, Word, decode};
use super::{Script, Step, source};
use crate::policy::paths::join;
use brush_parser::ast::{
    AndOr, AndOrList, Assignment, AssignmentName, AssignmentValue, CaseItemPostAction, Command,
    CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList, DoGroupCommand, Pipeline, RedirectList,
    SeparatorOperator, SimpleCommand, SubshellCommand, Word as RawWord,
};

/// How deep substitutions inside substitutions are followed.
const DEEPEST: usize = 4;
/// How many commands are looked at.
const MOST_STEPS: usize = 500;
/// In how many directories a command may have to be judged.
const MOST_DIRECTORIES: usize = 16;

/// What is known at a point of the walk.
pub(super) struct Walker {
    script: Script,
    lead: Vec<String>,
    directories: Vec<String>,
    loops: usize,
    pub(super) depth: usize,
    background: bool,
    pub(super) here_documents: usize,
    /// `#` characters seen in words and here-documents: the others would be comments that the parser dropped.
    pub(super) hashes: usize,
}

impl Walker {
    pub(super) fn new(cwd: &str) -> Self {
        Self {
            script: Script::default(),
            lead: Vec::new(),
            directories: vec![cwd.to_owned()],
            loops: 0,
            depth: 0,
            background: false,
            here_documents: 0,
            hashes: 0,
        }
    }

    pub(super) fn finish(mut self) -> Script {
        // Whether the last command is followed by a semicolon makes no difference.
        self.lead.pop_if(|token| token == ";");
        self.script.tail = self.lead.join(" ");
        if self.script.steps.is_empty() && self.script.unclear.is_empty() {
            self.script.unclear.push("there is no command in it".to_owned());
        }
        self.script
    }

    /// Reads a whole text: the command itself, or one inside a substitution.
    pub(super) fn source(&mut self, command: &str) {
        let prepared = match source::prepare(command) {
            Ok(prepared) => prepared,
            Err(why) => return self.unclear(why),
        };
        let seen_before = std::mem::take(&mut self.hashes);
        match super::parse(&prepared) {
            Ok(program) => program.complete_commands.iter().for_each(|list| self.list(list)),
            Err(error) => self.unclear(format!("it is not valid for the shell: {error}")),
        }
        if self.hashes != prepared.matches('#').count() {
            self.unclear("there is a comment in it that may hide a command".to_owned());
        }
        self.hashes = seen_before;
    }

    pub(super) fn unclear(&mut self, why: String) {
        if !self.script.unclear.contains(&why) {
            self.script.unclear.push(why);
        }
    }

    fn token(&mut self, token: impl Into<String>) {
        self.lead.push(token.into());
    }

    fn list(&mut self, list: &CompoundList) {
        for item in &list.0 {
            let outer = self.background;
            self.background |= matches!(item.1, SeparatorOperator::Async);
            self.and_or(&item.0);
            self.token(if matches!(item.1, SeparatorOperator::Async) { "&" } else { ";" });
            self.background = outer;
        }
    }

    fn and_or(&mut self, list: &AndOrList) {
        self.pipeline(&list.first);
        for more in &list.additional {
            match more {
                AndOr::And(pipeline) => {
                    self.token("&&");
                    self.pipeline(pipeline);
                }
                AndOr::Or(pipeline) => {
                    self.token("||");
                    self.pipeline(pipeline);
                }
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        if pipeline.timed.is_some() {
            self.token("time");
        }
        if pipeline.bang {
            self.token("!");
        }
        for (index, command) in pipeline.seq.iter().enumerate() {
            if index > 0 {
                self.token("|");
            }
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects_of_group(redirects.as_ref());
            }
            Command::Function(function) => {
                self.unclear(format!("it defines a function, `{}`", function.fname.value));
                self.token("function");
                self.loops += 1;
                self.compound(&function.body.0);
                self.loops -= 1;
                self.redirects_of_group(function.body.1.as_ref());
            }
            Command::ExtendedTest(..) => self.unclear("`[[ … ]]`, which can run commands in its operands".to_owned()),
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::Arithmetic(_) => self.unclear("arithmetic, which can run commands".to_owned()),
            CompoundCommand::ArithmeticForClause(clause) => {
                self.unclear("arithmetic, which can run commands".to_owned());
                self.body("for", &clause.body);
            }
            CompoundCommand::BraceGroup(group) => self.enclosed("{", &group.list, "}"),
            CompoundCommand::Subshell(subshell) => self.subshell("(", subshell),
            CompoundCommand::ForClause(clause) => {
                self.for_variable(&clause.variable_name, clause.values.as_deref().unwrap_or_default());
                self.body("for", &clause.body);
            }
            CompoundCommand::CaseClause(clause) => self.case(clause),
            CompoundCommand::IfClause(clause) => {
                self.enclosed("if", &clause.condition, "then");
                self.list(&clause.then);
                for branch in clause.elses.iter().flatten() {
                    match &branch.condition {
                        Some(condition) => self.enclosed("elif", condition, "then"),
                        None => self.token("else"),
                    }
                    self.list(&branch.body);
                }
                self.token("fi");
            }
            CompoundCommand::WhileClause(clause) => self.repeat("while", &clause.0, &clause.1),
            CompoundCommand::UntilClause(clause) => self.repeat("until", &clause.0, &clause.1),
            CompoundCommand::Coprocess(coprocess) => {
                self.unclear("a coprocess, which goes on in the background".to_owned());
                self.token("coproc");
                self.command(&coprocess.body);
            }
        }
    }

    fn enclosed(&mut self, opening: &str, list: &CompoundList, closing: &str) {
        self.token(opening);
        self.list(list);
        self.token(closing);
    }

    pub(super) fn subshell(&mut self, opening: &str, subshell: &SubshellCommand) {
        self.enclosed(opening, &subshell.list, ")");
    }

    fn body(&mut self, head: &str, body: &DoGroupCommand) {
        self.token(head);
        self.loops += 1;
        self.enclosed("do", &body.list, "done");
        self.loops -= 1;
    }

    fn repeat(&mut self, head: &str, condition: &CompoundList, body: &DoGroupCommand) {
        self.token(head);
        self.loops += 1;
        self.list(condition);
        self.enclosed("do", &body.list, "done");
        self.loops -= 1;
    }

    /// The variable of a loop is set like any other: `for PATH in …` changes what the commands after it mean.
    fn for_variable(&mut self, name: &str, values: &[RawWord]) {
        let assignments = values.iter().map(|value| (name.to_owned(), self.word(&value.value))).collect();
        self.push(Step { assignments, ..Step::default() });
        if values.is_empty() {
            self.unclear("a loop over the arguments of the shell".to_owned());
        }
    }

    fn case(&mut self, clause: &brush_parser::ast::CaseClauseCommand) {
        let value = self.text(&clause.value);
        self.token(format!("case {value} in"));
        for case in &clause.cases {
            let patterns: Vec<String> = case.patterns.iter().map(|pattern| self.case_pattern(pattern)).collect();
            self.token(format!("{})", patterns.join("|")));
            if let Some(list) = &case.cmd {
                self.list(list);
            }
            self.token(match case.post_action {
                CaseItemPostAction::ExitCase => ";;",
                CaseItemPostAction::UnconditionallyExecuteNextCaseItem => ";&",
                CaseItemPostAction::ContinueEvaluatingCases => ";;&",
            });
        }
        self.token("esac");
    }

    /// A pattern is compared, not expanded to names of files.
    fn case_pattern(&mut self, pattern: &RawWord) -> String {
        let simple = |c: char| c.is_ascii_alphanumeric() || "*?_-./".contains(c);
        if pattern.value.chars().all(simple) { pattern.value.clone() } else { self.text(pattern) }
    }

    /// A redirection of a whole group becomes a step without words.
    fn redirects_of_group(&mut self, redirects: Option<&RedirectList>) {
        let Some(list) = redirects else { return };
        let redirects = list.0.iter().filter_map(|redirect| self.redirect(redirect)).collect();
        self.push(Step { redirects, ..Step::default() });
    }

    fn simple(&mut self, command: &SimpleCommand) {
        let mut step = Step::default();
        let before = command.prefix.iter().flat_map(|prefix| &prefix.0);
        before.for_each(|item| self.item(item, &mut step));
        if let Some(program) = &command.word_or_name {
            let word = self.word(&program.value);
            step.words.push(word);
        }
        let after = command.suffix.iter().flat_map(|suffix| &suffix.0);
        after.for_each(|item| self.item(item, &mut step));
        self.push(step);
    }

    fn push(&mut self, mut step: Step) {
        if self.script.steps.len() == MOST_STEPS {
            return self.unclear(format!("there are more than {MOST_STEPS} commands in it"));
        }
        step.lead = std::mem::take(&mut self.lead).join(" ");
        step.background = self.background;
        step.directories = self.directories.clone();
        if step.words.iter().take(2).any(|word| matches!(word.plain(), Some("cd" | "pushd" | "popd"))) {
            self.change_directory(&step);
        }
        self.script.steps.push(step);
    }

    fn change_directory(&mut self, step: &Step) {
        if self.loops > 0 {
            self.unclear("the directory changes inside a loop or a function".to_owned());
        }
        let target =
            step.words[1..].iter().filter_map(Word::plain).find(|word| !word.starts_with('-') && *word != "cd");
        let Some(target) = target else {
            return self.unclear("it changes to a directory that is not named".to_owned());
        };
        let there: Vec<String> = self.directories.iter().map(|from| join(from, target)).collect();
        for directory in there {
            if !self.directories.contains(&directory) {
                self.directories.push(directory);
            }
        }
        if self.directories.len() > MOST_DIRECTORIES {
            self.unclear("the directory changes too often".to_owned());
            self.directories.truncate(MOST_DIRECTORIES);
        }
    }

    fn item(&mut self, item: &Item, step: &mut Step) {
        match item {
            Item::IoRedirect(redirect) => step.redirects.extend(self.redirect(redirect)),
            Item::Word(word) => {
                let word = self.word(&word.value);
                step.words.push(word);
            }
            // After the program, what looks like an assignment is an argument.
            Item::AssignmentWord(_, word) if !step.words.is_empty() => {
                let word = self.word(&word.value);
                step.words.push(word);
            }
            Item::AssignmentWord(assignment, raw) => self.assignment(assignment, raw, step),
            Item::ProcessSubstitution(_, subshell) => {
                self.unclear("a process substitution".to_owned());
                self.subshell("<(", subshell);
            }
        }
    }

    fn assignment(&mut self, assignment: &Assignment, raw: &RawWord, step: &mut Step) {
        let (AssignmentName::VariableName(name), AssignmentValue::Scalar(_), false) =
            (&assignment.name, &assignment.value, assignment.append)
        else {
            self.word(&raw.value);
            return self.unclear(format!("it sets a variable in a way that is not simple: `{}`", raw.value));
        };
        let Some(value) = raw.value.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('=')) else {
            return self.unclear(format!("it sets a variable in a way that is not simple: `{}`", raw.value));
        };
        let value = self.word(value);
        step.assignments.push((name.clone(), value));
    }

    fn text(&mut self, word: &RawWord) -> String {
        self.word(&word.value).canonical()
    }

    pub(super) fn word(&mut self, raw: &str) -> Word {
        self.hashes += raw.matches('#').count();
        let (word, mut inner) = decode(raw);
        if let Value::Unclear(why) = &word.value {
            self.unclear(format!("{why}: `{}`", super::reveal(raw)));
            // For the reader only: the command is asked anyway.
            inner = substitutions(raw);
        }
        for command in inner {
            self.nested(&command);
        }
        word
    }

    fn nested(&mut self, command: &str) {
        if self.depth == DEEPEST {
            return self.unclear("substitutions are nested too deeply".to_owned());
        }
        self.depth += 1;
        self.token("$(");
        self.source(command);
        self.token(")");
        self.depth -= 1;
    }
}

/// The commands in the substitutions of a word that is not understood.
fn substitutions(raw: &str) -> Vec<String> {
    use brush_parser::word::{WordPiece, WordPieceWithSource, parse};
    fn collect(pieces: Vec<WordPieceWithSource>, found: &mut Vec<String>) {
        for piece in pieces {
            match piece.piece {
                WordPiece::CommandSubstitution(text) | WordPiece::BackquotedCommandSubstitution(text) => {
                    found.push(text)
                }
                WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                    collect(inner, found);
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    if raw.contains(['$', '`']) {
        let pieces =
            std::panic::catch_unwind(|| parse(raw, &brush_parser::ParserOptions::default()).unwrap_or_default());
        collect(pieces.unwrap_or_default(), &mut found);
    }
    found
}
