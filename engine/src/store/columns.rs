//! Rows to values: the few column types that both databases share, read by name and checked.

use super::error::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_core::time::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::fmt::Display;
use std::str::FromStr;

/// Typed access to a row's columns.
pub(super) trait Columns {
    fn text(&self, column: &str) -> Result<String, StoreError>;
    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError>;
    fn int(&self, column: &str) -> Result<i64, StoreError>;
    fn maybe_int(&self, column: &str) -> Result<Option<i64>, StoreError>;

    /// A count, which is never negative.
    fn count<N: TryFrom<i64>>(&self, column: &str) -> Result<N, StoreError> {
        let value = self.int(column)?;
        N::try_from(value).map_err(|_| StoreError::damaged(format!("{column}: {value} is out of range")))
    }

    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp::from_millis)
    }

    fn maybe_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_int(column)?.map(Timestamp::from_millis))
    }

    /// An id without a form of its own.
    fn id<I>(&self, column: &str, make: fn(String) -> I) -> Result<I, StoreError> {
        self.text(column).map(make)
    }

    /// See [`Columns::id`].
    fn maybe_id<I>(&self, column: &str, make: fn(String) -> I) -> Result<Option<I>, StoreError> {
        Ok(self.maybe_text(column)?.map(make))
    }

    /// A word or a code that has to be parsed.
    fn word<W: FromStr<Err: Display>>(&self, column: &str) -> Result<W, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|error| StoreError::damaged(format!("{column}: {error}")))
    }

    /// See [`Columns::word`].
    fn maybe_word<W: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<W>, StoreError> {
        self.maybe_text(column)?.map(|_| self.word(column)).transpose()
    }

    /// A value kept as JSON.
    fn json<J: DeserializeOwned>(&self, column: &str) -> Result<J, StoreError> {
        from_json(column, &self.text(column)?)
    }

    /// See [`Columns::json`].
    fn maybe_json<J: DeserializeOwned>(&self, column: &str) -> Result<Option<J>, StoreError> {
        self.maybe_text(column)?.map(|text| from_json(column, &text)).transpose()
    }
}

impl Columns for AnyRow {
    fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn int(&self, column: &str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

/// Reads JSON that `to_json` wrote; `what` names it in the error.
pub(super) fn from_json<J: DeserializeOwned>(what: &str, text: &str) -> Result<J, StoreError> {
    // The error's own text may quote the value, which may be anything a person or a program wrote.
    serde_json::from_str(text)
        .map_err(|error| StoreError::damaged(format!("{what}: no such JSON at {}:{}", error.line(), error.column())))
}

/// Writes a value as JSON.
pub(super) fn to_json<J: Serialize + ?Sized>(value: &J) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::damaged("a value that JSON cannot hold"))
}

/// A count as a column's value; what is beyond 63 bits is held at the end.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
