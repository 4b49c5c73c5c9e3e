//! The files that pages load: our own, embedded, named by what is in them so that browsers keep them for good, and sent
//! compressed.

use crate::App;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

/// A file that pages load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asset {
    stem: &'static str,
    extension: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    fingerprint: u64,
}

/// How everything looks.
pub(super) const STYLE: Asset =
    Asset::new("signalbox", "css", "text/css; charset=utf-8", include_bytes!("../../assets/signalbox.css"));
/// What changes things and keeps pages alive.
pub(super) const SCRIPT: Asset =
    Asset::new("signalbox", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/signalbox.js"));
/// Sets light or dark before anything is painted.
pub(super) const THEME: Asset =
    Asset::new("theme", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/theme.js"));
/// The mark of the product.
pub(super) const MARK: Asset = Asset::new("mark", "svg", "image/svg+xml", include_bytes!("../../assets/mark.svg"));
/// The same, for where a system cuts icons to its own shape: nothing of it lies in the outer tenth.
pub(super) const MASKABLE: Asset =
    Asset::new("maskable", "svg", "image/svg+xml", include_bytes!("../../assets/maskable.svg"));
/// That one as a picture of 180 by 180, for phones whose home screen takes no SVG.
pub(super) const TOUCH: Asset = Asset::new("touch", "png", "image/png", include_bytes!("../../assets/touch.png"));

const ALL: [Asset; 6] = [STYLE, SCRIPT, THEME, MARK, MASKABLE, TOUCH];

/// A year, for what never changes under its name.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

impl Asset {
    const fn new(stem: &'static str, extension: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { stem, extension, media_type, bytes, fingerprint: fingerprint(bytes) }
    }

    /// Where it is.
    pub(super) fn path(&self) -> String {
        format!("/assets/{}-{:016x}.{}", self.stem, self.fingerprint, self.extension)
    }
}

/// FNV-1a: it tells versions of a file apart, and need not withstand anybody.
const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

pub(super) fn routes() -> Router<App> {
    ALL.into_iter().fold(Router::new(), |routes, asset| {
        let compressed = Bytes::from(compressed(asset.bytes));
        routes.route(&asset.path(), get(move |headers: HeaderMap| async move { send(asset, compressed, &headers) }))
    })
}

fn send(asset: Asset, compressed: Bytes, headers: &HeaderMap) -> Response {
    let head = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, FOR_GOOD),
        (header::VARY, "accept-encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if takes_gzip(headers) {
        return (StatusCode::OK, head, [(header::CONTENT_ENCODING, "gzip")], compressed).into_response();
    }
    (StatusCode::OK, head, Bytes::from_static(asset.bytes)).into_response()
}

/// Whether an answer may be compressed.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("gzip") && parts.all(|part| part != "q=0")
    })
}

/// The same bytes, compressed.
pub(super) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_load_is_small() {
        let sum: usize = ALL.iter().map(|asset| compressed(asset.bytes).len()).sum();
        assert!(sum < 40_000, "{sum} bytes");
    }

    #[test]
    fn compressing_is_undone_by_every_browser() {
        use std::io::Read as _;
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(compressed(STYLE.bytes).as_slice()).read_to_end(&mut back).unwrap();
        assert_eq!(back, STYLE.bytes);
    }

    #[test]
    fn only_who_takes_it_gets_it_compressed() {
        let with = |value: &str| HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]);
        assert!(takes_gzip(&with("br, gzip;q=0.8")));
        assert!(!takes_gzip(&with("br")) && !takes_gzip(&with("gzip;q=0")) && !takes_gzip(&HeaderMap::new()));
    }
}
