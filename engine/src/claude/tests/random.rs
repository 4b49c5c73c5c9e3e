//! Whatever comes, in whatever order: no panic, and no allow that was not given.

use super::*;
use proptest::prelude::*;

/// One thing that happens to a dialogue.
#[derive(Debug, Clone)]
enum Step {
    Hears(Value),
    HearsBytes(Vec<u8>),
    Denies(u8),
    Defers(u8),
    Allows(u8),
    Interrupts,
    Restarts,
}

fn request() -> impl Strategy<Value = u8> {
    0..4u8
}

fn line() -> impl Strategy<Value = Value> {
    let ids = (request(), request(), 0..3u8, any::<bool>());
    (0..14u8, ids).prop_map(|(kind, (request, call, command, flag))| {
        let (request, call) = (format!("q{request}"), format!("t{call}"));
        let input = bash(["ls", "make", "rm -rf /"][usize::from(command)]);
        match kind {
            0..=2 => hook(&request, &call, "Bash", &input),
            3 | 4 => permission(&request, &call, "Bash", &input),
            5 => hook_of_subagent(&request, &call, "ls"),
            6 => tool_result(&call, &json!("out"), flag, flag.then_some("user-rejected")),
            7 => result("done"),
            8 => deferred_result(&call),
            9 => error_result("error_during_execution", "aborted_tools", "No conversation found with session ID"),
            10 => json!({"type": "control_cancel_request", "request_id": request}),
            11 => background(usize::from(command)),
            12 => init(if flag { SESSION } else { "other" }),
            _ => initialised(),
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => line().prop_map(Step::Hears),
        2 => (line(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(line, at, byte)| {
            let mut bytes = line.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            Step::HearsBytes(bytes)
        }),
        1 => prop::collection::vec(any::<u8>(), 0..64).prop_map(Step::HearsBytes),
        2 => request().prop_map(Step::Denies),
        1 => request().prop_map(Step::Defers),
        2 => request().prop_map(Step::Allows),
        1 => Just(Step::Interrupts),
        1 => Just(Step::Restarts),
    ]
}

/// Does the steps and returns the calls that the CLI was told to run, and those that were allowed from outside.
fn play(steps: Vec<Step>) -> (usize, usize) {
    let mut dialogue = Dialogue::new(WORKSPACE, DialogueStart::Fresh { message: Some(Prompt::text("x")) });
    let mut lines = dialogue.begin();
    let mut given = 0;
    let mut give = |dialogue: &mut Dialogue, request: u8, answer: Answer| {
        let allows = matches!(answer, Answer::Allow { .. });
        let written = dialogue.answer(&RequestId::new(format!("q{request}")), answer).unwrap_or_default();
        given += usize::from(allows && !written.is_empty());
        written
    };
    for step in steps {
        match step {
            Step::Hears(line) => lines.extend(heard(&mut dialogue, line.to_string().as_bytes())),
            Step::HearsBytes(bytes) => lines.extend(heard(&mut dialogue, &bytes)),
            Step::Denies(request) => {
                lines.extend(give(&mut dialogue, request, Answer::Deny { reason: "no".to_owned() }));
            }
            Step::Defers(request) => lines.extend(give(&mut dialogue, request, Answer::Defer)),
            Step::Allows(request) => {
                lines.extend(give(&mut dialogue, request, Answer::Allow { updated_input: None }));
            }
            Step::Interrupts => lines.extend(dialogue.interrupt()),
            Step::Restarts => dialogue = Dialogue::restored(dialogue.memory()),
        }
    }
    let _ = dialogue.on_exit(Some(0));
    (lines.iter().filter(|line| decision(&sent(line)) == "allow").count(), given)
}

fn heard(dialogue: &mut Dialogue, line: &[u8]) -> Vec<Outgoing> {
    let signals = dialogue.on_line(line).into_iter();
    signals.filter_map(|signal| if let Signal::Write(line) = signal { Some(line) } else { None }).collect()
}

proptest! {
    #[test]
    fn without_an_allow_from_outside_nothing_is_allowed(
        steps in prop::collection::vec(step().prop_filter("no allow", |step| !matches!(step, Step::Allows(_))), 0..60)
    ) {
        prop_assert_eq!(play(steps), (0, 0));
    }

    #[test]
    fn an_allow_is_written_at_most_once_for_each_way_of_asking(steps in prop::collection::vec(step(), 0..60)) {
        let (written, given) = play(steps);
        prop_assert!(written <= 2 * given, "{} allows were written for {} given", written, given);
    }

    #[test]
    fn no_bytes_break_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_line(&bytes);
        let _ = read_line(&[b"{\"type\":\"user\",\"message\":{\"content\":", &bytes[..], b"}}"].concat());
    }

    #[test]
    fn escapes_of_every_kind_are_read(units in prop::collection::vec(prop_oneof![0xd7f0..0xe010u16, 0x20..0x30u16], 0..12)) {
        let escapes: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let line = said("HERE").to_string().replace("HERE", &escapes);
        let Incoming::AssistantBlocks { blocks, .. } = read_line(line.as_bytes()) else { panic!("{line}") };
        prop_assert_eq!(&blocks, &[Block::Text(String::from_utf16_lossy(&units))]);
    }
}
