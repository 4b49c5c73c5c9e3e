//! What cards look like as comments.

use super::cards::{allowed, asks, command, outcome, plan, question, task};
use crate::layout::{LIMIT, layout};
use insta::assert_snapshot;
use signalbox_core::card::Card;
use signalbox_core::policy::Detail;
use signalbox_core::sheet::View;
use signalbox_core::time::Timestamp;

fn laid_out(card: &Card) -> String {
    layout(card, View { now: Timestamp::from_millis(61_000), detail: Detail::Full })
}

#[test]
fn an_approval_shows_what_it_asks_and_how_to_answer() {
    assert_snapshot!(laid_out(&asks(command("cargo test\n```\n@octocat fixes #1"))), @r##"
    ### 🔐 Claude wants to run a command

    ````bash
    cargo test
    ```
    @octocat fixes #1
    ````

    Claude says: Run it
    Asked because: it runs the project's own code
    ⚠️ not understood: it is not valid for the shell: unterminated backquote near 2,3 (detected near line 3 col 18)
    ⚠️ not understood: there is a comment in it that may hide a command
    <sub>`mh40ffkqt4yc5t82` · for Ann in demo · /workspace · open for 59 min 00 s</sub>

    To decide, write a comment:

    - **Once**: `/approve mh40ffkqt4yc5t82`
    - **Deny**: `/deny mh40ffkqt4yc5t82 WHY`
    "##);
}

#[test]
fn a_decided_approval_offers_nothing() {
    assert_snapshot!(laid_out(&asks(allowed(command("cargo test")))), @r##"
    ### ✅ Claude wants to run a command

    ```bash
    cargo test
    ```

    Claude says: Run it
    Asked because: it runs the project's own code
    Allowed by Bob (github)
    <sub>`mh40ffkqt4yc5t82` · for Ann in demo · /workspace · after 30 s</sub>
    "##);
}

#[test]
fn a_task_says_where_it_stands() {
    assert_snapshot!(laid_out(&task("Looking at **@octocat**'s change.", false)), @r##"
    ### ▶️ Working · 1 min 00 s

    <sub>› `cargo test`</sub>

    Looking at **@<!-- -->octocat**'s change.

    <sub>`700000000000` in demo</sub>
    <sub>Stop: `/stop 700000000000` · Details: `/status 700000000000`</sub>
    "##);
}

#[test]
fn an_outcome_says_what_came_of_it() {
    assert_snapshot!(laid_out(&outcome("Fixed #12, thanks @ann.\n\n- one\n- two", &["report.pdf"])), @r##"
    Fixed #<!-- -->12, thanks @<!-- -->ann.

    - one
    - two

    Branch `signalbox/fix` at `0123456789ab`
    <sub>✅ done in 12 s, \$0.00 · `700000000000` in demo</sub>
    📎 `report.pdf` is kept at the hub: GitHub takes no files from programs.
    <sub>Push: `/push 700000000000` · Diff: `/diff 700000000000` · Continue: `/continue #700000000000` · Discard: `/discard 700000000000`</sub>
    "##);
}

#[test]
fn a_question_names_its_answers() {
    assert_snapshot!(laid_out(&asks(question(false))), @r##"
    ### 🔐 Claude asks

    Which colour?
    <sub>Red: Like a rose</sub>
    <sub>`mh40ffkqt4yc5t82` · for Ann in demo · open for 59 min 00 s</sub>
    Which colour? Offered: `Red`, `Blue`

    To answer, write a comment, with your own words in the place of WORDS:

    - **Answer**: `/answer mh40ffkqt4yc5t82 WORDS`
    "##);
}

#[test]
fn a_plan_is_shown_whole() {
    let text = laid_out(&asks(plan("1. Read\n2. Write <!-- hidden -->")));
    assert!(text.contains("```\n1. Read\n2. Write <!-- hidden -->\n```"), "{text}");
}

#[test]
fn what_does_not_fit_is_not_allowed_here() {
    let text = laid_out(&asks(command(&"echo a long line\n".repeat(LIMIT / 10))));
    assert!(text.chars().count() <= LIMIT);
    assert!(!text.contains("/approve") && text.contains("/deny"), "{}", &text[text.len() - 600..]);
    assert!(text.contains("cannot be allowed here"));
}

#[test]
fn a_long_answer_is_cut_and_says_so() {
    let text = laid_out(&outcome(&"wörd * ".repeat(LIMIT), &[]));
    assert!(text.chars().count() <= LIMIT);
    assert!(text.contains("*Cut short here") && text.contains("/diff"));
}
