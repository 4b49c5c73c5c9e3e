//! One request's account: it holds a part of the budget while the request is under way, and books what it cost in the
//! end, however it ends.

use super::ledger::Hold;
use super::notice::Notice;
use super::post::Post;
use super::tally::Tally;
use bytes::Bytes;
use signalbox_core::money::{MicroUsd, PriceTable, Usage};
use std::sync::Arc;

/// Dropping it books what was seen; [`Charge::waive`] books nothing.
pub(super) struct Charge {
    post: Arc<Post>,
    hold: Option<Hold>,
    model: String,
    sent: u64,
    tally: Tally,
}

impl Charge {
    pub(super) fn new(post: Arc<Post>, hold: Hold, model: String, sent: u64) -> Self {
        Self { post, hold: Some(hold), model, sent, tally: Tally::Nothing }
    }

    /// From now on the answer comes, written in this way.
    pub(super) fn expect(&mut self, content_type: &str) {
        self.tally = Tally::of(content_type);
    }

    pub(super) fn observe(&mut self, piece: &Bytes) {
        self.tally.observe(piece);
    }

    /// The model did nothing for it.
    pub(super) fn waive(mut self) {
        self.hold = None;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let Some(hold) = self.hold.take() else {
            return;
        };
        let usage = self.tally.usage(self.sent);
        let cost = self.post.hub.prices.cost(&self.model, usage);
        let used_up = hold.settle(&self.model, usage, cost);
        self.post.bell.ring(Notice::Usage { model: self.model.clone(), usage, cost });
        if used_up.is_some_and(|used_up| used_up.news) {
            self.post.bell.ring(Notice::BudgetReached);
        }
    }
}

/// The most that a request can cost: no token is shorter than a byte, and the model writes no more than it is allowed.
pub(super) fn most(prices: &PriceTable, model: &str, sent: u64, max_tokens: u64) -> MicroUsd {
    let output = Usage { output_tokens: max_tokens, ..Usage::default() };
    let fresh = Usage { input_tokens: sent, ..output };
    let cached = Usage { cache_creation_input_tokens: sent, ..output };
    prices.cost(model, fresh).max(prices.cost(model, cached))
}
