//! Files that came with a request or with an answer, and the whole of what entries show the beginning of.

use super::Visitor;
use super::fault::Fault;
use super::markup::line;
use crate::App;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use signalbox_core::id::BlobId;
use signalbox_core::task::Attachment;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tasks/{task}/kept/{blob}", get(show_kept))
}

/// A file that can be looked at.
#[derive(Debug)]
pub(super) struct FileLink {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) picture: bool,
}

impl FileLink {
    /// Links to files of a task.
    pub(super) fn list(task: &str, files: &[Attachment]) -> Vec<Self> {
        let link = |file: &Attachment| Self {
            name: line(&file.name, 120),
            path: format!("/tasks/{task}/kept/{}", file.blob.as_str()),
            picture: file.media_type.starts_with("image/") && file.media_type != "image/svg+xml",
        };
        files.iter().map(link).collect()
    }
}

/// Sends bytes that others wrote: as a picture or as plain text where they are one, else to be stored; never as something
/// that a browser would run.
async fn show_kept(
    State(app): State<App>,
    Visitor { actor, .. }: Visitor,
    Path((task, blob)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let bytes = app.hub.kept(&actor, &task, &BlobId::new(blob)).await?;
    let media_type = media_type(&bytes);
    let disposition = if media_type == BYTES { "attachment" } else { "inline" };
    let head = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((head, bytes).into_response())
}

const BYTES: &str = "application/octet-stream";

/// What bytes are by themselves; what somebody called them does not count.
fn media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ if is_text(bytes) => "text/plain; charset=utf-8",
        _ => BYTES,
    }
}

fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn bytes_are_what_they_are_not_what_they_are_called() {
        assert_eq!(media_type(b"<svg onload=alert(1)>"), "text/plain; charset=utf-8");
        assert_eq!(media_type(b"<!doctype html><script>"), "text/plain; charset=utf-8");
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n"), "image/png");
        assert_eq!(media_type(b"%PDF\0"), "application/octet-stream");
        assert_eq!(media_type(&[0xff, 0xfe]), "application/octet-stream");
    }
}
