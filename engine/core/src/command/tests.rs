//! The grammar as a table: what people type, and what it is.

use super::*;
use rstest::rstest;
use std::time::Duration;

fn private(text: &str) -> Result<Option<Command>, Misunderstood> {
    parse(text, &Manner::telegram_private("signalbox_bot"))
}

fn group(text: &str) -> Result<Option<Command>, Misunderstood> {
    parse(text, &Manner::telegram_group("signalbox_bot"))
}

fn github(text: &str) -> Result<Option<Command>, Misunderstood> {
    parse(text, &Manner::github("signalbox"))
}

fn task(prompt: &str) -> Command {
    Command::SubmitTask { prompt: prompt.to_owned() }
}

fn approval(digits: &str) -> Reference<ApprovalId> {
    digits.parse().unwrap()
}

fn approve(digits: &str, span: GrantSpan) -> Command {
    Command::Approve { approval: approval(digits), span }
}

fn deny(digits: &str, reason: Option<&str>) -> Command {
    Command::Deny { approval: approval(digits), reason: reason.map(str::to_owned) }
}

fn stop(digits: &str) -> Command {
    Command::StopTask { task: Some(digits.parse().unwrap()) }
}

fn go_on(task: Option<&str>, prompt: Option<&str>) -> Command {
    let task = task.map(|digits| digits.parse().unwrap());
    Command::ContinueConversation { task, prompt: prompt.map(str::to_owned) }
}

#[rstest]
#[case("/task fix it", task("fix it"))]
#[case("fix it", task("fix it"))]
#[case("  fix\n\n    it \n", task("  fix\n\n    it \n"))]
#[case("/project", Command::ChooseProject { project: None })]
#[case("/project web-site_2.0", Command::ChooseProject { project: Some("web-site_2.0".to_owned()) })]
#[case("/projects", Command::ListProjects)]
#[case("/new", Command::StartConversation { prompt: None })]
#[case("/new tests, please", Command::StartConversation { prompt: Some("tests, please".to_owned()) })]
#[case("/continue", go_on(None, None))]
#[case("/continue with more care", go_on(None, Some("with more care")))]
#[case("/continue 2024 was better", go_on(None, Some("2024 was better")))]
#[case("/continue #4k7q", go_on(Some("4k7q"), None))]
#[case("/continue #4k7q with\n  care", go_on(Some("4k7q"), Some("with\n  care")))]
#[case("/continue 4k7q00000000 now", go_on(Some("4k7q00000000"), Some("now")))]
#[case("/stop", Command::StopTask { task: None })]
#[case("/stop `#4K7Q-oil0`", stop("4k7q0110"))]
#[case("/status", Command::ShowStatus { task: None })]
#[case("/pending", Command::ListApprovals)]
#[case("/queue", Command::ShowQueue)]
#[case("/diff abcd.", Command::ShowDiff { task: Some("abcd".parse().unwrap()) })]
#[case("/retry", Command::RetryTask { task: None })]
#[case("/push", Command::PushTask { task: None })]
#[case("/mode", Command::ChooseMode { mode: None })]
#[case("/mode PLAN", Command::ChooseMode { mode: Some(Mode::Plan) })]
#[case("/model claude-x-4-5[1m]", Command::ChooseModel { model: Some(ModelChoice::Named("claude-x-4-5[1m]".to_owned())) })]
#[case("/model Default", Command::ChooseModel { model: Some(ModelChoice::Default) })]
#[case("/usage", Command::ShowUsage)]
#[case("/whoami", Command::ShowIdentity)]
#[case("/link AbCd-1234", Command::LinkAccount { code: "AbCd-1234".parse().unwrap() })]
#[case("/help", Command::ShowHelp { verb: None })]
#[case("/help /Approve", Command::ShowHelp { verb: Some(Verb::Approve) })]
#[case("/approve abcd1234", approve("abcd1234", GrantSpan::Once))]
#[case("/approve abcd1234 for 15m", approve("abcd1234", GrantSpan::For(Duration::from_secs(900))))]
#[case("/approve abcd1234 15m", approve("abcd1234", GrantSpan::For(Duration::from_secs(900))))]
#[case("/approve abcd1234 For Conversation", approve("abcd1234", GrantSpan::Conversation))]
#[case("/approve abcd1234 for always", approve("abcd1234", GrantSpan::Always))]
#[case("/deny abcd1234", deny("abcd1234", None))]
#[case("/deny abcd1234 not on\na Friday \n", deny("abcd1234", Some("not on\na Friday")))]
#[case("/deny abcd1234\nbecause", deny("abcd1234", Some("because")))]
#[case("/start", Command::ShowHelp { verb: None })]
#[case("/start AbCd-1234", Command::LinkAccount { code: "AbCd-1234".parse().unwrap() })]
fn every_command_is_understood(#[case] text: &str, #[case] command: Command) {
    assert_eq!(private(text), Ok(Some(command)));
}

