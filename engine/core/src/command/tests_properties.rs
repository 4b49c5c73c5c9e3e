//! What holds for every text and every command.

use super::*;
use proptest::prelude::*;
use std::time::Duration;

const PIECES: &[&str] = &[
    "/",
    "stop",
    "approve",
    "task",
    "deny",
    "continue",
    "start",
    " ",
    "\n",
    "\r\n",
    "\t",
    "    ",
    "> ",
    ">>> ",
    "```",
    "~~~",
    "`",
    "- ",
    "1. ",
    "<!--",
    "-->",
    "<pre>",
    "</pre>",
    "@",
    "signalbox",
    "@signalbox",
    "<@42>",
    "abcd",
    "#",
    "4k7q",
    "for",
    "15m",
    "\u{200b}",
    "\u{202e}",
    "\u{a0}",
    "\u{3000}",
    "é",
    "日本",
    "🙂",
    ":",
    ",",
    ".",
    "x",
];

fn manners() -> Vec<Manner> {
    vec![
        Manner::telegram_private("signalbox"),
        Manner::telegram_group("signalbox"),
        Manner::discord_private("42"),
        Manner::discord_channel("42"),
        Manner::github("signalbox"),
        Manner { slash: Slash::Ignored, mentions: vec![String::new()], ..Manner::github("signalbox") },
    ]
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat()),
    ]
}

fn task() -> impl Strategy<Value = Option<Reference<TaskId>>> {
    prop::option::of("[0-9a-hjkmnp-tv-z]{4,12}".prop_map(|digits| digits.parse().unwrap()))
}

fn approval() -> impl Strategy<Value = Reference<ApprovalId>> {
    "[0-9a-hjkmnp-tv-z]{4,16}".prop_map(|digits| digits.parse().unwrap())
}

fn prompt() -> impl Strategy<Value = String> {
    texts().prop_filter("a prompt says something", |text| !text.chars().all(values::is_blank))
}

fn span() -> impl Strategy<Value = GrantSpan> {
    prop_oneof![
        Just(GrantSpan::Once),
        Just(GrantSpan::Conversation),
        Just(GrantSpan::Always),
        (1..=30 * 24 * 3600_u64).prop_map(|seconds| GrantSpan::For(Duration::from_secs(seconds))),
    ]
}

/// A reason that holds no second command.
fn reason() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-zé日 .]{0,40}(\n[a-z ]{0,40}){0,3}")
        .prop_map(|reason| reason.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn commands() -> impl Strategy<Value = Command> {
    let plain =
        [Command::ListProjects, Command::ListApprovals, Command::ShowQueue, Command::ShowUsage, Command::ShowIdentity];
    let verbs: Vec<_> = Command::catalogue().iter().map(|entry| entry.verb).collect();
    let model = prop_oneof![
        Just(ModelChoice::Default),
        "[a-z][a-z0-9.-]{0,20}(\\[1m\\])?".prop_map(|name| name.parse().unwrap())
    ];
    prop_oneof![
        prop::sample::select(plain.to_vec()),
        prompt().prop_map(|prompt| Command::SubmitTask { prompt }),
        prop::option::of("[A-Za-z0-9._-]{1,20}").prop_map(|project| Command::ChooseProject { project }),
        prop::option::of(prompt()).prop_map(|prompt| Command::StartConversation { prompt }),
        (task(), prop::option::of(prompt())).prop_map(|(task, prompt)| Command::ContinueConversation { task, prompt }),
        task().prop_map(|task| Command::StopTask { task }),
        task().prop_map(|task| Command::ShowStatus { task }),
        task().prop_map(|task| Command::ShowDiff { task }),
        task().prop_map(|task| Command::RetryTask { task }),
        task().prop_map(|task| Command::PushTask { task }),
        task().prop_filter_map("a task", |task| task.map(|task| Command::DiscardTask { task })),
        prop::option::of(prop::sample::select(&Mode::ALL[..])).prop_map(|mode| Command::ChooseMode { mode }),
        prop::option::of(model).prop_map(|model| Command::ChooseModel { model }),
        "[A-Za-z0-9-]{4,64}".prop_map(|code| Command::LinkAccount { code: code.parse().unwrap() }),
        prop::option::of(prop::sample::select(verbs)).prop_map(|verb| Command::ShowHelp { verb }),
        (approval(), span()).prop_map(|(approval, span)| Command::Approve { approval, span }),
        (approval(), reason()).prop_map(|(approval, reason)| Command::Deny { approval, reason }),
        (approval(), reason()).prop_map(|(approval, words)| Command::Answer {
            approval,
            words: words.unwrap_or_else(|| "Yes, do.".to_owned()),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_brings_it_down(text in texts()) {
        for manner in manners() {
            if let Err(wrong) = parse(&text, &manner) {
                prop_assert!(wrong.to_string().chars().count() < 400);
                prop_assert!(!wrong.to_string().contains('\n'));
            }
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same(command in commands()) {
        let written = command.canonical();
        let page = crate::text::page::Page::read(&written);
        for manner in &manners()[..5] {
            // What the page does not show is not heard there.
            if manner.markup != Markup::Github || page.text == written {
                prop_assert_eq!(parse(&written, manner), Ok(Some(command.clone())));
            }
        }
    }

    #[test]
    fn a_quotation_holds_no_command(text in texts(), command in commands()) {
        for said in [text, command.canonical()] {
            let quoted: String = said.split('\n').map(|line| format!("> {line}\n")).collect();
            for manner in [Manner::github("signalbox"), Manner::discord_channel("42")] {
                prop_assert_eq!(parse(&quoted, &manner), Ok(None));
            }
        }
    }

    #[test]
    fn code_holds_no_command(text in texts(), command in commands()) {
        for said in [text.replace(['`', '~'], ""), command.canonical().replace('`', "")] {
            for manner in [Manner::github("signalbox"), Manner::discord_channel("42")] {
                prop_assert_eq!(parse(&format!("talk\n```\n{said}\n```\ntalk"), &manner), Ok(None));
            }
        }
    }

    #[test]
    fn every_command_fills_its_own_form(verb in prop::sample::select(Command::catalogue()), text in texts()) {
        let fields: Vec<_> = verb.arguments.iter().map(|argument| (argument.name, text.as_str())).collect();
        if let Ok(command) = Command::from_fields(verb.verb, &fields, &Manner::discord_channel("42")) {
            prop_assert_eq!(command.verb(), verb.verb);
        }
    }
}
