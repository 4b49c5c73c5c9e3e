//! Everything can be reached and seen without a mouse.

use super::gallery::{Gallery, Page};
use super::window::{Device, Window};
use fantoccini::key::Key;
use serde_json::Value;

/// Numbers what can be reached by the tabulator, in the order of the page. Of a group of choices only one can.
const NUMBER: &str = "
    const wanted = 'a[href], button, input, select, textarea, summary, [tabindex=\"0\"]';
    const seen = (part) => part.checkVisibility({ visibilityProperty: true }) && !part.disabled && part.type !== 'hidden';
    const chosen = (part) => part.type !== 'radio' || part.checked ||
        (!document.querySelector(`[name=\"${CSS.escape(part.name)}\"]:checked`) &&
        part === document.querySelector(`[name=\"${CSS.escape(part.name)}\"]`));
    const parts = [...document.querySelectorAll(wanted)].filter((part) => seen(part) && chosen(part));
    // No attribute: the page would take its own part for one that has changed.
    parts.forEach((part, number) => { part.itsNumber = number; });
    // From the top, wherever the page has put the focus.
    const top = document.createElement('span');
    top.tabIndex = 0;
    document.body.prepend(top);
    top.focus();
    top.remove();
    return parts.length;";

/// What has the focus: its number, and what is wrong with how it shows that.
const FOCUSED: &str = "
    const part = document.activeElement;
    if (!part || part === document.body) return [null, null];
    const shown = part.matches('.sr') ? part.closest('label') : part;
    const style = getComputedStyle(shown);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const box = shown.getBoundingClientRect();
    const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
    const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    const top = document.elementFromPoint(x, y);
    const bare = top && (shown.contains(top) || top.contains(shown));
    const fault = !outlined ? 'shows no focus' : !bare ? 'lies behind ' + top?.outerHTML.slice(0, 80) : null;
    return [part.itsNumber ?? null, fault && `${shown.outerHTML.slice(0, 120)} ${fault}`];";

/// Goes through a page by the tabulator; what is wrong with that.
async fn walk(window: &Window, name: &str) -> Vec<String> {
    let wanted = window.looks(NUMBER).await.as_u64().unwrap();
    let (mut reached, mut faults) = (Vec::new(), Vec::new());
    // A date has several stops of its own.
    for _ in 0..wanted * 2 + 20 {
        window.tabs().await;
        let focused = window.looks(FOCUSED).await;
        faults.extend(focused[1].as_str().map(|fault| format!("{name}: {fault}")));
        let number = focused[0].as_u64();
        reached.extend(number);
        if number == Some(wanted - 1) {
            break;
        }
    }
    reached.dedup();
    if reached != (0..wanted).collect::<Vec<_>>() {
        faults.push(format!("{name}: of {wanted} controls these are reached, in this order: {reached:?}"));
    }
    faults.dedup();
    faults
}

#[tokio::test]
async fn the_tabulator_reaches_every_control_in_order_and_shows_where_it_is() {
    let gallery = Gallery::opens().await;
    let mut faults = Vec::new();
    for device in [Device::Desk, Device::Phone] {
        gallery.window.becomes(device).await;
        for Page { name, path } in &gallery.pages {
            gallery.window.visits(path).await;
            faults.extend(walk(&gallery.window, &format!("{name}, {device:?}")).await);
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    gallery.window.visits("/tasks").await;
    gallery.window.tabs().await;
    let skip = gallery.window.looks("return document.activeElement.textContent").await;
    assert_eq!(skip, "Skip to the content");
    gallery.window.hits(Key::Enter).await;
    gallery.window.tabs().await;
    let within = gallery.window.looks("return document.querySelector('main').contains(document.activeElement)").await;
    assert_eq!(within, Value::Bool(true), "the sections are skipped");
    gallery.closes().await;
}
