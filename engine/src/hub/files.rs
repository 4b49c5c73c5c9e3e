//! Files that come with requests: kept first, named by the request that follows.

use crate::parts::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use signalbox_core::people::Actor;
use signalbox_core::port::{KeepFile, Refusal};
use signalbox_core::task::Attachment;

/// The largest file, in bytes: what fits into one request to the API.
const LIMIT: usize = 20 << 20;
/// The longest name, in bytes: what file systems take.
const NAME_LIMIT: usize = 255;

/// Keeps a file. Whoever may speak to the hub may; it reaches a sandbox only with a request of somebody entitled.
pub(crate) async fn keep(parts: &Parts, _actor: &Actor, file: KeepFile) -> Result<Attachment, Refusal> {
    check_name(&file.name)?;
    let bytes =
        BASE64.decode(&file.content).map_err(|_| Refusal::Invalid("the file's content is no base64".to_owned()))?;
    if bytes.len() > LIMIT {
        return Err(Refusal::Invalid(format!(
            "`{}` is larger than the {} MiB that a file may have",
            file.name,
            LIMIT >> 20
        )));
    }
    let blob = parts.store.put_blob(&bytes).await?;
    Ok(Attachment { name: file.name, media_type: file.media_type, blob })
}

/// It becomes a file's name in the sandbox's folder.
fn check_name(name: &str) -> Result<(), Refusal> {
    let sound = !name.is_empty() && name.len() <= NAME_LIMIT && !matches!(name, "." | "..");
    if sound && !name.contains('/') && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Refusal::Invalid("a file needs a name of its own, without directories and control characters".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        for name in ["", ".", "..", "a/b", "/etc/passwd", "a\nb", &"x".repeat(256)] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(check_name("Bildschirmfoto 1.png").is_ok());
    }
}
