//! Single lines: unknown, broken, enormous.

use super::*;

fn read(line: &Value) -> Incoming {
    read_line(line.to_string().as_bytes())
}

#[test]
fn unknown_kinds_are_named_and_broken_ones_are_garbage() {
    let kind = |kind: &str| Incoming::Unknown { kind: kind.to_owned() };
    assert_eq!(read(&json!({"type": "system", "subtype": "task_progress", "x": 1})), kind("system/task_progress"));
    assert_eq!(read(&json!({"type": "command_lifecycle", "state": "started"})), kind("command_lifecycle"));
    assert_eq!(read(&json!({"attachment": {"type": "hook_success"}, "type": "attachment"})), kind("attachment"));
    for line in ["", "null", "[]", "{}", "{\"type\":3}", "{\"type\":\"result\"}", "{\"type\":\"user\"", "\u{feff}{}"] {
        assert!(matches!(read_line(line.as_bytes()), Incoming::Garbage { .. }), "{line}");
    }
}

#[test]
fn a_results_content_is_text_or_parts() {
    let picture = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}});
    let parts = json!([{"type": "text", "text": "one"}, picture, {"type": "tool_reference", "tool_name": "Bash"}]);
    let output = |content: &Value| match read(&tool_result("t1", content, false, None)) {
        Incoming::ToolResults { results } => results[0].output.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(output(&json!("line\n\u{1b}[31mred")), "line\n\u{1b}[31mred");
    assert_eq!(output(&parts), "one\n[image image/png]\n{\"tool_name\":\"Bash\",\"type\":\"tool_reference\"}");
    assert_eq!(output(&json!(null)), "");
    assert_eq!(output(&json!({"odd": 1})), "{\"odd\":1}");
}

#[test]
fn words_of_the_user_are_no_results() {
    let line = json!({"type": "user", "message": {"content": [{"type": "text", "text": "[Request interrupted]"}]}});
    assert_eq!(read(&line), Incoming::ToolResults { results: vec![] });
    let plain = json!({"type": "user", "message": {"content": "hello"}});
    assert_eq!(read(&plain), Incoming::ToolResults { results: vec![] });
}

#[test]
fn half_a_surrogate_pair_does_not_hide_a_question() {
    let line = hook("q1", "t1", "Bash", &bash("echo HALF \\\\ PAIR")).to_string();
    let line = line.replace("HALF", "\\ud83d").replace("PAIR", "\\ud83d\\ude00 \\\\ud800 \\udc00");
    let Incoming::HookCallback { call, .. } = read_line(line.as_bytes()) else { panic!("not read: {line}") };
    assert_eq!(call.command(), Some("echo \u{fffd} \\\\ \u{1f600} \\ud800 \u{fffd}"));
}

#[test]
fn bytes_that_are_no_text_do_not_hide_a_result() {
    let mut line = ran("t1", "MARK").to_string().into_bytes();
    let at = line.windows(4).position(|window| window == b"MARK").unwrap();
    line[at] = 0xff;
    let Incoming::ToolResults { results } = read_line(&line) else { panic!("not read") };
    assert_eq!(results[0].output, "\u{fffd}ARK");
}

#[test]
fn fifty_megabytes_in_one_line_are_read() {
    let big = "0123456789abcde\n".repeat(50 * 1024 * 1024 / 16);
    let line = ran("t1", &big).to_string();
    let started = std::time::Instant::now();
    let Incoming::ToolResults { results } = read_line(line.as_bytes()) else { panic!("not read") };
    assert_eq!(results[0].output.len(), big.len());
    let line = hook("q1", "t1", "Write", &json!({"file_path": "/workspace/a", "content": big})).to_string();
    assert!(matches!(read_line(line.as_bytes()), Incoming::HookCallback { .. }));
    assert!(started.elapsed().as_secs() < 60, "took {:?}", started.elapsed());
}

#[test]
fn deep_nesting_in_what_is_not_used_is_skipped() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let line = said("hi").to_string().replacen('{', &format!("{{\"extra\":{deep},"), 1);
    assert!(matches!(read_line(line.as_bytes()), Incoming::AssistantBlocks { .. }));
}
