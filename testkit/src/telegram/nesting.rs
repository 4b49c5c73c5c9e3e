//! Which entities may lie within which: the rules of the Bot API's page on formatting.

use std::cmp::Reverse;

use super::entity::Entity;
use super::refusal::Refusal;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Contains nothing, and is part of nothing but a quotation.
    Code,
    /// Contains anything but another quotation.
    Quote,
    /// Contains anything but code, and is part of anything but code.
    Style,
    /// Links, mentions, commands: they cannot contain each other.
    Link,
}

fn family(entity: &Entity) -> Family {
    match entity.kind.as_str() {
        "code" | "pre" => Family::Code,
        "blockquote" | "expandable_blockquote" => Family::Quote,
        "bold" | "italic" | "underline" | "strikethrough" | "spoiler" => Family::Style,
        _ => Family::Link,
    }
}

/// Refuses entities that cross, and those that lie where they would not be shown.
pub(crate) fn check_nesting(entities: &[Entity]) -> Result<(), Refusal> {
    let mut sorted: Vec<&Entity> = entities.iter().collect();
    // Of two that cover the same part, the quotation is the outer one.
    sorted.sort_by_key(|entity| (entity.offset, Reverse(entity.length), family(entity) != Family::Quote));
    for (index, outer) in sorted.iter().enumerate() {
        for inner in sorted[index + 1..].iter().take_while(|inner| inner.offset < outer.end()) {
            check_pair(outer, inner)?;
        }
    }
    Ok(())
}

fn check_pair(outer: &Entity, inner: &Entity) -> Result<(), Refusal> {
    let (a, b) = (&outer.kind, &inner.kind);
    let at = inner.offset;
    if inner.end() > outer.end() {
        return Err(Refusal::bad(format!("entities \"{a}\" and \"{b}\" cross at UTF-16 offset {at}")));
    }
    let refused = match (family(outer), family(inner)) {
        (Family::Code, _) => true,
        (outer, Family::Code) => outer != Family::Quote,
        (Family::Quote, Family::Quote) | (Family::Link, Family::Link) => true,
        (Family::Quote | Family::Style | Family::Link, _) => false,
    };
    if refused {
        return Err(Refusal::bad(format!("entity \"{b}\" at UTF-16 offset {at} can't be part of \"{a}\"")));
    }
    Ok(())
}
