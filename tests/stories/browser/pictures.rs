//! Pictures of every page for the documentation: each page can be taken in every way, and the documentation has just these.
//! `make screenshots` takes them anew.

use super::gallery::{Gallery, Page};
use super::window::{Device, Theme};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What differs from one run to the next is made the same: times, ids, hashes and where the repository lies. And what only
/// the scripted model needs of a request, the lines after its first, is left out.
const SETTLE: &str = r"
    document.documentElement.style.caretColor = 'transparent';
    document.querySelectorAll('.prompt').forEach((part) => part.closest('section').remove());
    document.querySelectorAll('time').forEach((time) => {
        time.textContent = 'clock' in time.dataset ? '10:42:07' : time.textContent.replace(/^.* ago$|^just now$/, '12 min ago');
    });
    const names = new Map();
    const name = (found) => {
        if (!names.has(found)) {
            const letters = '7k2m9x4p6w3h8c5rtbz';
            const turn = names.size * 5 % letters.length;
            names.set(found, (letters.slice(turn) + letters).slice(0, found.length));
        }
        return names.get(found);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode());) {
        text.data = text.data
            .replace(/\/tmp\/\S+\/repository/g, 'https://github.com/team/site.git')
            .replace(/http:\/\/127\.0\.0\.1:\d+/, 'https://signalbox.example.org')
            .replace(/^\s*# ([^\n]*?)( …)?$/, '$1')
            .replace(/Look into (avery|very|long|word)+.*/, 'Look into the slow start')
            .replace(/\b\d+(\.\d)? (s|min \d\d s)\b(?! ago)/g, '48 s')
            .replace(/\b(?=[0-9]*[a-f])[0-9a-f]{12,64}\b/g, (found) => '5d3f0a7c91e82b46'.repeat(4).slice(0, found.length))
            .replace(/\b(?=[a-z]*\d)[0-9a-hjkmnp-tv-z]{12}([0-9a-hjkmnp-tv-z]{4})?\b/g, name)
            .replace('HeadlessChrome', 'Chrome');
    }";

/// The ways in which a page is taken, as its picture's name has them.
const WAYS: [(Device, &str, Theme, &str); 4] = [
    (Device::Desk, "desk", Theme::Light, "light"),
    (Device::Desk, "desk", Theme::Dark, "dark"),
    (Device::Phone, "phone", Theme::Light, "light"),
    (Device::Phone, "phone", Theme::Dark, "dark"),
];
/// Less than this, in bytes, is a blank page.
const BLANK: usize = 2_000;

#[tokio::test]
async fn the_documentation_has_one_of_every_page_in_every_way_and_no_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screenshots");
    let taken = take_all().await;
    for (name, picture) in &taken {
        assert!(picture.starts_with(b"RIFF") && picture.len() > BLANK, "{name}: {} bytes", picture.len());
    }
    if std::env::var_os("SIGNALBOX_WRITE_DOCS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, picture) in &taken {
            std::fs::write(folder.join(name), picture).unwrap();
        }
    }
    let there = std::fs::read_dir(&folder).unwrap();
    let there: BTreeSet<_> = there.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let wanted: BTreeSet<_> = taken.into_keys().collect();
    let (missing, stale): (Vec<_>, Vec<_>) = (wanted.difference(&there).collect(), there.difference(&wanted).collect());
    assert!(missing.is_empty() && stale.is_empty(), "`make screenshots`: without {missing:?}, too much {stale:?}");
}

/// Takes every page in every way; gives the pictures by their files' names.
async fn take_all() -> BTreeMap<String, Vec<u8>> {
    let gallery = Gallery::opens().await;
    let mut taken = BTreeMap::new();
    for (device, width, theme, look) in WAYS {
        gallery.window.becomes(device).await;
        gallery.window.wears(theme).await;
        gallery.window.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
        for Page { name, path } in &gallery.pages {
            gallery.window.visits(path).await;
            gallery.window.looks(SETTLE).await;
            let wanted = json!({ "format": "webp", "quality": 75 });
            let picture = gallery.window.devtools("Page.captureScreenshot", wanted).await;
            let bytes = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
            taken.insert(format!("{name}-{width}-{look}.webp"), bytes);
        }
    }
    gallery.closes().await;
    taken
}
