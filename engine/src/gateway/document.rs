//! A JSON text as a tree that keeps the order of names, so that a request can be judged and then written anew.
//!
//! The order matters: the model reads tool schemas and inputs as they are written. A tree is bounded by the number of
//! its values, for a value takes many times the memory of its text; a name given twice in one object is refused, for
//! two readers might each take another.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Number;
use std::cell::Cell;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text of at most `most_values` values.
    pub(super) fn parse(text: &[u8], most_values: usize) -> Result<Self, serde_json::Error> {
        let left = Cell::new(most_values);
        let mut reader = serde_json::Deserializer::from_slice(text);
        let tree = Reader { left: &left }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(tree)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    pub(super) fn whole_number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            Self::Null | Self::Bool(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => out.serialize_unit(),
            Self::Bool(value) => out.serialize_bool(*value),
            Self::Number(value) => value.serialize(out),
            Self::Text(value) => out.serialize_str(value),
            Self::List(values) => {
                let mut list = out.serialize_seq(Some(values.len()))?;
                values.iter().try_for_each(|value| list.serialize_element(value))?;
                list.end()
            }
            Self::Object(members) => {
                let mut map = out.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

/// Reads one value, and counts it.
#[derive(Clone, Copy)]
struct Reader<'a> {
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        self.left.set(left);
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            members.push((name, map.next_value_seed(self)?));
        }
        match has_twice(&members) {
            true => Err(A::Error::custom("a name is given twice in one object")),
            false => Ok(Json::Object(members)),
        }
    }
}

fn has_twice(members: &[(String, Json)]) -> bool {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rewritten(text: &str) -> String {
        serde_json::to_string(&Json::parse(text.as_bytes(), 100).unwrap()).unwrap()
    }

    #[test]
    fn order_and_values_survive() {
        let text = r#"{"z":[1,-2,0.5,1e300,true,null],"a":{"y":"ä\n","b":18446744073709551615},"":[],"m":{}}"#;
        let again = rewritten(text);
        assert!(again.starts_with(r#"{"z":[1,-2,0.5,"#), "{again}");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&again), value(text));
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let texts =
            [r#"{"a":1,"a":2}"#, r#"[{"model":1,"mod\u0065l":2}]"#, "{} {}", "{}x", "[1,]", "NaN", "", "\u{feff}{}"];
        for text in texts {
            assert!(Json::parse(text.as_bytes(), 100).is_err(), "{text}");
        }
        assert!(Json::parse(b"\"\xff\"", 100).is_err());
    }

    #[test]
    fn a_tree_is_bounded_in_size_and_depth() {
        assert!(Json::parse(b"[1,2,3]", 4).is_ok() && Json::parse(b"[1,2,3]", 3).is_err());
        assert!(Json::parse("[".repeat(100_000).as_bytes(), 1_000_000).is_err());
    }

    proptest! {
        #[test]
        fn rewriting_twice_changes_nothing(text in r#"(\[|\{|\]|\}|"a"|"b"|:|,|1|0\.5|true|null| ){0,20}"#) {
            if let Ok(tree) = Json::parse(text.as_bytes(), 1_000) {
                let once = serde_json::to_vec(&tree).unwrap();
                prop_assert_eq!(Json::parse(&once, 1_000).unwrap(), tree);
            }
        }
    }
}
