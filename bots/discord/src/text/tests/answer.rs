use crate::text::{markdown, split};

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
    insta::assert_snapshot!(markdown(ANSWER), @r##"
    ## What was wrong

    The retry in `src/net/retry.rs` never **stopped**: `attempts` was compared with `<=` *after* the increment.

    1. I moved the check before the call
       - and covered it with a test
       - ☑ `cargo test` passes
    2. The delay now doubles, see [the docs](<https://docs.rs/backon/latest/backon/>).

    ```rust
    while attempts < LIMIT {
        call()?;
    }
    ```

    ```
    Case    | Before | After
    --------+--------+------
    ok      |      1 |     1
    failing |      ∞ |     5
    ```

    > Note: \@alice asked to keep the old name.

    **Next**

    ———

    Tell me if I should open a pull request: src/net/retry.rs.
    "##);
}

#[test]
fn a_whole_answer_in_small_messages() {
    insta::assert_snapshot!(split(&markdown(ANSWER), 240).join("\n=====\n"), @r##"
    ## What was wrong

    The retry in `src/net/retry.rs` never **stopped**: `attempts` was compared with `<=` *after* the increment.
    =====
    1. I moved the check before the call
       - and covered it with a test
       - ☑ `cargo test` passes
    2. The delay now doubles, see [the docs](<https://docs.rs/backon/latest/backon/>).

    ```rust
    while attempts < LIMIT {
        call()?;
    }
    ```
    =====
    ```
    Case    | Before | After
    --------+--------+------
    ok      |      1 |     1
    failing |      ∞ |     5
    ```

    > Note: \@alice asked to keep the old name.

    **Next**

    ———

    Tell me if I should open a pull request: src/net/retry.rs.
    "##);
}
