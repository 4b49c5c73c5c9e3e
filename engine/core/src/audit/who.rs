//! Who did something, in words that stay when the person is gone.

use super::deed::short;
use crate::id::UserId;
use crate::people::{Actor, Identity};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// The id of whoever uses the hub's own socket.
const OPERATOR: &str = "operator";

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Who {
    /// A person, by a session or from a place where they are known.
    Person {
        /// Their id.
        user: UserId,
        /// Their name at that time.
        name: String,
    },
    /// A program with a token of a person's.
    Token {
        /// Whose it is.
        user: UserId,
        /// Their name at that time.
        name: String,
        /// The token's id, or that of the sign-in that it came from; never the token.
        token: String,
    },
    /// Whoever may use the hub's own socket.
    Terminal,
    /// An account elsewhere that is linked to nobody.
    Stranger {
        /// The account, e.g. `telegram:12345`.
        account: String,
    },
    /// Somebody who has shown nothing, or nothing that is right.
    Anonymous,
    /// The hub by itself.
    Hub,
}

/// A [`Who`] as columns: its word, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// `person`, `token`, `terminal`, `stranger`, `anonymous` or `hub`.
    pub word: String,
    /// The person's id.
    pub user: Option<String>,
    /// The person's name, or the account.
    pub name: Option<String>,
    /// The token's id.
    pub token: Option<String>,
}

impl Who {
    /// Who acts.
    pub fn of(actor: &Actor) -> Self {
        let (user, name) = (actor.user.clone(), actor.name.clone());
        match &actor.origin.token {
            _ if user.as_str() == OPERATOR => Self::Terminal,
            Some(token) => Self::Token { user, name, token: token.clone() },
            None => Self::Person { user, name },
        }
    }

    /// An account that is linked to nobody.
    pub fn stranger(account: &Identity) -> Self {
        Self::Stranger { account: short(&format!("{}:{}", account.platform, account.account)) }
    }

    /// As columns.
    pub fn columns(&self) -> Columns {
        let (word, user, name, token) = match self {
            Self::Person { user, name } => ("person", Some(user.as_str()), Some(name.as_str()), None),
            Self::Token { user, name, token } => ("token", Some(user.as_str()), Some(name.as_str()), Some(token)),
            Self::Terminal => ("terminal", None, Some(OPERATOR), None),
            Self::Stranger { account } => ("stranger", None, Some(account.as_str()), None),
            Self::Anonymous => ("anonymous", None, None, None),
            Self::Hub => ("hub", None, None, None),
        };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Columns { word: word.to_owned(), user: owned(user), name: owned(name), token: token.cloned() }
    }

    /// From what [`Who::columns`] gave; none for what it never gives.
    pub fn from_columns(columns: Columns) -> Option<Self> {
        let Columns { word, user, name, token } = columns;
        let user = user.map(UserId::new);
        match (word.as_str(), user, name, token) {
            ("person", Some(user), Some(name), None) => Some(Self::Person { user, name }),
            ("token", Some(user), Some(name), Some(token)) => Some(Self::Token { user, name, token }),
            ("terminal", None, Some(name), None) if name == OPERATOR => Some(Self::Terminal),
            ("stranger", None, Some(account), None) => Some(Self::Stranger { account }),
            ("anonymous", None, None, None) => Some(Self::Anonymous),
            ("hub", None, None, None) => Some(Self::Hub),
            _ => None,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { name, .. } => f.write_str(name),
            Self::Token { name, .. } => write!(f, "{name} (by a token)"),
            Self::Terminal => f.write_str("the local terminal"),
            Self::Stranger { account } => f.write_str(account),
            Self::Anonymous => f.write_str("somebody unknown"),
            Self::Hub => f.write_str("the hub"),
        }
    }
}
