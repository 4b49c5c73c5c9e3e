//! Whom a message rings up: what its text mentions, as far as `allowed_mentions` lets it.

use serde_json::{Value, json};

use super::Snowflake;
use super::form::{Faults, Field, Kind, id, items, join, may};

/// Whom a message rings up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pings {
    /// Everyone in the channel: `@everyone` or `@here`.
    pub everyone: bool,
    /// Users, by mention or because the message answers theirs.
    pub users: Vec<Snowflake>,
    /// Roles.
    pub roles: Vec<Snowflake>,
}

impl Pings {
    /// Whether nobody is rung up.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

const FIELDS: &[Field] = &[
    may("parse", Kind::List(0, 3)),
    may("users", Kind::List(0, 100)),
    may("roles", Kind::List(0, 100)),
    may("replied_user", Kind::Flag),
];

/// Checks `allowed_mentions`, which is a body's field of this path.
pub(crate) fn check_allowed(allowed: &Value, path: &str, faults: &mut Faults) {
    if allowed.is_null() {
        return;
    }
    faults.check(allowed, path, FIELDS);
    let parse = items(&allowed["parse"]);
    if !parse.iter().all(|kind| ["users", "roles", "everyone"].iter().any(|known| kind == known)) {
        let message = "Value must be one of ('users', 'roles', 'everyone').";
        faults.add(&join(path, "parse"), "BASE_TYPE_CHOICES", message);
    }
    for list in ["users", "roles"] {
        if parse.contains(&json!(list)) && !items(&allowed[list]).is_empty() {
            let message = format!("parse:[\"{list}\"] and {list}: [ids...] are mutually exclusive.");
            faults.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
        }
        if items(&allowed[list]).iter().any(|value| id(value).is_none()) {
            faults.add(&join(path, list), "NUMBER_TYPE_COERCE", "A value is not snowflake.");
        }
    }
}

/// What a text mentions, whether it may or not.
pub(crate) fn mentioned(text: &str) -> Pings {
    let everyone = text.contains("@everyone") || text.contains("@here");
    let mut pings = Pings { everyone, ..Pings::default() };
    for part in text.split("<@").skip(1) {
        let Some((inside, _)) = part.split_once('>') else { continue };
        let (list, number) = match inside.strip_prefix('&') {
            Some(role) => (&mut pings.roles, role),
            None => (&mut pings.users, inside.strip_prefix('!').unwrap_or(inside)),
        };
        match number.parse() {
            Ok(id) if !list.contains(&id) => list.push(id),
            _ => {}
        }
    }
    pings
}

/// What a text may ring up of what it mentions; `answered` wrote the message that it answers.
pub(crate) fn allowed(text: &str, allowed: &Value, answered: Option<Snowflake>) -> Pings {
    let mut pings = mentioned(text);
    let rings_answered = allowed.is_null() || allowed["replied_user"] == true;
    if !allowed.is_null() {
        let parses = |kind: &str| items(&allowed["parse"]).contains(&json!(kind));
        let listed =
            |list: &str, wanted: Snowflake| items(&allowed[list]).iter().any(|value| id(value) == Some(wanted));
        pings.everyone &= parses("everyone");
        pings.users.retain(|user| parses("users") || listed("users", *user));
        pings.roles.retain(|role| parses("roles") || listed("roles", *role));
    }
    pings.users.extend(answered.filter(|user| rings_answered && !mentioned(text).users.contains(user)));
    pings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allowed_mentions_ring() {
        let text = "<@7> and <@!8>, <@&9>, @everyone, <@7>";
        let all = mentioned(text);
        assert_eq!((all.users.len(), all.roles.len(), all.everyone), (2, 1, true));
        assert!(allowed(text, &json!({"parse": []}), Some(Snowflake::from(5))).is_empty());
        let some = allowed(text, &json!({"parse": ["roles"], "users": ["8"], "replied_user": true}), Some(5.into()));
        assert_eq!(some, Pings { everyone: false, users: vec![8.into(), 5.into()], roles: vec![9.into()] });
        assert_eq!(allowed("hello", &Value::Null, Some(5.into())).users, [5.into()]);
    }
}
