//! Files that Claude hands over to the requester: fetched out as a tar archive of a sandbox that may be hostile, and kept as
//! blobs.
//!
//! What is taken: plain files, by names that are only names. A link, a device or a path that leads elsewhere is left out,
//! and so is what is too large or too much; nothing is ever written where the archive says. What is left out is said.
//! The archive itself is not believed either: a name with a line break in it can make its reader see entries that are none.

use crate::hub::chain;
use crate::parts::Parts;
use crate::sandbox::{Control, SandboxError};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use names::Names;
use signalbox_core::event::EventKind;
use signalbox_core::task::Attachment;
use std::io::{self, Read};
use std::time::Duration;
use tokio_util::io::{StreamReader, SyncIoBridge};

mod names;
#[cfg(test)]
mod tests;

/// How many files one answer may have.
const FILES: usize = 10;
/// How large one of them may be, in bytes.
const FILE_BYTES: u64 = 20 << 20;
/// How large they may be together.
const ALL_BYTES: u64 = 40 << 20;
/// How many entries of the archive are looked at.
const ENTRIES: usize = 2_000;
/// How much of the archive is read, whatever is in it.
const READ_BYTES: u64 = 256 << 20;
/// How long it may take to come out.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// How many names are told of what is left out.
const TOLD: usize = 5;
/// The folders that the archive itself puts around the files.
const WRAPPED: usize = 3;

/// What comes of it.
#[derive(Debug, Default)]
pub(super) struct HandedOver {
    pub(super) files: Vec<Attachment>,
    /// What was left out, in a sentence.
    pub(super) left_out: Option<String>,
}

impl HandedOver {
    /// What the record says of it.
    pub(super) fn events(&self) -> Vec<EventKind> {
        let handed = EventKind::HandedOver { files: self.files.clone(), left_out: self.left_out.clone() };
        let warning = self.left_out.clone().map(|message| EventKind::Warning { message });
        let any = !self.files.is_empty() || self.left_out.is_some();
        any.then_some(handed).into_iter().chain(warning).collect()
    }
}

/// Fetches them out of the sandbox and keeps them.
pub(super) async fn fetch(parts: &Parts, control: &Control, branch: &str) -> HandedOver {
    let found = match read_all(control.handed_over(branch)).await {
        Ok(found) => found,
        Err(error) => return HandedOver { files: Vec::new(), left_out: Some(unread(&error)) },
    };
    let mut handed = HandedOver { files: Vec::new(), left_out: found.left.told() };
    for file in found.files {
        match parts.store.put_blob(&file.bytes).await {
            Ok(blob) => {
                let media_type = names::media_type(&file.name).to_owned();
                handed.files.push(Attachment { name: file.name, media_type, blob });
            }
            Err(error) => {
                tracing::error!(error = chain(&error), "a file that was to be handed over could not be kept");
                handed.left_out = Some(unread(&io::Error::other("the hub could not keep them")));
            }
        }
    }
    handed
}

fn unread(error: &io::Error) -> String {
    format!("files that Claude wanted to hand over could not be fetched: {error}")
}

/// Reads the archive as it comes, apart from the tasks that must not wait.
async fn read_all(
    tar: impl Stream<Item = Result<bytes::Bytes, SandboxError>> + Send + Unpin + 'static,
) -> io::Result<Found> {
    let in_time =
        tar.map_err(|error| io::Error::other(chain(&error))).take_until(Box::pin(tokio::time::sleep(TIME_LIMIT)));
    let reader = SyncIoBridge::new(StreamReader::new(in_time));
    tokio::task::spawn_blocking(move || read(reader)).await.map_err(io::Error::other)?
}

/// A file that was taken.
#[derive(Debug, PartialEq, Eq)]
struct Taken {
    name: String,
    bytes: Vec<u8>,
}

#[derive(Debug, Default)]
struct Found {
    files: Vec<Taken>,
    left: LeftOut,
}

/// What was left out, by the reason.
#[derive(Debug, Default, PartialEq, Eq)]
struct LeftOut {
    large: Vec<String>,
    odd: Vec<String>,
    many: usize,
    unread: bool,
}

/// Takes what may be taken. An archive that breaks off has given what came before.
fn read(tar: impl Read) -> io::Result<Found> {
    let mut archive = tar::Archive::new(tar.take(READ_BYTES));
    let (mut found, mut names, mut room) = (Found::default(), Names::default(), ALL_BYTES);
    for (number, entry) in archive.entries()?.enumerate() {
        let Ok(mut entry) = entry else {
            found.left.unread = true;
            break;
        };
        if number >= ENTRIES {
            found.left.unread = true;
            break;
        }
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let size = entry.size();
        match names::flat(&path, WRAPPED) {
            Some(name) if kind.is_file() => {
                if found.files.len() == FILES {
                    found.left.many += 1;
                } else if size > FILE_BYTES.min(room) {
                    found.left.large.push(name);
                } else if let Some(bytes) = whole(&mut entry, size) {
                    room -= size;
                    found.files.push(Taken { name: names.unlike_the_others(name), bytes });
                } else {
                    found.left.unread = true;
                    break;
                }
            }
            name => found.left.odd.push(name.unwrap_or_else(|| names::cleaned(&path))),
        }
    }
    Ok(found)
}

fn whole(entry: &mut impl Read, size: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = entry.take(FILE_BYTES).read_to_end(&mut bytes).ok()?;
    (read as u64 == size).then_some(bytes)
}

impl LeftOut {
    /// All of it in one sentence.
    fn told(&self) -> Option<String> {
        let mut said = Vec::new();
        if !self.large.is_empty() {
            let limits = format!("at most {} MiB each and {} MiB in all", FILE_BYTES >> 20, ALL_BYTES >> 20);
            said.push(format!(
                "{} too large to hand over ({limits}): {}",
                files(self.large.len()),
                listed(&self.large)
            ));
        }
        if !self.odd.is_empty() {
            said.push(format!("{} no plain file and left out: {}", files(self.odd.len()), listed(&self.odd)));
        }
        if self.many > 0 {
            said.push(format!("{} more than the {FILES} that are handed over with one answer", files(self.many)));
        }
        if self.unread {
            said.push("the rest was not looked at".to_owned());
        }
        (!said.is_empty()).then(|| said.join("; "))
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file was".to_owned() } else { format!("{count} files were") }
}

fn listed(names: &[String]) -> String {
    let told = names.iter().take(TOLD).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > TOLD { format!("{told} and {} more", names.len() - TOLD) } else { told }
}
