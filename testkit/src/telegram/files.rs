//! The files that were sent, and how the bot fetches them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::message::{Attachment, AttachmentKind};
use super::params::{Params, Upload};
use super::refusal::Refusal;
use super::world::World;

/// What stands for a picture's small version: who fetches it instead of the picture gets this.
const THUMBNAIL: &[u8] = b"the small version of a picture";

/// A file.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    path: String,
    pub(crate) bytes: Bytes,
    pub(crate) attachment: Attachment,
}

/// All files, by id.
#[derive(Debug, Default)]
pub(crate) struct Files(BTreeMap<String, Stored>);

impl Files {
    /// Keeps a file under a new id.
    pub(crate) fn add(&mut self, kind: AttachmentKind, upload: Upload) -> Attachment {
        let number = self.0.len() + 1;
        let (prefix, folder, name, mime) = match kind {
            AttachmentKind::Photo => ("AgACAgIAAxkBAAI", "photos", None, "image/jpeg".to_owned()),
            AttachmentKind::Document => {
                let name = upload.name.unwrap_or_else(|| "file".to_owned());
                let mime = upload.mime.unwrap_or_else(|| guess(&name).to_owned());
                ("BQACAgIAAxkBAAI", "documents", Some(name), mime)
            }
        };
        let extension = name.as_deref().and_then(|name| name.rsplit_once('.')).map_or("jpg", |(_, end)| end);
        let path = format!("{folder}/file_{number}.{extension}");
        let attachment =
            Attachment { kind, file: format!("{prefix}{number:04}"), name, mime, size: upload.bytes.len() };
        let stored = Stored { path, bytes: upload.bytes, attachment: attachment.clone() };
        self.0.insert(attachment.file.clone(), stored);
        attachment
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Stored> {
        self.0.get(id)
    }

    /// The bytes behind a path that `getFile` gave.
    pub(crate) fn at(&self, path: &str) -> Option<Bytes> {
        match path.strip_prefix("thumbnails/") {
            Some(_) => Some(Bytes::from_static(THUMBNAIL)),
            None => self.0.values().find(|stored| stored.path == path).map(|stored| stored.bytes.clone()),
        }
    }

    /// What every file has.
    pub(crate) fn meta_json(&self, id: &str) -> Value {
        let size = self.get(id).map_or(THUMBNAIL.len(), |stored| stored.bytes.len());
        json!({"file_id": id, "file_unique_id": unique(id), "file_size": size})
    }

    /// A picture's sizes, the smallest first.
    pub(crate) fn sizes_json(&self, id: &str) -> Value {
        let mut small = self.meta_json(&format!("{id}s"));
        (small["width"], small["height"]) = (90.into(), 67.into());
        let mut large = self.meta_json(id);
        (large["width"], large["height"]) = (1280.into(), 960.into());
        json!([small, large])
    }
}

/// What stays the same wherever a file is sent.
fn unique(id: &str) -> String {
    format!("AQAD{}", id.chars().skip(15).collect::<String>())
}

fn guess(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "txt" | "log" => "text/plain",
        "md" => "text/markdown",
        "diff" | "patch" => "text/x-diff",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

/// `getFile`: where a file can be fetched.
pub(crate) fn get_file(world: &World, params: &Params) -> Result<Value, Refusal> {
    let id = params.text("file_id").unwrap_or_default();
    let thumbnail = id.strip_suffix('s').filter(|id| world.files.get(id).is_some());
    let path = match (world.files.get(id), thumbnail) {
        (Some(stored), _) if stored.bytes.len() > world.settings.largest_download => {
            return Err(Refusal::bad("file is too big"));
        }
        (Some(stored), _) => stored.path.clone(),
        (None, Some(id)) => format!("thumbnails/{id}.jpg"),
        (None, None) => return Err(Refusal::bad("invalid file_id")),
    };
    let mut json = world.files.meta_json(id);
    json["file_path"] = path.into();
    Ok(json)
}
