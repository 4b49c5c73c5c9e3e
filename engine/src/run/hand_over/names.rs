//! Names of files that are handed over: made of a path that a sandbox chose, safe to show and to save anywhere.

use signalbox_core::policy::shell::hidden_characters;
use std::collections::HashSet;

/// The longest name, in characters.
const LENGTH: usize = 100;
/// The longest ending that is kept as one.
const ENDING: usize = 12;
/// What some system or some markup takes for more than a letter.
const UNWANTED: &str = "/\\:*?\"<>|`";

/// The path below `wrapped` folders as one name, `a/b.txt` as `a-b.txt`; none when it leads elsewhere or nowhere.
pub(super) fn flat(path: &str, wrapped: usize) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if path.starts_with('/') || parts.contains(&"..") {
        return None;
    }
    let below = parts.get(wrapped..).filter(|below| !below.is_empty())?;
    Some(cleaned(&below.join("-")))
}

/// The name with nothing in it that hides, controls or leads anywhere.
pub(super) fn cleaned(name: &str) -> String {
    let plain = |c: char| {
        let hidden = c.is_control() || !hidden_characters(c.encode_utf8(&mut [0; 4])).is_empty();
        if hidden || UNWANTED.contains(c) { '_' } else { c }
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if name.is_empty() { "file".to_owned() } else { shortened(name) }
}

fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= LENGTH {
        return name.to_owned();
    }
    let (stem, ending) = parted(name);
    let room = LENGTH - ending.chars().count();
    stem.chars().take(room).chain(ending.chars()).collect()
}

/// The name and its ending, the dot with it.
fn parted(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name[at..].chars().count() <= ENDING => name.split_at(at),
        _ => (name, ""),
    }
}

/// The names given so far.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The name, with a number where another file has it already.
    pub(super) fn unlike_the_others(&mut self, name: String) -> String {
        let (stem, ending) = parted(&name);
        let numbered = (2..).map(|number| format!("{stem}-{number}{ending}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.0.contains(&name.to_lowercase()));
        let free = free.unwrap_or_else(|| name.clone());
        self.0.insert(free.to_lowercase());
        free
    }
}

/// The media type that the ending stands for.
pub(super) fn media_type(name: &str) -> &'static str {
    match parted(name).1.to_ascii_lowercase().as_str() {
        ".txt" | ".log" | ".text" => "text/plain",
        ".md" | ".markdown" => "text/markdown",
        ".csv" => "text/csv",
        ".html" | ".htm" => "text/html",
        ".diff" | ".patch" => "text/x-diff",
        ".json" => "application/json",
        ".xml" => "application/xml",
        ".pdf" => "application/pdf",
        ".png" => "image/png",
        ".jpg" | ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".webp" => "image/webp",
        ".svg" => "image/svg+xml",
        ".zip" => "application/zip",
        ".gz" | ".tgz" => "application/gzip",
        ".tar" => "application/x-tar",
        ".mp3" => "audio/mpeg",
        ".wav" => "audio/wav",
        ".mp4" => "video/mp4",
        ".webm" => "video/webm",
        ".docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/octet-stream",
    }
}
