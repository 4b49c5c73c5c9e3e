//! The page on which somebody chooses who they are, and how forms are written.

use super::request::Fields;

/// The page: it sends what was asked for along with who was chosen.
pub(super) fn choosing(people: &[String], asked: &Fields) -> String {
    let mut kept: Vec<_> = asked.iter().collect();
    kept.sort();
    let hidden = |(name, value): (&String, &String)| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", marked(name), marked(value))
    };
    let hidden: String = kept.into_iter().map(hidden).collect();
    let button =
        |name: &String| format!("<p><button name=\"person\" value=\"{0}\">I am {0}</button></p>", marked(name));
    let buttons: String = people.iter().map(button).collect();
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Provider</title><h1>Who are you?</h1>\
         <form method=\"post\" action=\"/authorize\">{hidden}{buttons}\
         <p><button name=\"person\" value=\"\">I will not say</button></p></form></html>"
    )
}

fn marked(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A text as it stands in a query.
pub(super) fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// A text as it was before it stood in a form.
pub(super) fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let digits = String::from_utf8(digits).unwrap_or_default();
                bytes.extend(u8::from_str_radix(&digits, 16).ok());
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The fields of a query or a form.
pub(super) fn fields(text: &str) -> Fields {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (unescaped(name), unescaped(value))).collect()
}
