//! No page keeps anybody out: axe finds no barrier on any, in light and in dark, on a phone and on a desk; and on a phone
//! nothing has to be scrolled sideways.

use super::gallery::{Gallery, Page};
use super::window::{Device, Theme, Window};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Everything that can be unfolded is, so that it is looked at, too.
const UNFOLD: &str = "document.querySelectorAll('details').forEach((part) => { part.open = true; })";

/// Each finding in a line: its rule, and the first places where it is broken.
const FIND: &str =
    "return axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.map((broken) =>
    `${broken.impact} ${broken.id}: ${broken.help} at ` + broken.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)
    + ' (' + (node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message) + ')').join(' and ')))";

fn axe() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cache = std::env::var_os("BUILD_CACHE").map_or_else(|| root.join(".cache"), PathBuf::from);
    let axe = root.join(cache).join("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&axe).unwrap_or_else(|_| panic!("{} is missing: run scripts/npm.sh", axe.display()))
}

async fn barriers(window: &Window, axe: &str) -> Vec<String> {
    window.looks(UNFOLD).await;
    window.looks(axe).await;
    serde_json::from_value(window.looks(FIND).await).unwrap()
}

#[tokio::test]
async fn axe_finds_no_barrier_on_any_page() {
    let gallery = Gallery::opens().await;
    let axe = axe();
    let mut found = Vec::new();
    for (device, theme) in [
        (Device::Desk, Theme::Light),
        (Device::Desk, Theme::Dark),
        (Device::Phone, Theme::Light),
        (Device::Phone, Theme::Dark),
    ] {
        gallery.window.becomes(device).await;
        gallery.window.wears(theme).await;
        for Page { name, path } in &gallery.pages {
            gallery.window.visits(path).await;
            let on = |barrier| format!("{name}, {device:?}, {theme:?}: {barrier}");
            found.extend(barriers(&gallery.window, &axe).await.into_iter().map(on));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    gallery.closes().await;
}

#[tokio::test]
async fn no_page_has_to_be_scrolled_sideways_on_a_phone() {
    let gallery = Gallery::opens().await;
    gallery.window.becomes(Device::Phone).await;
    let mut wide = Vec::new();
    for Page { name, path } in &gallery.pages {
        gallery.window.visits(path).await;
        gallery.window.looks(UNFOLD).await;
        let widths = gallery.window.looks("return [document.documentElement.scrollWidth, innerWidth]").await;
        if widths != Value::from(vec![360, 360]) {
            wide.push(format!("{name}: {widths}"));
        }
    }
    assert!(wide.is_empty(), "{wide:#?}");
    gallery.closes().await;
}
