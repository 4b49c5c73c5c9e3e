//! What a sandbox has spent, and what it may still spend.
//!
//! Each request holds the most it can cost from the moment it is let through until its true cost is known. A request is
//! let through while spent and held together are below the limit, waits while they are not, and is refused once the
//! limit is spent. Whatever runs at once, what is spent therefore passes the limit by the cost of one request at most.

use signalbox_core::money::{MicroUsd, Usage};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What went through an exit since it was opened. It only grows; [`Spent::since`] gives the part of one task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent {
    /// What it cost.
    pub cost: MicroUsd,
    /// Tokens of all models.
    pub usage: Usage,
    /// Requests that were accounted for.
    pub requests: u64,
    /// Tokens and cost by the model's name.
    pub by_model: BTreeMap<String, (Usage, MicroUsd)>,
}

impl Spent {
    /// What was spent after `earlier`, which must be of the same exit.
    pub fn since(&self, earlier: &Self) -> Self {
        let of_model = |(model, (usage, cost)): (&String, &(Usage, MicroUsd))| {
            let (usage_before, cost_before) = earlier.by_model.get(model).copied().unwrap_or_default();
            let spent = (less(*usage, usage_before), MicroUsd(cost.0 - cost_before.0));
            (spent != Default::default()).then(|| (model.clone(), spent))
        };
        Self {
            cost: MicroUsd(self.cost.0 - earlier.cost.0),
            usage: less(self.usage, earlier.usage),
            requests: self.requests.saturating_sub(earlier.requests),
            by_model: self.by_model.iter().filter_map(of_model).collect(),
        }
    }

    fn add(&mut self, model: &str, usage: Usage, cost: MicroUsd) {
        self.cost = self.cost + cost;
        self.usage = self.usage + usage;
        self.requests += 1;
        let of_model = self.by_model.entry(model.to_owned()).or_default();
        *of_model = (of_model.0 + usage, of_model.1 + cost);
    }
}

fn less(a: Usage, b: Usage) -> Usage {
    Usage {
        input_tokens: a.input_tokens.saturating_sub(b.input_tokens),
        output_tokens: a.output_tokens.saturating_sub(b.output_tokens),
        cache_creation_input_tokens: a.cache_creation_input_tokens.saturating_sub(b.cache_creation_input_tokens),
        cache_read_input_tokens: a.cache_read_input_tokens.saturating_sub(b.cache_read_input_tokens),
    }
}

/// The budget is used up: the whole of it, as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UsedUp {
    pub(super) budget: MicroUsd,
    /// Whether this is the first time that it is told.
    pub(super) news: bool,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    books: Mutex<Books>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Books {
    spent: Spent,
    held: MicroUsd,
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    /// As it was given.
    budget: MicroUsd,
    /// The total at which it is used up.
    at: MicroUsd,
    told: bool,
}

impl Books {
    fn used_up(&mut self) -> Option<UsedUp> {
        let limit = self.limit.as_mut().filter(|limit| self.spent.cost >= limit.at)?;
        let news = !std::mem::replace(&mut limit.told, true);
        Some(UsedUp { budget: limit.budget, news })
    }

    fn has_room(&self) -> bool {
        self.limit.as_ref().is_none_or(|limit| self.spent.cost + self.held < limit.at)
    }
}

impl Ledger {
    /// Sets what may be spent from now on.
    pub(super) fn allow(&self, budget: Option<MicroUsd>) {
        let mut books = self.books();
        let spent = books.spent.cost;
        books.limit = budget.map(|budget| Limit { budget, at: spent + budget, told: false });
        drop(books);
        self.changed.notify_waiters();
    }

    pub(super) fn spent(&self) -> Spent {
        self.books().spent.clone()
    }

    /// Waits until a request that costs `most` at the most can be let through.
    pub(super) async fn admit(self: &Arc<Self>, most: MicroUsd) -> Result<Hold, UsedUp> {
        loop {
            let changed = self.changed.notified();
            if let Some(decision) = self.try_admit(most) {
                return decision;
            }
            changed.await;
        }
    }