#[rstest]
#[case("/TASK fix", task("fix"))]
#[case("\u{200f}/status\u{200e}", Command::ShowStatus { task: None })]
#[case("\u{feff} \u{3000}/task\u{a0}fix", task("fix"))]
#[case("/task\u{2003}\u{202b}fix\u{202c}", task("\u{202b}fix\u{202c}"))]
#[case("/sta\u{200b}tus", Command::ShowStatus { task: None })]
#[case("/stop \u{2066}4k7q\u{2069}", stop("4k7q"))]
#[case("/task: fix", task("fix"))]
#[case("/status!", Command::ShowStatus { task: None })]
#[case("/task@SIGNALBOX_bot fix", task("fix"))]
#[case("\n\n/queue\r\n", Command::ShowQueue)]
#[case("@signalbox_bot, fix it", task("fix it"))]
#[case("@Signalbox_Bot: /stop 4k7q", stop("4k7q"))]
#[case("@signalbox_bot", Command::ShowHelp { verb: None })]
#[case("@signalbox_bot\n  fix", task("  fix"))]
fn the_way_it_is_typed_does_not_matter(#[case] text: &str, #[case] command: Command) {
    assert_eq!(private(text), Ok(Some(command.clone())));
    assert_eq!(group(text), Ok(Some(command)));
}

#[rstest]
#[case("/task one\n\n  two\n\tthree  \n", "one\n\n  two\n\tthree  \n")]
#[case("/task\n    indented\n", "    indented\n")]
#[case("/task  \r\none\r\ntwo", "one\r\ntwo")]
#[case("/task a\n> quoted\n```\n/stop\n```\n/stop", "a\n> quoted\n```\n/stop\n```\n/stop")]
fn a_prompt_of_many_lines_is_kept_exactly(#[case] text: &str, #[case] prompt: &str) {
    assert_eq!(private(text), Ok(Some(task(prompt))));
    assert_eq!(github(text), Ok(Some(task(prompt))));
}

#[rstest]
#[case("/etc/hosts is wrong")]
#[case("/ is full")]
#[case("please\n/stop this noise")]
#[case("//stop")]
#[case("see /stop")]
#[case("mail me@signalbox_bot.org")]
#[case("/ünlü is a word")]
fn what_is_no_command_is_a_task_in_private(#[case] text: &str) {
    assert_eq!(private(text), Ok(Some(task(text))));
    assert_eq!(group(text), Ok(None));
}

#[rstest]
#[case("")]
#[case(" \n\t\u{200b}\u{feff} ")]
#[case("/stop@other_bot")]
fn nothing_comes_of_nothing(#[case] text: &str) {
    assert_eq!(private(text), Ok(None));
    assert_eq!(group(text), Ok(None));
}

#[rstest]
#[case("hello everybody")]
#[case("/weather in Oslo")]
#[case("/lgtm")]
#[case("/retest")]
#[case("ask @signalbox_botany")]
#[case("ask x@signalbox_bot")]
#[case("it is `@signalbox_bot`, not that")]
fn what_is_not_for_us_is_ignored_in_a_group(#[case] text: &str) {
    assert_eq!(group(text), Ok(None));
}

#[rstest]
#[case("could you have a look, @signalbox?")]
#[case("The build is red.\n@signalbox")]
#[case("@ann @signalbox which is it?")]
fn a_name_within_a_message_calls_attention_to_all_of_it(#[case] text: &str) {
    assert_eq!(github(text), Ok(Some(task(text))));
}

#[rstest]
#[case("@signalbox approve 4k7q", approve("4k7q", GrantSpan::Once))]
#[case("@signalbox deny #abcd too broad", deny("abcd", Some("too broad")))]
#[case("@signalbox stop", Command::StopTask { task: None })]
#[case("@signalbox stop #abcd", stop("abcd"))]
#[case("@signalbox[bot] help deny", Command::ShowHelp { verb: Some(Verb::Deny) })]
#[case("@signalbox continue #abcd and test", go_on(Some("abcd"), Some("and test")))]
#[case("@signalbox stop using unwrap here", task("stop using unwrap here"))]
#[case("@signalbox stop that", task("stop that"))]
#[case("@signalbox new tests are needed", task("new tests are needed"))]
#[case("@signalbox approve the change if tests pass", task("approve the change if tests pass"))]
#[case("@signalbox deny access to it", task("deny access to it"))]
#[case("@signalbox help me with it", task("help me with it"))]
#[case("@signalbox link the guide in the readme", task("link the guide in the readme"))]
#[case("@signalbox continue with it", task("continue with it"))]
#[case("@signalbox status of the build?", task("status of the build?"))]
fn a_sentence_to_us_is_told_from_a_command(#[case] text: &str, #[case] command: Command) {
    assert_eq!(github(text), Ok(Some(command)));
}

