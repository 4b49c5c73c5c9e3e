//! How cards look.

use super::samples::{allowed, asks, command, line, outcome, plan, question, reply, task};
use crate::keyboard::Keyboard;
use crate::layout::{Item, LIMIT, layout};
use signalbox_core::approval::Approval;
use signalbox_core::button::Press;
use signalbox_core::card::Card;
use signalbox_core::policy::Detail;
use signalbox_core::sheet::{Part, View};
use signalbox_core::time::Timestamp;
use teloxide_core::types::InlineKeyboardButtonKind;

fn items(card: &Card) -> Vec<Item> {
    layout(card, View { now: Timestamp::from_millis(61_000), detail: Detail::Full })
}

/// Each message with what is special in it, its buttons below it.
fn drawn(card: &Card) -> String {
    items(card).iter().map(one).collect::<Vec<_>>().join("\n----\n")
}

fn one(item: &Item) -> String {
    let (rich, keyboard) = match item {
        Item::Text(file) => return format!("<{}: {} bytes>", file.name, file.text.len()),
        Item::Kept(file) => return format!("<{}>", file.name),
        Item::Said { rich, keyboard } => (rich, keyboard),
    };
    let (text, entities) = rich.clone().into_parts();
    assert!(!text.trim().is_empty() && text.encode_utf16().count() <= LIMIT);
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut drawn = text.clone();
    for entity in entities {
        let covered = String::from_utf16(&units[entity.offset..entity.offset + entity.length]).unwrap();
        let kind = format!("{:?}", entity.kind);
        let kind = kind.split([' ', '{']).next().unwrap_or_default().to_lowercase();
        drawn.push_str(&format!("\n  {kind}: {}", covered.lines().next().unwrap_or_default()));
    }
    drawn + &buttons(keyboard)
}

