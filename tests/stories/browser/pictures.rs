//! Pictures of every page for the documentation: `make screenshots` runs this, and nothing else does.

use super::gallery::{Gallery, Page};
use super::window::{Device, Theme};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
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
            .replace(/^\s*# ([^\n]*?)( …)?$/, '$1')
            .replace(/Look into (avery|very|long|word)+.*/, 'Look into the slow start')
            .replace(/\b\d+(\.\d)? (s|min \d\d s)\b(?! ago)/g, '48 s')
            .replace(/\b(?=[0-9]*[a-f])[0-9a-f]{12,64}\b/g, (found) => '5d3f0a7c91e82b46'.repeat(4).slice(0, found.length))
            .replace(/\b(?=[a-z]*\d)[0-9a-hjkmnp-tv-z]{12}([0-9a-hjkmnp-tv-z]{4})?\b/g, name)
            .replace('HeadlessChrome', 'Chrome');
    }";

#[tokio::test]
#[ignore = "it writes docs/screenshots: make screenshots"]
async fn of_every_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screenshots");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let gallery = Gallery::opens().await;
    for (device, width) in [(Device::Desk, "desk"), (Device::Phone, "phone")] {
        for (theme, look) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            gallery.window.becomes(device).await;
            gallery.window.wears(theme).await;
            gallery.window.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
            for Page { name, path } in &gallery.pages {
                gallery.window.visits(path).await;
                gallery.window.looks(SETTLE).await;
                let wanted = json!({ "format": "webp", "quality": 75 });
                let picture = gallery.window.devtools("Page.captureScreenshot", wanted).await;
                let bytes = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
                std::fs::write(folder.join(format!("{name}-{width}-{look}.webp")), bytes).unwrap();
            }
        }
    }
    gallery.closes().await;
}
