//! The files that come with a message: what they are called, and how they get here.

use crate::bot::{Bot, LARGEST_IN};
use crate::fault::Fault;
use crate::wire::{Fetchable, File, Message, PhotoSize};
use bytes::Bytes;
use signalbox_core::desk::{Desk, NewFile};
use signalbox_core::people::Identity;
use signalbox_core::port::Refusal;
use signalbox_core::task::Attachment;
use std::time::Duration;
use teloxide_core::payloads::GetFile;
use teloxide_core::types::FileId;

/// How often a file is asked for.
const TRIES: u32 = 3;

/// A file to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size: Option<u64>,
}

/// What was fetched, and what was not, a sentence each.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    pub(crate) files: Vec<Attachment>,
    pub(crate) missing: Vec<String>,
}

/// The files that come with a message; of a picture the largest size.
pub(crate) fn wanted(message: &Message) -> Vec<Wanted> {
    let id = message.message_id;
    let photo = message.photo.iter().max_by_key(|size| (size.width * size.height, size.file_size));
    let mut files: Vec<_> = photo.map(|photo| picture(photo, id)).into_iter().collect();
    // An animation comes as a document, too.
    let document = message.document.as_ref().or(message.animation.as_ref());
    files.extend(document.map(|file| named(file, || format!("file-{id}"), "application/octet-stream")));
    let video = message.video.as_ref().or(message.video_note.as_ref());
    files.extend(video.map(|file| named(file, || format!("video-{id}.mp4"), "video/mp4")));
    files.extend(message.audio.as_ref().map(|file| named(file, || format!("audio-{id}.mp3"), "audio/mpeg")));
    files.extend(message.voice.as_ref().map(|file| named(file, || format!("voice-{id}.ogg"), "audio/ogg")));
    files
}

/// Fetches the files and has them kept.
///
/// # Errors
/// [`Refusal`] when the hub cannot keep any file now, and may later.
pub(crate) async fn fetch(
    bot: &Bot,
    desk: &dyn Desk,
    sender: &Identity,
    wanted: &[Wanted],
) -> Result<Fetched, Refusal> {
    let mut fetched = Fetched::default();
    for file in wanted {
        let content = match one(bot, file).await {
            Ok(content) => content,
            Err(missing) => {
                fetched.missing.push(missing);
                continue;
            }
        };
        let new = NewFile { name: file.name.clone(), media_type: file.media_type.clone(), content };
        match desk.keep_file(sender, new).await {
            Ok(kept) => fetched.files.push(kept),
            Err(refusal @ (Refusal::Unavailable(_) | Refusal::Internal(_))) => return Err(refusal),
            Err(refusal) => fetched.missing.push(format!("{} was not taken: {refusal}", file.name)),
        }
    }
    Ok(fetched)
}

fn picture(photo: &PhotoSize, message: i32) -> Wanted {
    Wanted {
        id: photo.file_id.clone(),
        name: format!("photo-{message}.jpg"),
        media_type: "image/jpeg".to_owned(),
        size: photo.file_size,
    }
}

fn named(file: &File, otherwise: impl FnOnce() -> String, media_type: &str) -> Wanted {
    Wanted {
        id: file.file_id.clone(),
        name: file.file_name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(otherwise),
        media_type: file.mime_type.clone().unwrap_or_else(|| media_type.to_owned()),
        size: file.file_size,
    }
}

async fn one(bot: &Bot, file: &Wanted) -> Result<Bytes, String> {
    if let Some(size) = file.size.filter(|size| *size > LARGEST_IN) {
        return Err(too_large(&file.name, Some(size)));
    }
    let mut tries = 0;
    loop {
        tries += 1;
        match once(bot, file).await {
            Ok(Some(content)) => return Ok(content),
            Ok(None) => return Err(too_large(&file.name, None)),
            Err(fault @ Fault::Said { .. }) => {
                tracing::info!(%fault, "a file cannot be fetched");
                return Err(format!("{} cannot be fetched from Telegram any more", file.name));
            }
            Err(fault) if tries >= TRIES => {
                tracing::warn!(%fault, "a file could not be fetched");
                return Err(format!("{} could not be fetched from Telegram; send it again", file.name));
            }
            Err(Fault::Wait(wait)) => tokio::time::sleep(wait.min(Duration::from_secs(10))).await,
            Err(_) => tokio::time::sleep(Duration::from_millis(300) * tries).await,
        }
    }
}

async fn once(bot: &Bot, file: &Wanted) -> Result<Option<Bytes>, Fault> {
    let found = bot.call::<_, Fetchable>(&GetFile::new(FileId(file.id.clone()))).await;
    let found = match found {
        Err(Fault::Said { said, .. }) if said.to_string().contains("file is too big") => return Ok(None),
        found => found?,
    };
    let path = found.file_path.ok_or(Fault::Garbled)?;
    bot.fetch(&path).await
}

fn too_large(name: &str, size: Option<u64>) -> String {
    let size = size.map(|size| format!(" ({} MB)", size.div_ceil(1 << 20))).unwrap_or_default();
    format!("{name}{size} is too large: a bot can fetch at most {} MB from Telegram", LARGEST_IN >> 20)
}
