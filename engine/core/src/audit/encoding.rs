//! What is hashed: every field with its length before it, so that no two entries are written alike. The first bytes say what
//! is written and in which version, so that the hash of something else can never be taken for an entry's.

use super::{Deed, Digest};
use sha2::{Digest as _, Sha256};

/// What is written, and how. Another way of writing gets another tag.
const TAG: &[u8] = b"signalbox audit entry v1\n";

/// The hash of an entry.
pub(super) fn hash(number: u64, deed: &Deed, previous: &Digest) -> Digest {
    <[u8; 32]>::from(Sha256::digest(encoding(number, deed, previous))).into()
}

/// The bytes that are hashed: the tag; number and time, as eight bytes each; who, by word, id, name and token; from where; kind and
/// object; the details, counted, in order of their keys; and the hash before. A text is its length in eight bytes and its
/// bytes; what may be missing has a byte before it, 1 where it is there.
pub(super) fn encoding(number: u64, deed: &Deed, previous: &Digest) -> Vec<u8> {
    let mut bytes = TAG.to_vec();
    bytes.extend(number.to_be_bytes());
    bytes.extend(deed.at.millis().to_be_bytes());
    let who = deed.who.columns();
    put(&mut bytes, &who.word);
    for part in [&who.user, &who.name, &who.token, &deed.from] {
        put_maybe(&mut bytes, part.as_deref());
    }
    put(&mut bytes, deed.kind.as_str());
    put(&mut bytes, &deed.object);
    bytes.extend((deed.detail.len() as u64).to_be_bytes());
    for (key, value) in &deed.detail {
        put(&mut bytes, key);
        put(&mut bytes, value);
    }
    bytes.extend(previous.as_bytes());
    bytes
}

fn put(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_be_bytes());
    bytes.extend(text.as_bytes());
}

fn put_maybe(bytes: &mut Vec<u8>, text: Option<&str>) {
    bytes.push(u8::from(text.is_some()));
    if let Some(text) = text {
        put(bytes, text);
    }
}
