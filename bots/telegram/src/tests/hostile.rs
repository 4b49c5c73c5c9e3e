//! Texts that try something.

use super::rig::Rig;
use super::samples::{asks, command, line, outcome, plan, task};

const TEXTS: [&str; 16] = [
    "*bold* _it_ `code` [label](https://example.org) ~x~ ||spoiler|| <b>html</b> &amp;",
    "[https://good.example](https://evil.example)",
    "[click](javascript:alert(1)) [me](tg://user?id=1)",
    "\u{202e}txt.exe\u{202c} \u{200b}\u{feff}\u{2066}",
    "``` unbalanced ` fences ```` ~~~",
    "\u{0}\u{1b}[31mred\u{7f}",
    "@everyone @signalbox_bot /stop #tag",
    "🎉👩‍👩‍👧‍👦🇩🇪 e\u{301}\u{301}\u{301} 𝕏",
    "\n\n\n   \n\t\n",
    "| a | b\n|---|\n| 1 | 2 | 3 |",
    "> quote\n>> deeper\n> ```\n> code\n> ```",
    "- a\n  - b\n    - c\n      1. d\n- [ ] e\n- [x] f",
    "\u{3164}\u{115f}\u{2060}",
    "<script>alert(1)</script><!-- hidden -->",
    "&lt;tg-spoiler&gt; %s %n {} \\",
    "***~~`nested`~~*** ____ ****",
];

#[tokio::test]
async fn whatever_is_written_telegram_takes_it_and_it_is_text() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    for text in TEXTS.iter().map(|text| (*text).to_owned()).chain(["🎉".repeat(4000), "a\n".repeat(5000)]) {
        for card in [
            asks(command(&text)),
            asks(plan(&text)),
            outcome(&text, &[]),
            task(&text, true),
            line(&text.replace(['\n', '\r'], " ")),
        ] {
            let sent = rig.send(&chat, card).await;
            assert!(sent.is_ok(), "{text:?}: {sent:?}");
        }
    }
    let refused = rig.server.calls().into_iter().find(|call| call.status != 200);
    assert_eq!(refused, None);
}

#[tokio::test]
async fn what_hides_in_a_command_is_shown() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let sent = rig.send(&chat, asks(command("rm \u{202e}fdp.\u{200b}x"))).await.unwrap();
    let message = rig.message(&chat, &sent.message.unwrap());
    assert!(!message.text.contains('\u{202e}') && !message.text.contains('\u{200b}'));
    assert!(message.text.contains("202E") || message.text.contains("202e"), "{}", message.text);
    assert!(message.parts("pre")[0].starts_with("rm "));
}

#[tokio::test]
async fn a_link_leads_where_it_says() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let sent = rig.send(&chat, outcome(TEXTS[1], &[])).await.unwrap();
    assert!(rig.message(&chat, &sent.message.unwrap()).text.contains("evil.example"));
}
