//! Accounts: how people and their programs show who they are.
//!
//! [`Accounts`] is what the web side asks of the engine. It learns from an answer only what whoever asks may learn: a wrong
//! name, a wrong password and a wrong code are one answer, [`Denied::Wrong`].

mod me;
mod scope;
mod sign_in;
mod token;

pub use me::{ChangePassword, ConfirmFactor, Me, NewFactor, ProveFactor, RecoveryCodes, SessionKind, SessionReport};
pub use scope::{Scope, Scopes};
pub use sign_in::{Caller, Denied, Invitation, Peer, Proof, SignIn, SignedIn, Welcome};
pub use token::{Exchange, MadeToken, MakeToken, TokenPair, TokenReport};

use crate::people::Actor;
use crate::port::{NewLinkCode, Refusal};
use async_trait::async_trait;

/// How people sign in, and what they do with their own accounts.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Opens a session for a name, a password and, where the account has one, a second factor's code.
    async fn sign_in(&self, peer: &Peer, attempt: SignIn) -> Result<SignedIn, Denied>;
    /// Uses a one-time code up: an invitation sets its person's password, the first admin's makes them. Either signs in.
    async fn welcome(&self, peer: &Peer, welcome: Welcome) -> Result<SignedIn, Denied>;
    /// Whose session this is, as long as it lives.
    async fn by_session(&self, token: &str) -> Result<Option<Caller>, Refusal>;
    /// Whose personal or access token this is, as long as it is good.
    async fn by_bearer(&self, token: &str) -> Result<Option<Caller>, Refusal>;
    /// Gives a program an access token and a refresh token.
    async fn exchange(&self, peer: &Peer, exchange: Exchange) -> Result<TokenPair, Denied>;
    /// Ends what the caller has signed in with.
    async fn sign_out(&self, caller: &Caller) -> Result<(), Refusal>;
    /// The caller, as they see themselves.
    async fn me(&self, caller: &Caller) -> Result<Me, Refusal>;
    /// Sets the caller's password. Every other session of theirs ends.
    async fn change_password(&self, caller: &Caller, peer: &Peer, change: ChangePassword) -> Result<(), Denied>;
    /// Where the caller is signed in, the latest first.
    async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionReport>, Refusal>;
    /// Ends one of the caller's sessions.
    async fn end_session(&self, caller: &Caller, id: &str) -> Result<(), Refusal>;
    /// Ends all of the caller's sessions but the one that they ask by.
    async fn end_other_sessions(&self, caller: &Caller) -> Result<(), Refusal>;
    /// Makes a secret for an authenticator app; it counts from [`Accounts::confirm_factor`] on.
    async fn begin_factor(&self, caller: &Caller, peer: &Peer, proof: ProveFactor) -> Result<NewFactor, Denied>;
    /// Puts the second factor in force, by a code of it.
    async fn confirm_factor(
        &self,
        caller: &Caller,
        peer: &Peer,
        confirm: ConfirmFactor,
    ) -> Result<RecoveryCodes, Denied>;
    /// Takes the second factor away.
    async fn remove_factor(&self, caller: &Caller, peer: &Peer, proof: ProveFactor) -> Result<(), Denied>;
    /// Makes a personal token.
    async fn make_token(&self, caller: &Caller, request: MakeToken) -> Result<MadeToken, Refusal>;
    /// The caller's personal tokens, by name.
    async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenReport>, Refusal>;
    /// Makes one of the caller's personal tokens worth nothing.
    async fn revoke_token(&self, caller: &Caller, id: &str) -> Result<(), Refusal>;
    /// A code by which the caller links an account elsewhere to theirs.
    async fn own_link_code(&self, caller: &Caller) -> Result<NewLinkCode, Refusal>;
    /// Makes a one-time code by which a person sets a password; an admin's business.
    async fn invite(&self, actor: &Actor, person: &str) -> Result<Invitation, Refusal>;
    /// A one-time code that makes the first admin; none where an admin can sign in already.
    async fn first_code(&self) -> Result<Option<Invitation>, Refusal>;
    /// Writes down that somebody was refused.
    async fn note_refusal(&self, caller: &Caller, peer: &Peer, what: &str) -> Result<(), Refusal>;
}
