//! Colours, as programs write them when they take a pipe for a terminal.

/// Drops the sequences that set colours (`ESC [ … m`). What else begins with an escape stays, for others to show.
pub fn without_colours(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let (before, sequence) = rest.split_at(at);
        kept.push_str(before);
        let body = &sequence[2..];
        let end = body.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':').unwrap_or(body.len());
        if body[end..].starts_with('m') {
            rest = &body[end + 1..];
        } else {
            kept.push_str(&sequence[..2]);
            rest = body;
        }
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::without_colours;

    #[test]
    fn colours_go_and_nothing_else() {
        assert_eq!(without_colours("\u{1b}[1;32mok\u{1b}[0m \u{1b}[38:5:1mred\u{1b}[m"), "ok red");
        assert_eq!(without_colours("\u{1b}[2J\u{1b}[31"), "\u{1b}[2J\u{1b}[31");
    }
}
