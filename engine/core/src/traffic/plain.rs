//! What a sender sent, for people to read: laid out where it is JSON, without what opens something, and not endlessly long.

use serde_json::Value;

/// How much of it is shown, in bytes.
pub const LONGEST: usize = 64 << 10;

/// Names of fields whose values are not shown: what they hold is as good as a key. Discord's interactions have a token by which
/// they are answered.
const KEYS: [&str; 6] = ["token", "secret", "password", "authorization", "api_key", "access_token"];

/// What was sent, as it is shown, and whether it was cut.
pub fn plain(raw: &str) -> (String, bool) {
    let shown = match serde_json::from_str::<Value>(raw) {
        Ok(mut value) => {
            hide(&mut value);
            serde_json::to_string_pretty(&value).unwrap_or_default()
        }
        Err(_) => raw.to_owned(),
    };
    if shown.len() <= LONGEST {
        return (shown, false);
    }
    let end = (0..=LONGEST).rev().find(|end| shown.is_char_boundary(*end)).unwrap_or(0);
    (shown[..end].to_owned(), true)
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_key = KEYS.iter().any(|key| name.eq_ignore_ascii_case(key));
                if is_key && !value.is_null() { *value = Value::from("(not shown)") } else { hide(value) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_is_not_shown() {
        let (shown, cut) = plain(r#"{"id":"1","data":[{"Token":"abc","name":"<b>"}],"token":null}"#);
        assert!(!cut && !shown.contains("abc"), "{shown}");
        assert!(shown.contains("(not shown)") && shown.contains("<b>") && shown.contains("null"), "{shown}");
    }

    #[test]
    fn what_is_no_json_is_shown_as_it_is() {
        assert_eq!(plain("{\"token\": oops"), ("{\"token\": oops".to_owned(), false));
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        let (shown, cut) = plain(&"ä".repeat(LONGEST));
        assert!(cut && shown.len() <= LONGEST && shown.chars().all(|char| char == 'ä'));
    }
}
