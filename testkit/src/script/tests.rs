use rstest::rstest;
use serde_json::json;

use super::*;

#[test]
fn what_the_builder_writes_is_read_as_meant() {
    let text = Script::new()
        .http(529)
        .times(2)
        .retry_after(3)
        .slow(Duration::from_millis(20))
        .say("one\ntwo \\n three\ttabs")
        .think("hm")
        .parallel([("Read", json!({"file_path": "a b"})), ("Bash", json!({"command": "echo '\n'"}))])
        .delay(Duration::from_secs(2))
        .cut()
        .times(4)
        .usage(Usage { input: 1, output: 2, cache_read: 3, cache_write: 4 })
        .echo()
        .big(10)
        .stop("refusal")
        .to_string();
    let call = |name: &str, input| Call { name: name.into(), input };
    assert_eq!(
        parse(&text).unwrap(),
        vec![
            Directive::Http(HttpFailure { status: 529, times: Some(2), retry_after_seconds: Some(3) }),
            Directive::Slow(Duration::from_millis(20)),
            Directive::Say("one\ntwo \\n three\ttabs".into()),
            Directive::Think("hm".into()),
            Directive::Tools(vec![
                call("Read", json!({"file_path": "a b"})),
                call("Bash", json!({"command": "echo '\n'"})),
            ]),
            Directive::Delay(Duration::from_secs(2)),
            Directive::Cut { times: 4 },
            Directive::Usage(Usage { input: 1, output: 2, cache_read: 3, cache_write: 4 }),
            Directive::Echo,
            Directive::Big(10),
            Directive::Stop("refusal".into()),
        ]
    );
}

#[rstest]
#[case("SAY a\nSYA b", "line 2: unknown directive: SYA b")]
#[case("SAY a\nand some prose", "line 2: unknown directive: and some prose")]
#[case("SAY", "line 1: unknown directive: SAY")]
#[case("TOOL Bash {\"command\":", "line 1: the input of Bash is not JSON")]
#[case("TOOL Bash [1]", "line 1: the input of Bash must be a JSON object")]
#[case("TOOL", "line 1: TOOL needs a name")]
#[case("SAY a\nPARALLEL\nTOOL Bash {}", "line 2: PARALLEL without END")]
#[case("PARALLEL\nEND", "line 2: only TOOL lines and END")]
#[case("PARALLEL\nSAY a\nEND", "line 2: only TOOL lines and END")]
#[case("END", "line 1: unknown directive: END")]
#[case("DELAY 5", "line 1: a time is written as")]
#[case("HTTP 200", "line 1: HTTP needs a status")]
#[case("HTTP 529 times", "line 1: HTTP needs a status")]
#[case("CUT 3", "line 1: CUT takes `times N` only")]
#[case("STOP soon", "line 1: `soon` is no stop reason")]
#[case("USAGE input=x", "line 1: USAGE takes")]
#[case("BIG 0", "line 1: BIG needs")]
fn a_fault_names_its_line(#[case] text: &str, #[case] words: &str) {
    let fault = parse(text).unwrap_err().to_string();
    assert!(fault.starts_with("SCRIPT FAULT in ") && fault.contains(words), "{fault}");
}

#[test]
fn a_count_after_what_cannot_be_repeated_is_a_fault() {
    assert!(parse(&Script::new().say("a").times(2).to_string()).is_err());
}

#[test]
fn the_recordings_way_to_count_is_read_too() {
    let expected = Directive::Http(HttpFailure { status: 529, times: Some(2), retry_after_seconds: None });
    assert_eq!(parse("HTTP 529 2").unwrap(), vec![expected]);
}

#[rstest]
#[case("SAY a", true)]
#[case("\n\n  # remark\nSAY a", true)]
#[case("Please SAY a", false)]
#[case("SAYING a", false)]
#[case("", false)]
fn a_script_is_told_from_prose(#[case] text: &str, #[case] script: bool) {
    assert_eq!(looks_like_script(text), script);
}
