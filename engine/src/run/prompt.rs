//! What Claude is told first, and the files that come with it.

use super::Ending;
use super::brief::{Brief, store_failed};
use crate::claude::{Image, Prompt};
use crate::parts::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use signalbox_core::task::FailureKind;
use std::path::Path;

/// The largest picture that is shown to Claude, in bytes (the Messages API takes 5 MB).
const IMAGE_LIMIT: u64 = 5 << 20;

/// What Claude is told first: the request, or, after a run that broke off, the request with what happened.
pub(super) async fn opening_prompt(parts: &Parts, brief: &Brief) -> Result<Prompt, Ending> {
    let mut text = brief.task.prompt.clone();
    let names: Vec<_> =
        brief.task.attachments.iter().map(|file| format!("/run/signalbox/files/{}", file.name)).collect();
    if brief.lease.number > 1 && brief.conversation.session.is_some() {
        text = format!(
            "Continue with the request below: its sandbox was lost before it was finished. A tool call that was waiting for \
             an answer did not run; one that was allowed may have run or not, so look before you repeat it.\n\n{text}"
        );
    }
    let mut prompt = Prompt::text(text);
    prompt.note = (!names.is_empty()).then(|| format!("Files that came with this request: {}", names.join(", ")));
    for file in brief.task.attachments.iter().filter(|file| file.media_type.starts_with("image/")) {
        let bytes = parts.store.read_blob(&file.blob, IMAGE_LIMIT).await.map_err(store_failed)?;
        prompt.images.push(Image { media_type: file.media_type.clone(), base64: BASE64.encode(bytes) });
    }
    Ok(prompt)
}

/// Puts the request's files where the sandbox can read them.
pub(super) async fn lay_out_files(parts: &Parts, brief: &Brief, directory: &Path) -> Result<(), Ending> {
    if brief.task.attachments.is_empty() {
        return Ok(());
    }
    let files = directory.join("files");
    let failed = |error: &dyn std::error::Error| {
        Ending::failed(FailureKind::SandboxFailed, format!("the request's files could not be laid out: {error}"))
    };
    tokio::fs::create_dir_all(&files).await.map_err(|error| failed(&error))?;
    for file in &brief.task.attachments {
        let name = Path::new(&file.name).file_name().unwrap_or_default();
        let mut from = parts.store.open_blob(&file.blob).await.map_err(store_failed)?;
        let mut to = tokio::fs::File::create(files.join(name)).await.map_err(|error| failed(&error))?;
        tokio::io::copy(&mut from, &mut to).await.map_err(|error| failed(&error))?;
    }
    Ok(())
}