fn buttons(keyboard: &Keyboard) -> String {
    let rows = match keyboard {
        Keyboard::None => return String::new(),
        Keyboard::Words => return "\n[a reply is wanted]".to_owned(),
        Keyboard::Buttons(buttons) => &buttons.inline_keyboard,
    };
    let row = |row: &Vec<teloxide_core::types::InlineKeyboardButton>| {
        let labels = row.iter().map(|button| match &button.kind {
            InlineKeyboardButtonKind::CallbackData(data) => {
                assert!((1..=64).contains(&data.len()), "{data}");
                format!("[{}]", button.text)
            }
            other => panic!("{other:?}"),
        });
        labels.collect::<Vec<_>>().join(" ")
    };
    format!("\n{}", rows.iter().map(row).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_short_command_stands_in_its_card() {
    insta::assert_snapshot!(drawn(&asks(command("cargo test --all"))), @r"
    🔐 Claude wants to run a command
    cargo test --all
    Claude says: Run it
    Asked because: it runs the project's own code
    mh40ffkqt4yc5t82 · for Ann in demo · /workspace · open for 59 min 00 s
    A longer yes covers: run 'cargo test --all'
      bold: 🔐 Claude wants to run a command
      pre: cargo test --all
      code: mh40ffkqt4yc5t82
      italic: · for Ann in demo · /workspace · open for 59 min 00 s
      italic: A longer yes covers: run 'cargo test --all'
    [Once] [15 min]
    [This conversation] [Always]
    [Deny] [Deny, because …]
    ");
}

#[test]
fn a_long_command_goes_before_its_card_as_a_file() {
    let long = format!("echo {}", "0123456789 ".repeat(1000));
    let items = items(&asks(command(&long)));
    let Item::Text(file) = &items[0] else { panic!("{items:?}") };
    assert_eq!((file.name.as_str(), file.text.contains(&long)), ("command.sh", true));
    insta::assert_snapshot!(one(&items[1]).replace("0123456789 ", ""), @r"
    🔐 Claude wants to run a command
    echo 0123456789
    …
    The whole of it is in the file above.
    Claude says: Run it
    Asked because: it runs the project's own code
    mh40ffkqt4yc5t82 · for Ann in demo · /workspace · open for 59 min 00 s
      bold: 🔐 Claude wants to run a command
      pre: echo 0123456789
      italic: The whole of it is in the file above.
      code: mh40ffkqt4yc5t82
      italic: · for Ann in demo · /workspace · open for 59 min 00 s
    [Once]
    [Deny] [Deny, because …]
    ");
}

#[test]
fn what_cannot_be_shown_at_all_cannot_be_allowed() {
    let items = items(&asks(command(&"x".repeat(50 << 20))));
    assert_eq!(items.len(), 1);
    let drawn = one(&items[0]);
    assert!(drawn.contains("too large to be shown"), "{drawn}");
    assert!(drawn.ends_with("[Deny] [Deny, because …]") && !drawn.contains("[Once]"), "{drawn}");
}

#[test]
fn a_decided_card_says_who_and_has_no_buttons() {
    insta::assert_snapshot!(drawn(&asks(allowed(command("cargo test")))), @r"
    ✅ Claude wants to run a command
    cargo test
    Claude says: Run it
    Asked because: it runs the project's own code
    Allowed by Bob (telegram)
    mh40ffkqt4yc5t82 · for Ann in demo · /workspace · after 30 s
      bold: ✅ Claude wants to run a command
      pre: cargo test
      code: mh40ffkqt4yc5t82
      italic: · for Ann in demo · /workspace · after 30 s
    ");
}

#[test]
fn a_decided_card_that_was_a_file_stays_one_message() {
    let long = format!("echo {}", "0123456789 ".repeat(1000));
    let items = items(&asks(allowed(command(&long))));
    assert_eq!(items.len(), 1);
    assert!(one(&items[0]).contains("Cut short here; it was shown whole when it was asked."));
}

#[test]
fn a_question_is_answered_by_buttons_or_in_ones_own_words() {
    insta::assert_snapshot!(drawn(&asks(question(false))), @r"
    🔐 Claude asks
    Which colour?
    Red: Like a rose
    mh40ffkqt4yc5t82 · for Ann in demo · open for 59 min 00 s
      bold: 🔐 Claude asks
      italic: Red: Like a rose
      code: mh40ffkqt4yc5t82
      italic: · for Ann in demo · open for 59 min 00 s
    [Red] [Blue]
    [✍ Other…]
    [Deny]
    ");
}

#[test]
fn several_options_are_ticked_and_sent() {
    let mut approval = question(true);
    let asked = signalbox_core::question::questions(&approval);
    approval.context.draft.choose(&asked, 0, 1);
    insta::assert_snapshot!(drawn(&asks(approval)), @r"
    🔐 Claude asks
    Which colour?
    Red: Like a rose
    mh40ffkqt4yc5t82 · for Ann in demo · open for 59 min 00 s
      bold: 🔐 Claude asks
      italic: Red: Like a rose
      code: mh40ffkqt4yc5t82
      italic: · for Ann in demo · open for 59 min 00 s
    [☐ Red] [☑ Blue]
    [✍ Other…]
    [Send answers] [Deny]
    ");
}

#[test]
fn a_plan_is_shown_as_it_was_written() {
    insta::assert_snapshot!(drawn(&asks(plan("# Plan\n\n1. **Read** `a.rs`\n2. Change it\n"))), @r"
    🔐 Claude has a plan
    Plan

    1. Read a.rs
    2. Change it
    mh40ffkqt4yc5t82 · for Ann in demo · open for 59 min 00 s
      bold: 🔐 Claude has a plan
      bold: Plan
      bold: Read
      code: a.rs
      code: mh40ffkqt4yc5t82
      italic: · for Ann in demo · open for 59 min 00 s
    [Go ahead]
    [Deny] [Deny, because …]
    ");
}

#[test]
fn a_long_plan_goes_as_a_file() {
    let long = "1. Do this and that\n".repeat(600);
    let items = items(&asks(plan(&long)));
    let Item::Text(file) = &items[0] else { panic!("{items:?}") };
    assert_eq!((file.name.as_str(), file.text.as_str()), ("plan.md", long.as_str()));
    assert!(one(&items[1]).contains("[Go ahead]"));
}

#[test]
fn an_outcome_has_its_answer_and_what_can_be_done_next() {
    let card = outcome("It was the *cache*:\n\n```rust\nfn main() {}\n```\n", &["report.pdf"]);
    insta::assert_snapshot!(drawn(&card), @r"
    <report.pdf>
    ----
    It was the cache:

    fn main() {}

    Branch signalbox/fix at 0123456789ab
    ✅ done in 12 s, $0.00 · 700000000000 in demo
      italic: cache
      pre: fn main() {}
      code: signalbox/fix
      code: 0123456789ab
      italic: ✅ done in 12 s, $0.00 ·
      code: 700000000000
      italic: in demo
    [Push] [Diff]
    [Continue] [Discard]
    ");
}

#[test]
fn a_longer_answer_is_a_few_messages_with_the_buttons_on_the_last() {
    let items = items(&outcome(&"A sentence of a long answer. ".repeat(300), &[]));
    assert_eq!(items.len(), 3);
    let has_buttons: Vec<_> = items.iter().map(|item| one(item).contains("[Continue]")).collect();
    assert_eq!(has_buttons, [false, false, true]);
}

#[test]
fn a_very_long_answer_goes_as_a_file() {
    let answer = "A sentence of a very long answer. ".repeat(2000);
    let items = items(&outcome(&answer, &[]));
    let Item::Text(file) = &items[0] else { panic!("{items:?}") };
    assert_eq!((file.name.as_str(), file.text.as_str()), ("answer.md", answer.as_str()));
    let card = one(&items[1]);
    assert!(card.contains("The whole of it is in the file above.") && card.contains("[Continue]"), "{card}");
}

#[test]
fn a_task_card_is_one_message_however_long_its_text_is() {
    let items = items(&task(&"Claude goes on and on. ".repeat(1000), true));
    assert_eq!(items.len(), 1);
    assert!(one(&items[0]).contains("[Stop] [Details]"));
}

#[test]
fn lines_of_ours_mark_code_by_backticks_and_nothing_else() {
    insta::assert_snapshot!(drawn(&line("Use `/link CODE` *now*, with ` alone")), @r"
    Use /link CODE *now*, with ` alone
      code: /link CODE
    ");
}

#[test]
fn words_are_asked_for_by_opening_a_reply() {
    let wants = Some(Press::DenyBecause(super::samples::approval_id()));
    insta::assert_snapshot!(drawn(&reply(vec![Part::Line("Why not?".to_owned())], wants)), @r"
    Why not?
    [a reply is wanted]
    ");
}

#[test]
fn long_lists_without_an_answer_go_as_a_file_too() {
    let parts = (0..2000).map(|number| Part::Line(format!("{number}. a line of a list"))).collect();
    let items = items(&reply(parts, None));
    assert!(matches!(&items[0], Item::Text(file) if file.name == "message.txt" && file.text.contains("1999. a line")));
    assert_eq!(items.len(), 2);
}

#[test]
fn any_approval_fits_whatever_is_in_it() {
    let hostile = ["", "\u{202e}\u{200b}", "```", "\u{0}", &"🎉".repeat(5000), &"\n".repeat(9000), &"a ".repeat(9000)];
    for text in hostile {
        for approval in [command(text), plan(text), allowed(command(text)), allowed(plan(text))] {
            let approval = Approval { reason: text.to_owned(), ..approval };
            items(&asks(approval)).iter().for_each(|item| drop(one(item)));
        }
    }
}