    fn try_admit(self: &Arc<Self>, most: MicroUsd) -> Option<Result<Hold, UsedUp>> {
        let mut books = self.books();
        if let Some(used_up) = books.used_up() {
            return Some(Err(used_up));
        }
        books.has_room().then(|| {
            books.held = books.held + most;
            Ok(Hold { ledger: self.clone(), most })
        })
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request under way may cost at the most; given back when dropped.
#[derive(Debug)]
pub(super) struct Hold {
    ledger: Arc<Ledger>,
    most: MicroUsd,
}

impl Hold {
    /// Books what the request cost in truth; says so if that used the budget up.
    pub(super) fn settle(self, model: &str, usage: Usage, cost: MicroUsd) -> Option<UsedUp> {
        let mut books = self.ledger.books();
        books.spent.add(model, usage, cost);
        books.used_up()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut books = self.ledger.books();
        books.held = MicroUsd(books.held.0.saturating_sub(self.most.0));
        drop(books);
        self.ledger.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn ledger(budget: i64) -> Arc<Ledger> {
        let ledger = Arc::new(Ledger::default());
        ledger.allow(Some(MicroUsd(budget)));
        ledger
    }

    #[tokio::test]
    async fn requests_wait_while_those_under_way_could_use_the_budget_up() {
        let ledger = ledger(100);
        let first = ledger.admit(MicroUsd(60)).await.unwrap();
        let second = ledger.admit(MicroUsd(60)).await.unwrap();
        let mut third = Box::pin(ledger.admit(MicroUsd(1)));
        assert!(third.as_mut().now_or_never().is_none());
        assert_eq!(first.settle("m", Usage::default(), MicroUsd(30)), None);
        assert!(third.await.is_ok());
        assert!(second.settle("m", Usage::default(), MicroUsd(70)).is_some_and(|used_up| used_up.news));
        let refused = ledger.admit(MicroUsd(1)).await.unwrap_err();
        assert_eq!(refused, UsedUp { budget: MicroUsd(100), news: false });
        assert_eq!(ledger.spent().cost, MicroUsd(100));
    }

    #[tokio::test]
    async fn a_request_that_came_to_nothing_gives_back_what_it_held() {
        let ledger = ledger(100);
        drop(ledger.admit(MicroUsd(100)).await.unwrap());
        assert!(ledger.admit(MicroUsd(100)).now_or_never().is_some_and(|admitted| admitted.is_ok()));
    }

    #[tokio::test]
    async fn a_new_allowance_counts_from_what_is_spent() {
        let ledger = ledger(10);
        let hold = ledger.admit(MicroUsd(1)).await.unwrap();
        hold.settle("m", Usage::default(), MicroUsd(10));
        assert!(ledger.admit(MicroUsd(1)).await.is_err());
        ledger.allow(Some(MicroUsd(5)));
        assert!(ledger.admit(MicroUsd(1)).await.is_ok());
        ledger.allow(None);
        let holds = [ledger.admit(MicroUsd(1_000)).await, ledger.admit(MicroUsd(1_000)).await];
        assert!(holds.iter().all(Result::is_ok));
    }

    #[test]
    fn a_tasks_part_is_what_came_after_its_beginning() {
        let usage = |output_tokens| Usage { output_tokens, ..Usage::default() };
        let mut spent = Spent::default();
        spent.add("before", usage(1), MicroUsd(10));
        spent.add("both", usage(2), MicroUsd(20));
        let beginning = spent.clone();
        spent.add("both", usage(4), MicroUsd(40));
        let by_model = [("both".to_owned(), (usage(4), MicroUsd(40)))].into();
        assert_eq!(spent.since(&beginning), Spent { cost: MicroUsd(40), usage: usage(4), requests: 1, by_model });
    }
}
