//! The walk over the syntax tree that collects every simple command.

use super::word::{Value, Word, decode, quote};
use super::{Effect, Redirect, Script, Step, source};
use crate::policy::paths::join;
use brush_parser::ast::{
    AndOr, AndOrList, Assignment, AssignmentName, AssignmentValue, CaseItemPostAction, Command,
    CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList, DoGroupCommand, IoFileRedirectKind as Kind,
    IoFileRedirectTarget as Target, IoHereDocument, IoRedirect, Pipeline, RedirectList, SeparatorOperator,
    SimpleCommand, SubshellCommand, Word as RawWord,
};

/// How deep substitutions inside substitutions are followed.
const DEEPEST: usize = 4;
/// In how many directories a command may have to be judged.
const MOST_DIRECTORIES: usize = 16;

pub(super) struct Walker {
    script: Script,
    lead: Vec<String>,
    directories: Vec<String>,
    loops: usize,
    depth: usize,
    background: bool,
    here_documents: usize,
    /// `#` characters seen in words and here-documents: the others would be comments that the parser dropped.
    hashes: usize,
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

    fn unclear(&mut self, why: String) {
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
                let values: Vec<String> = clause.values.iter().flatten().map(|value| self.text(value)).collect();
                self.body(&format!("for {} in {}", clause.variable_name, values.join(" ")), &clause.body);
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

    fn subshell(&mut self, opening: &str, subshell: &SubshellCommand) {
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

    fn case(&mut self, clause: &brush_parser::ast::CaseClauseCommand) {
        let value = self.text(&clause.value);
        self.token(format!("case {value} in"));
        for case in &clause.cases {
            let patterns: Vec<String> = case.patterns.iter().map(|pattern| self.text(pattern)).collect();
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
        let Some(target) = target else { return };
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

    fn redirect(&mut self, redirect: &IoRedirect) -> Option<Redirect> {
        match redirect {
            IoRedirect::File(fd, kind, target) => {
                let fd = fd.map(|fd| fd.to_string()).unwrap_or_default();
                self.file_redirect(&fd, kind, target)
            }
            IoRedirect::HereDocument(_, document) => Some(self.here_document(document)),
            IoRedirect::HereString(_, word) => {
                let text = format!("<<< {}", self.word(&word.value).canonical());
                Some(Redirect { text, effect: Effect::None })
            }
            IoRedirect::OutputAndError(word, append) => {
                let word = self.word(&word.value);
                let text = format!("&>{} {}", if *append { ">" } else { "" }, word.canonical());
                Some(Redirect { text, effect: written(word) })
            }
        }
    }

    fn file_redirect(&mut self, fd: &str, kind: &Kind, target: &Target) -> Option<Redirect> {
        let word = match target {
            Target::Filename(word) | Target::Duplicate(word) => self.word(&word.value),
            Target::Fd(number) => decode(&number.to_string()).0,
            Target::ProcessSubstitution(_, subshell) => {
                self.unclear("a process substitution".to_owned());
                self.subshell("<(", subshell);
                return None;
            }
        };
        let text = format!("{fd}{kind} {}", word.canonical());
        let effect = match (kind, word.plain()) {
            (Kind::Read, Some("/dev/null")) => Effect::None,
            (Kind::Read, _) => Effect::Reads(word),
            (Kind::DuplicateOutput | Kind::DuplicateInput, Some("0" | "1" | "2")) => Effect::None,
            (Kind::DuplicateOutput | Kind::DuplicateInput, _) => Effect::Writes(word),
            (Kind::Write | Kind::Append | Kind::Clobber | Kind::ReadAndWrite, _) => written(word),
        };
        Some(Redirect { text, effect })
    }

    /// Text that follows the command. Only one, with a plain word at its end, so that no two readings of where it ends are
    /// possible; and without expansions, unless its word is quoted.
    fn here_document(&mut self, document: &IoHereDocument) -> Redirect {
        self.here_documents += 1;
        let end = document.here_end.value.trim_matches(['\'', '"']);
        let simple_end = !end.is_empty() && end.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let body = &document.doc.value;
        if self.here_documents > 1 || self.depth > 0 || !simple_end || body.lines().any(|line| line.trim() == end) {
            self.unclear("a here-document whose end could be read in two ways".to_owned());
        }
        if document.requires_expansion && body.contains(['$', '`', '\\']) {
            self.unclear("a here-document with expansions".to_owned());
        }
        self.hashes += body.matches('#').count() + document.here_end.value.matches('#').count();
        let dash = if document.remove_tabs { "-" } else { "" };
        Redirect { text: format!("<<{dash} {} {}", document.here_end.value, quote(body)), effect: Effect::None }
    }

    fn text(&mut self, word: &RawWord) -> String {
        self.word(&word.value).canonical()
    }

    fn word(&mut self, raw: &str) -> Word {
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

fn written(word: Word) -> Effect {
    if word.plain() == Some("/dev/null") { Effect::None } else { Effect::Writes(word) }
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
