//! What the model's work costs: counted from the API's own answers, by the operator's price table.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use utoipa::ToSchema;

/// Millionths of a US dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct MicroUsd(pub i64);

impl MicroUsd {
    /// From dollars as people write them in a configuration; rounds to the nearest millionth.
    pub fn from_dollars(dollars: f64) -> Self {
        Self((dollars * 1e6).round() as i64)
    }

    /// As dollars, for display and for JSON.
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 != 0 && self.0.abs() < 10_000 {
            return write!(f, "${:.4}", self.dollars());
        }
        write!(f, "${:.2}", self.dollars())
    }
}

impl Add for MicroUsd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for MicroUsd {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

/// Tokens as the Messages API counts them (its `usage` object).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Usage {
    /// Prompt tokens that no cache served.
    pub input_tokens: u64,
    /// Tokens the model wrote.
    pub output_tokens: u64,
    /// Prompt tokens written to the cache.
    pub cache_creation_input_tokens: u64,
    /// Prompt tokens read from the cache.
    pub cache_read_input_tokens: u64,
}

impl Add for Usage {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cache_creation_input_tokens: self
                .cache_creation_input_tokens
                .saturating_add(other.cache_creation_input_tokens),
            cache_read_input_tokens: self.cache_read_input_tokens.saturating_add(other.cache_read_input_tokens),
        }
    }
}

/// What a model costs, in US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Prompt tokens.
    pub input: f64,
    /// Written tokens.
    pub output: f64,
    /// Prompt tokens written to the cache.
    pub cache_write: f64,
    /// Prompt tokens read from the cache.
    pub cache_read: f64,
}

/// Prices by the beginning of a model's name; the longest beginning that fits counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PriceTable(pub BTreeMap<String, Price>);

impl PriceTable {
    /// The price of a model, or none if the table does not know it.
    pub fn price_of(&self, model: &str) -> Option<Price> {
        let fitting = self.0.iter().filter(|(prefix, _)| model.starts_with(prefix.as_str()));
        fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, price)| *price)
    }

    /// What `usage` of `model` costs. A model that the table does not know is charged at the dearest price in it,
    /// so that a budget never fails open; with an empty table nothing can be charged.
    pub fn cost(&self, model: &str, usage: Usage) -> MicroUsd {
        let dearest = || self.0.values().copied().max_by(|a, b| a.output.total_cmp(&b.output));
        let Some(price) = self.price_of(model).or_else(dearest) else {
            return MicroUsd::default();
        };
        // Dollars for a million tokens are millionths of a dollar for one token.
        let sum = usage.input_tokens as f64 * price.input
            + usage.output_tokens as f64 * price.output
            + usage.cache_creation_input_tokens as f64 * price.cache_write
            + usage.cache_read_input_tokens as f64 * price.cache_read;
        MicroUsd(sum.ceil() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> PriceTable {
        let price = |input, output| Price { input, output, cache_write: input * 1.25, cache_read: input * 0.1 };
        PriceTable(BTreeMap::from([
            ("claude-".to_owned(), price(3.0, 15.0)),
            ("claude-opus".to_owned(), price(5.0, 25.0)),
        ]))
    }

    #[test]
    fn the_longest_fitting_name_sets_the_price() {
        let usage = Usage { input_tokens: 1_000, output_tokens: 50, ..Usage::default() };
        assert_eq!(table().cost("claude-opus-5-5", usage), MicroUsd(6_250));
        assert_eq!(table().cost("claude-haiku", usage), MicroUsd(3_750));
    }

    #[test]
    fn an_unknown_model_is_charged_at_the_dearest_price() {
        let usage = Usage { output_tokens: 1_000_000, ..Usage::default() };
        assert_eq!(table().cost("something-else", usage), MicroUsd::from_dollars(25.0));
    }

    #[test]
    fn caches_have_prices_of_their_own() {
        let usage = Usage { cache_creation_input_tokens: 1_000, cache_read_input_tokens: 1_000, ..Usage::default() };
        assert_eq!(table().cost("claude-opus", usage), MicroUsd(6_750));
    }

    #[test]
    fn small_sums_show_more_digits() {
        assert_eq!([MicroUsd(1_250).to_string(), MicroUsd(1_250_000).to_string()], ["$0.0013", "$1.25"]);
    }
}
