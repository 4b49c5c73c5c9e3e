use serde_json::json;

use super::*;

const PROMPT: &str = "Fix <script>`x`</script>\n# not a heading\u{1b}[31m";

fn body(tools: &[&str]) -> Value {
    let tools: Vec<Value> = tools.iter().map(|name| json!({"name": name})).collect();
    let system = "# Environment\n - Primary working directory: /workspace\n - Platform: linux";
    json!({"tools": tools, "messages": [
        {"role": "user", "content": PROMPT},
        {"role": "system", "content": [{"type": "text", "text": system}]},
    ]})
}

fn plan_after(results: &[(&str, bool)], body: &Value) -> Vec<Directive> {
    let mut messages = vec![json!({"role": "user", "content": PROMPT})];
    for (text, is_error) in results {
        let result = json!({"type": "tool_result", "tool_use_id": "a", "content": text, "is_error": is_error});
        messages.push(json!({"role": "user", "content": [result]}));
    }
    plan(&Conversation::read(&messages), (0, PROMPT), body)
}

fn calls(directives: &[Directive]) -> Vec<(&str, &Value)> {
    let calls = directives.iter().filter_map(|directive| match directive {
        Directive::Tools(calls) => calls.first(),
        _ => None,
    });
    calls.map(|call| (call.name.as_str(), &call.input)).collect()
}

fn texts(directives: &[Directive]) -> Vec<&str> {
    let texts = directives.iter().filter_map(|directive| match directive {
        Directive::Say(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn every_text_says_that_it_is_a_rehearsal() {
    for tools in [&["Bash", "Read", "Write"][..], &[]] {
        let directives = plan_after(&[], &body(tools));
        assert!(texts(&directives).iter().all(|text| text.contains("Rehearsal")), "{directives:?}");
    }
    assert!(AFTER_THE_END.contains("Rehearsal"));
}

#[test]
fn it_looks_asks_and_writes() {
    let directives = plan_after(&[("", false)], &body(&["Bash", "Read", "Write"]));
    let calls = calls(&directives);
    assert_eq!(calls.iter().map(|call| call.0).collect::<Vec<_>>(), ["Bash", "Bash", "Bash", "Write"]);
    assert_eq!(calls[2].1["command"], "date -I > rehearsed-on.txt");
    assert_eq!(calls[3].1["file_path"], "/workspace/REHEARSAL.md");
}

#[test]
fn it_reads_the_file_that_it_will_write_anew() {
    let directives = plan_after(&[("README.md\nREHEARSAL.md\n", false)], &body(&["Bash", "Read", "Write"]));
    assert_eq!(calls(&directives)[1].1["file_path"], "/workspace/REHEARSAL.md");
}

#[test]
fn the_prompt_is_quoted_without_its_markup() {
    let directives = plan_after(&[], &body(&["Write"]));
    let content = calls(&directives)[0].1["content"].as_str().unwrap();
    assert!(content.contains("> Fix &lt;script>\\`x\\`&lt;/script>\n> \\# not a heading\\[31m\n"), "{content}");
    let long = "ä".repeat(QUOTED + 1);
    assert_eq!(quotable(&long), format!("{}…", "ä".repeat(QUOTED)));
}

#[test]
fn the_summary_says_what_was_refused() {
    let results = [("", false), ("", false), ("not allowed", true), ("", false)];
    let directives = plan_after(&results, &body(&["Bash", "Read", "Write"]));
    let summary = *texts(&directives).last().unwrap();
    assert!(
        summary.contains("- kept the date in `rehearsed-on.txt` (refused or failed)\n- wrote `REHEARSAL.md`\n"),
        "{summary}"
    );
    assert!(summary.contains("- listed the files\n"), "{summary}");
}

#[test]
fn it_uses_only_the_tools_that_are_offered() {
    let directives = plan_after(&[], &body(&["Bash"]));
    assert_eq!(calls(&directives).len(), 3);
    assert!(calls(&directives).iter().all(|call| call.0 == "Bash"));
}
