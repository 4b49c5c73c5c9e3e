//! Users, organisations and bots.

/// What kind of account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountKind {
    User,
    Organization,
    Bot,
}

impl AccountKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Organization => "Organization",
            Self::Bot => "Bot",
        }
    }
}

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: u64,
    pub(crate) kind: AccountKind,
    pub(crate) login: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) made: u64,
}

impl Account {
    /// Name and address that stand in commits made on the web.
    pub(crate) fn signature(&self) -> (String, String) {
        let name = self.name.clone().unwrap_or_else(|| self.login.clone());
        let email = self.email.clone();
        (name, email.unwrap_or_else(|| format!("{}+{}@users.noreply.github.com", self.id, self.login)))
    }
}
