//! Files that come with messages, and files that are handed over.

use super::DeskService;
use bytes::Bytes;
use signalbox_core::desk::NewFile;
use signalbox_core::people::Identity;
use signalbox_core::port::Refusal;
use signalbox_core::task::Attachment;

/// The largest file that comes in, in bytes: what fits into one request to the model's API.
const INCOMING: usize = 20 << 20;
/// The largest file that is handed over, in bytes.
const OUTGOING: u64 = 48 << 20;
/// The longest name, in characters.
const NAME: usize = 100;

impl DeskService {
    pub(super) async fn keep(&self, sender: &Identity, file: NewFile) -> Result<Attachment, Refusal> {
        if self.parts.store.actor_by_identity(sender).await?.is_none() {
            return Err(Refusal::Forbidden("files are taken from linked accounts only".to_owned()));
        }
        let name = safe_name(&file.name);
        if file.content.len() > INCOMING {
            return Err(Refusal::Invalid(format!(
                "`{name}` is larger than the {} MiB that a file may have",
                INCOMING >> 20
            )));
        }
        let blob = self.parts.store.put_blob(&file.content).await?;
        Ok(Attachment { name, media_type: file.media_type, blob })
    }

    pub(super) async fn read(&self, file: &Attachment) -> Result<Bytes, Refusal> {
        Ok(Bytes::from(self.parts.store.read_blob(&file.blob, OUTGOING).await?))
    }
}

/// It becomes a file's name in the sandbox's folder, and part of what Claude is told.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = signalbox_core::policy::shell::reveal(last);
    let safe: String = shown.chars().map(|c| if c.is_control() { '_' } else { c }).take(NAME).collect();
    let safe = safe.trim().trim_start_matches('.').to_owned();
    if safe.is_empty() { "file".to_owned() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder_or_hides_anything() {
        let names = ["../../etc/passwd", "a\\b\\c.txt", "..", "", ".env", "x\u{202e}gpj.exe", "a\nb"];
        let safe: Vec<_> = names.into_iter().map(safe_name).collect();
        assert_eq!(safe, ["passwd", "c.txt", "file", "file", "env", "x⟦U+202E⟧gpj.exe", "a_b"]);
        assert!(safe_name(&"ä".repeat(400)).len() <= 255);
    }
}