#[rstest]
#[case("/statsu", "There is no command `statsu`. Did you mean `/status`? Usage: `/status [TASK]`")]
#[case("/cancel", "There is no command `cancel`. Did you mean `/stop`? Usage: `/stop [TASK]`")]
#[case(
    "/appr abcd",
    "There is no command `appr`. Did you mean `/approve`? Usage: `/approve ID [for 15m|conversation|always]`"
)]
#[case("/xyzzy", "There is no command `xyzzy`. Usage: `/help [COMMAND]`")]
#[case("/task  \n ", "PROMPT is missing. Usage: `/task PROMPT`")]
#[case("/deny", "ID is missing. Usage: `/deny ID [WHY]`")]
#[case("/status abcd efgh", "`efgh` does not belong there. Usage: `/status [TASK]`")]
#[case("/queue now", "`now` does not belong there. Usage: `/queue`")]
#[case(
    "/stop it",
    "`it` is no id of a task; give the 12 letters and digits of it, or at least the first 4. Usage: `/stop [TASK]`"
)]
#[case("/mode fast", "`fast` is no mode; write `work` or `plan`. Usage: `/mode [work|plan]`")]
#[case("/model --help", "`--help` cannot be a model's name. Usage: `/model [MODEL|default]`")]
#[case(
    "/project a/b",
    "`a/b` cannot be a project's name; it is made of letters, digits, `.`, `_` and `-`. Usage: `/project [PROJECT]`"
)]
#[case("/link se\u{e9}cret", "That is no link code; copy all of it, letters, digits and hyphens. Usage: `/link CODE`")]
#[case("/help stopp", "There is no command `stopp`. Did you mean `/help stop`? Usage: `/help [COMMAND]`")]
#[case(
    "/status a`\u{2800}!!",
    "`a'⟦U+2800⟧!!` is no id of a task; give the 12 letters and digits of it, or at least the first 4. Usage: `/status [TASK]`"
)]
fn what_is_wrong_is_explained(#[case] text: &str, #[case] words: &str) {
    assert_eq!(private(text).unwrap_err().to_string(), words);
}

#[rstest]
#[case("/approve")]
#[case("/approve it")]
#[case("/approve uuuu")]
#[case("/approve abcd1234abcd12345")]
#[case("/approve abcd looks good")]
#[case("/approve abcd for")]
#[case("/approve abcd for ever")]
#[case("/approve abcd for 15 minutes")]
#[case("/approve abcd for 90d")]
#[case("/approve abcd for always not")]
#[case("/aprove abcd")]
#[case("@signalbox approve")]
#[case("@signalbox approve 4k7q for ever")]
#[case("@signalbox aprove")]
#[case("/approve abcd\n/approve efgh")]
#[case("/deny abcd no\n\n@signalbox approve 4k7q")]
#[case("/approve abcd\nfine\n/stop")]
fn half_a_decision_is_none(#[case] text: &str) {
    let wrong = github(text).unwrap_err();
    assert!(wrong.to_string().len() > 20, "{wrong}");
}

#[test]
fn another_bots_command_is_answered_only_when_it_is_a_slip_or_names_us() {
    assert!(group("/statsu").is_err());
    assert!(group("/cancel").unwrap().is_none());
    assert!(group("/cancel@signalbox_bot").is_err());
    assert!(github("@signalbox /cancel").is_err());
}

#[test]
fn where_slashes_are_ignored_a_name_is_needed_and_shown() {
    let manner = Manner { slash: Slash::Ignored, ..Manner::github("signalbox") };
    assert_eq!(parse("/stop", &manner), Ok(None));
    assert_eq!(parse("@signalbox /stop", &manner), Ok(Some(Command::StopTask { task: None })));
    let wrong = parse("@signalbox /mode x", &manner).unwrap_err();
    assert_eq!(wrong.usage.as_deref(), Some("@signalbox mode [work|plan]"));
}

#[test]
fn lengths_are_limited() {
    let reason = "x".repeat(MAX_REASON_CHARS);
    assert_eq!(private(&format!("/deny abcd {reason}")), Ok(Some(deny("abcd", Some(&reason)))));
    assert_eq!(private(&format!("/deny abcd {reason}x")).unwrap_err().fault, Fault::ReasonTooLong);
    let long = "x".repeat(MAX_MESSAGE_BYTES + 1);
    assert_eq!(private(&long).unwrap_err().fault, Fault::MessageTooLong);
    assert_eq!(group(&long), Ok(None));
    let wrong = private(&format!("/status {}", "x".repeat(5000))).unwrap_err().to_string();
    assert!(wrong.len() < 200, "{wrong}");
}

