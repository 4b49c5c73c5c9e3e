use super::drawn::drawn;
use crate::text::Rich;

/// An answer as Claude gives it.
const ANSWER: &str = "\
## What was wrong

The retry in `src/net/retry.rs` never **stopped**: `attempts` was compared with `<=` *after* the increment.

1. I moved the check before the call
   - and covered it with a test
   - [x] `cargo test` passes
2. The delay now doubles, see [the docs](https://docs.rs/backon/latest/backon/).

```rust
while attempts < LIMIT {
    call()?;
}
```

| Case | Before | After |
|:--|--:|--:|
| ok | 1 | 1 |
| failing | ∞ | 5 |

> Note: @alice asked to keep the old name.

#### Next

---
Tell me if I should open a pull request: [src/net/retry.rs](src/net/retry.rs).
";

#[test]
fn a_whole_answer() {
    insta::assert_snapshot!(drawn(Rich::default().markdown(ANSWER)), @r##"
    {bold|What was wrong}

    The retry in {code|src/net/retry.rs} never {bold|stopped}: {code|attempts} was compared with {code|<=} {italic|after} the increment.

    1. I moved the check before the call
       • and covered it with a test
       ☑ {code|cargo test} passes
    2. The delay now doubles, see {to https://docs.rs/backon/latest/backon/|the docs}.

    {pre rust|while attempts < LIMIT {
        call()?;
    }}

    {pre|Case    | Before | After
    --------+--------+------
    ok      |      1 |     1
    failing |      ∞ |     5}

    {blockquote|Note: @alice asked to keep the old name.}

    {bold|Next}

    ———

    Tell me if I should open a pull request: src/net/retry.rs.
    "##);
}

#[test]
fn a_whole_answer_in_small_messages() {
    let pieces: Vec<String> = Rich::default().markdown(ANSWER).split(200).into_iter().map(drawn).collect();
    insta::assert_snapshot!(pieces.join("\n=====\n"), @r##"
    {bold|What was wrong}

    The retry in {code|src/net/retry.rs} never {bold|stopped}: {code|attempts} was compared with {code|<=} {italic|after} the increment.
    =====
    1. I moved the check before the call
       • and covered it with a test
       ☑ {code|cargo test} passes
    2. The delay now doubles, see {to https://docs.rs/backon/latest/backon/|the docs}.

    {pre rust|while attempts < LIMIT {
        call()?;
    }}
    =====
    {pre|Case    | Before | After
    --------+--------+------
    ok      |      1 |     1
    failing |      ∞ |     5}

    {blockquote|Note: @alice asked to keep the old name.}

    {bold|Next}

    ———
    =====
    Tell me if I should open a pull request: src/net/retry.rs.
    "##);
}
