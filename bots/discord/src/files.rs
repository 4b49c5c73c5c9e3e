//! Files that come with a message: fetched from Discord, and kept for the request.

use crate::discord::Shared;
use crate::layout::size;
use crate::wire::Attached;
use signalbox_core::desk::NewFile;
use signalbox_core::people::Identity;
use signalbox_core::port::Refusal;
use signalbox_core::sheet::brief;
use signalbox_core::task::Attachment;

/// How large a file may be.
const LARGEST: u64 = 25 << 20;

/// What came along, and what did not, a sentence each.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    pub(crate) files: Vec<Attachment>,
    pub(crate) missing: Vec<String>,
}

/// Fetches and keeps the files of a message.
///
/// # Errors
/// The desk's, where it cannot keep anything now.
pub(crate) async fn bring(shared: &Shared, sender: &Identity, attached: &[Attached]) -> Result<Brought, Refusal> {
    let mut brought = Brought::default();
    for one in attached {
        match fetch(shared, one).await {
            Ok(file) => match shared.desk.keep_file(sender, file).await {
                Ok(kept) => brought.files.push(kept),
                Err(refusal @ (Refusal::Unavailable(_) | Refusal::Internal(_))) => return Err(refusal),
                Err(refusal) => brought.missing.push(missing(one, &refusal.to_string())),
            },
            Err(why) => brought.missing.push(missing(one, &why)),
        }
    }
    Ok(brought)
}

async fn fetch(shared: &Shared, one: &Attached) -> Result<NewFile, String> {
    if one.size > LARGEST {
        let is = usize::try_from(one.size).unwrap_or(usize::MAX);
        return Err(format!("it has {}, and {} are taken", size(is), size(25 << 20)));
    }
    let content = shared.rest.fetch(&one.url, 25 << 20).await.map_err(|_| "Discord did not hand it over".to_owned())?;
    let media_type = one.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
    Ok(NewFile { name: one.filename.clone(), media_type, content })
}

fn missing(one: &Attached, why: &str) -> String {
    format!("`{}` did not come along: {why}.", brief(&one.filename, 80))
}