#[test]
fn a_link_code_is_never_shown() {
    let command = private("/link secret-1234").unwrap().unwrap();
    assert!(!format!("{command:?}").contains("secret"));
    for text in ["/link secret_1234", "/link sec", "/lnik secret-1234"] {
        let wrong = private(text).unwrap_err();
        assert!(!format!("{wrong:?} {wrong}").contains("sec"), "{wrong}");
    }
}

#[test]
fn forms_give_the_same_commands() {
    let manner = Manner::discord_channel("42");
    let form = |verb, fields: &[(&str, &str)]| Command::from_fields(verb, fields, &manner);
    assert_eq!(form(Verb::Task, &[("prompt", " /stop\n> x ")]), Ok(task(" /stop\n> x ")));
    let both = [("prompt", "on"), ("task", "abcd")];
    assert_eq!(form(Verb::Continue, &both), Ok(go_on(Some("abcd"), Some("on"))));
    let span = GrantSpan::Conversation;
    assert_eq!(form(Verb::Approve, &[("id", "abcd"), ("for", "conversation")]), Ok(approve("abcd", span)));
    assert_eq!(form(Verb::Stop, &[("task", " ")]), Ok(Command::StopTask { task: None }));
    assert_eq!(form(Verb::Task, &[("prompt", "\n")]).unwrap_err().fault, Fault::Missing("PROMPT"));
    assert!(matches!(form(Verb::Stop, &[("id", "abcd")]).unwrap_err().fault, Fault::UnknownField(_)));
}

#[test]
fn the_catalogue_suits_every_platform() {
    let fits = |text: &str, least: usize| (least..=100).contains(&text.chars().count());
    for (number, entry) in Command::catalogue().iter().enumerate() {
        assert_eq!((entry.verb as usize, entry.verb.entry()), (number, entry));
        let plain = entry.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        assert!(plain && (1..=32).contains(&entry.name.len()) && fits(entry.help, 3), "{entry:?}");
        assert!(entry.arguments.is_sorted_by_key(|argument| !argument.required), "{entry:?}");
        for (number, argument) in entry.arguments.iter().enumerate() {
            assert!(fits(argument.help, 1) && argument.name.bytes().all(|byte| byte.is_ascii_lowercase()));
            let before = &entry.arguments[..number];
            assert!(before.iter().all(|other| other.name != argument.name && other.kind != argument.kind));
            assert!(!before.iter().any(|other| other.kind.is_text()), "text is the last argument: {entry:?}");
        }
        for word in entry.instead_of {
            assert!(word.parse::<Verb>().is_err(), "{word} is a command itself");
            assert_eq!(verb::nearest(word), Some(entry.verb), "{word}");
        }
    }
    let names: std::collections::HashSet<_> = Command::catalogue().iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), Command::catalogue().len());
}

#[test]
fn help_is_made_from_the_catalogue() {
    insta::assert_snapshot!(help(None, &Manner::github("signalbox")), @r"
    Write `@signalbox` and what you want done, or one of these:
    `/task PROMPT` Give Claude a task in this conversation
    `/project [PROJECT]` Show or choose the project that this place works on
    `/projects` List the projects that you may see
    `/new [PROMPT]` Begin a new conversation, at once with a task if you like
    `/continue [#TASK] [PROMPT]` Go on with a conversation: the latest here, or that of a task
    `/stop [TASK]` Stop a task
    `/status [TASK]` Say where a task stands
    `/pending` List the approvals that wait for you
    `/queue` List the tasks that wait or run
    `/diff [TASK]` Show what a task changed
    `/retry [TASK]` Try a failed or stopped task again
    `/push [TASK]` Push what a task changed to the repository
    `/discard TASK` Throw away what a task changed, where it is not pushed
    `/mode [work|plan]` Show or choose whether Claude works at once or plans first
    `/model [MODEL|default]` Show or choose the model of this conversation
    `/usage` Show what was used and what is left
    `/whoami` Show who you are to the hub, and your roles
    `/link CODE` Link this account to your account at the hub
    `/help [COMMAND]` Explain the commands, or one of them
    `/approve ID [for 15m|conversation|always]` Allow what Claude asks to do
    `/deny ID [WHY]` Refuse what Claude asks to do, with a reason if you like
    `/answer ID WORDS` Answer what Claude asks, in your own words
    ");
    insta::assert_snapshot!(help(Some(Verb::Approve), &Manner::github("signalbox")), @r"
    `/approve ID [for 15m|conversation|always]` Allow what Claude asks to do
    `ID` The approval's id or its beginning
    `for 15m|conversation|always` How long calls like it stay allowed; else this one only
    ");
}
