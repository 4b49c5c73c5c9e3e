//! Command line, environment, and the lines that begin a process.

use super::*;
use secrecy::SecretString;

#[test]
fn no_crafted_value_becomes_a_flag() {
    let options = CliOptions {
        model: Some("--dangerously-skip-permissions".to_owned()),
        resume: Some(SessionId::new("--permission-mode=bypassPermissions")),
        max_turns: Some(3),
        append_system_prompt: Some("-p\n--x".to_owned()),
        permission_mode: PermissionMode::Plan,
    };
    let arguments = arguments(&options);
    for argument in &arguments[1..] {
        assert!(argument.starts_with("--"), "{argument}");
        let is_switch = matches!(argument.as_str(), "--verbose" | "--include-partial-messages");
        assert!(argument.contains('=') || is_switch, "{argument} is not in one piece");
    }
    assert!(arguments.contains(&"--resume=--permission-mode=bypassPermissions".to_owned()));
    assert!(arguments.contains(&"--permission-mode=plan".to_owned()));
    assert_eq!(arguments.iter().filter(|argument| argument.starts_with("--permission-mode=")).count(), 1);
}

#[test]
fn every_call_asks_for_permission_and_repository_settings_stay_out() {
    let arguments = arguments(&CliOptions::default());
    for wanted in [
        "--setting-sources=",
        r#"--settings={"permissions":{"ask":["*"]}}"#,
        "--permission-prompt-tool=stdio",
        "--permission-mode=default",
        "--input-format=stream-json",
    ] {
        assert!(arguments.iter().any(|argument| argument == wanted), "{wanted} is missing");
    }
    let disallowed = arguments.iter().find(|argument| argument.starts_with("--disallowedTools=")).unwrap();
    assert!(disallowed.contains("Monitor,") && !disallowed.contains(' '));
}

#[test]
fn the_environment_leads_to_the_gateway_alone() {
    let pairs = environment(&CliEnvironment::in_sandbox(SecretString::from("token-of-the-sandbox")));
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(get("ANTHROPIC_BASE_URL"), Some("http://127.0.0.1:4001"));
    assert_eq!(get("ANTHROPIC_API_KEY"), Some("token-of-the-sandbox"));
    assert_eq!(get("HTTPS_PROXY"), Some("http://127.0.0.1:4002"));
    assert_eq!(get("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS"), Some("1"));
    assert!(!format!("{:?}", CliEnvironment::in_sandbox(SecretString::from("hush"))).contains("hush"));
}

#[test]
fn the_hook_is_registered_before_the_first_message() {
    let start = DialogueStart::Fresh { message: Some(Prompt::text("hello\nworld")) };
    let lines: Vec<Value> = Dialogue::new(WORKSPACE, start).begin().iter().map(sent).collect();
    let hook = &lines[0]["request"]["hooks"]["PreToolUse"][0];
    assert_eq!(lines[0]["request"]["subtype"], "initialize");
    assert_eq!(hook["matcher"], Value::Null);
    assert_eq!(hook["timeout"], 10_000_000);
    assert_eq!(hook["onFailure"], "block");
    assert_eq!(lines[1]["message"]["content"], "hello\nworld");
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_warm_process_is_ready_and_takes_its_message_later() {
    let mut talk = Talk { dialogue: Dialogue::new(WORKSPACE, DialogueStart::Fresh { message: None }), written: vec![] };
    assert_eq!(talk.dialogue.begin().len(), 1);
    assert_eq!(talk.dialogue.phase(), Phase::Starting);
    assert_eq!(talk.hears(&initialised()), [Signal::Initialised { cli_version: PINNED_CLI.to_owned() }]);
    assert_eq!(talk.dialogue.phase(), Phase::Ready);
    let lines = talk.dialogue.say(Prompt::text("now"));
    assert_eq!(sent(&lines[0])["message"]["content"], "now");
    assert_eq!(talk.dialogue.phase(), Phase::Working);
}

#[test]
fn pictures_go_along_as_blocks() {
    let image = Image { media_type: "image/png".to_owned(), base64: "iVBORw0K".to_owned() };
    let mut talk = Talk::working();
    let lines = talk.dialogue.say(Prompt { text: "see".to_owned(), note: None, images: vec![image.clone()] });
    let source = json!({"type": "base64", "media_type": "image/png", "data": "iVBORw0K"});
    let picture = json!({"type": "image", "source": source});
    assert_eq!(sent(&lines[0])["message"]["content"], json!([{"type": "text", "text": "see"}, picture]));
    let alone = talk.dialogue.say(Prompt { text: String::new(), note: None, images: vec![image] });
    assert_eq!(sent(&alone[0])["message"]["content"], json!([picture]));
}

#[test]
fn a_deferred_call_comes_again_without_a_message() {
    let start = DialogueStart::Deferred { session: SessionId::new(SESSION), call: ToolUseId::new("t1") };
    let mut talk = Talk { dialogue: Dialogue::new(WORKSPACE, start), written: vec![] };
    assert_eq!(talk.dialogue.begin().len(), 1, "a message would start another turn");
    let signals = talk.hears(&hook("q1", "t1", "Bash", &bash("touch a")));
    assert!(matches!(&signals[..], [Signal::AskGate { after_defer: true, .. }]), "{signals:?}");
    // The CLI does not wait for `initialize` before it asks.
    talk.hears(&initialised());
    talk.allows("q1");
    assert!(matches!(talk.hears(&ran("t1", ""))[..], [Signal::ToolFinished { allowed: true, .. }]));
    talk.hears(&init(SESSION));
    assert_eq!(talk.hears(&result("done")), [answered("done")]);
}

#[test]
fn a_session_that_is_not_there_is_told_apart() {
    let start = || DialogueStart::Continued { session: SessionId::new("gone"), message: Some(Prompt::text("x")) };
    let words = "No conversation found with session ID: gone";
    let mut by_result = Dialogue::new(WORKSPACE, start());
    let mut line = error_result("error_during_execution", "", words);
    line["session_id"] = "another".into();
    let signals = by_result.on_line(line.to_string().as_bytes());
    assert_eq!(signals, [Signal::TurnEnded(TurnEnd::SessionUnknown)]);
    assert_eq!(by_result.on_exit(Some(1)), None);

    let mut by_stderr = Dialogue::new(WORKSPACE, start());
    by_stderr.on_stderr(words.as_bytes());
    assert_eq!(by_stderr.on_exit(Some(1)), Some(TurnEnd::SessionUnknown));
}

#[test]
fn a_refused_initialize_ends_it() {
    let mut talk = Talk { dialogue: Dialogue::new(WORKSPACE, DialogueStart::Fresh { message: None }), written: vec![] };
    let response = json!({"subtype": "error", "request_id": "signalbox-initialize", "error": "no"});
    assert!(is_broken(&talk.hears(&json!({"type": "control_response", "response": response}))));
}
