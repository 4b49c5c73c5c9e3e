//! The files that come with a prompt.

use crate::client::SocketHub;
use crate::exit::WrongUsage;
use crate::reach::operator;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use signalbox_core::port::{Hub as _, KeepFile};
use signalbox_core::task::Attachment;
use std::path::{Path, PathBuf};

/// Hands the files to the hub.
///
/// # Errors
/// When one cannot be read, or the hub does not take it.
pub(super) async fn hand_over(hub: &SocketHub, paths: &[PathBuf]) -> anyhow::Result<Vec<Attachment>> {
    let mut kept = Vec::with_capacity(paths.len());
    for path in paths {
        let unread = |why: &dyn std::fmt::Display| WrongUsage(format!("{} cannot be read: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| unread(&error))?;
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| unread(&"it has no name in UTF-8"))?;
        let (name, media_type, content) = (name.to_owned(), media_type(path).to_owned(), BASE64.encode(bytes));
        kept.push(hub.keep_file(&operator(), KeepFile { name, media_type, content }).await?);
    }
    Ok(kept)
}

/// The pictures that the Messages API knows, by their endings; everything else is just a file.
fn media_type(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_endings() {
        assert_eq!(media_type(Path::new("a/Screen.PNG")), "image/png");
        assert_eq!(media_type(Path::new("notes.txt")), "application/octet-stream");
    }
}
