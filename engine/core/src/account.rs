//! Accounts: how people and their programs show who they are.
//!
//! [`Accounts`] is what the web side asks of the engine. It learns from an answer only what whoever asks may learn: a wrong
//! name, a wrong password and a wrong code are one answer, [`Denied::Wrong`].

mod me;
mod provider;
mod repeat;
mod scope;
mod sign_in;
mod token;

pub use me::{ChangePassword, ConfirmFactor, Me, NewFactor, ProveFactor, RecoveryCodes, SessionKind, SessionReport};
pub use provider::{Arrived, Departure, LinkedProvider, OfTheirOwn, ProviderButton, Return, ToComeIn, Visit};
pub use repeat::{GivenAnswer, Known, Repeatable};
pub use scope::{Scope, Scopes};
pub use sign_in::{Caller, Denied, Invitation, Peer, Proof, SignIn, SignedIn, Welcome};
pub use token::{Exchange, MadeToken, MakeToken, TokenPair, TokenReport};

use crate::people::Actor;
use crate::port::{NewLinkCode, Refusal};
use async_trait::async_trait;
use secrecy::SecretString;

/// How people sign in, and what they do with their own accounts. A hub that keeps no accounts knows nobody and refuses it all.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Opens a session for a name, a password and, where the account has one, a second factor's code.
    async fn sign_in(&self, _: &Peer, _: SignIn) -> Result<SignedIn, Denied> {
        Err(not_here().into())
    }
    /// Uses a one-time code up: an invitation sets its person's password, the first admin's makes them. Either signs in.
    async fn welcome(&self, _: &Peer, _: Welcome) -> Result<SignedIn, Denied> {
        Err(not_here().into())
    }
    /// The providers by which people may sign in.
    fn providers(&self) -> Vec<ProviderButton> {
        Vec::new()
    }
    /// Sends somebody to a provider whom we do not know yet.
    async fn depart(&self, _: &Peer, _: Visit<ToComeIn>) -> Result<Departure, Denied> {
        Err(not_here().into())
    }
    /// Sends the caller to a provider. To link an account there they show once more who they are.
    async fn depart_as(&self, _: &Caller, _: &Peer, _: Visit<OfTheirOwn>, _: ProveFactor) -> Result<Departure, Denied> {
        Err(not_here().into())
    }
    /// Takes in whoever a provider has sent back; each visit ends with it.
    async fn arrive(&self, _: &Peer, _: Option<&Caller>, _: Return) -> Result<Arrived, Denied> {
        Err(not_here().into())
    }
    /// Opens a session for somebody who was sent back, by a code of their second factor.
    async fn give_code(&self, _: &Peer, _: &SecretString, _: &SecretString) -> Result<Arrived, Denied> {
        Err(not_here().into())
    }
    /// Makes the caller's account at a provider worth nothing here, unless they could not sign in any more.
    async fn unlink_provider(&self, _: &Caller, _: &Peer, _: &str, _: ProveFactor) -> Result<(), Denied> {
        Err(not_here().into())
    }
    /// Whose session this is, as long as it lives.
    async fn by_session(&self, _: &str) -> Result<Option<Caller>, Refusal> {
        Ok(None)
    }
    /// Whose personal or access token this is, as long as it is good.
    async fn by_bearer(&self, _: &str) -> Result<Option<Caller>, Refusal> {
        Ok(None)
    }
    /// Gives a program an access token and a refresh token.
    async fn exchange(&self, _: &Peer, _: Exchange) -> Result<TokenPair, Denied> {
        Err(not_here().into())
    }
    /// Ends what the caller has signed in with.
    async fn sign_out(&self, _: &Caller) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// The caller, as they see themselves.
    async fn me(&self, _: &Caller) -> Result<Me, Refusal> {
        Err(not_here())
    }
    /// Sets the caller's password. Every other session of theirs ends.
    async fn change_password(&self, _: &Caller, _: &Peer, _: ChangePassword) -> Result<(), Denied> {
        Err(not_here().into())
    }
    /// Where the caller is signed in, the latest first.
    async fn sessions(&self, _: &Caller) -> Result<Vec<SessionReport>, Refusal> {
        Err(not_here())
    }
    /// Ends one of the caller's sessions.
    async fn end_session(&self, _: &Caller, _: &str) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// Ends all of the caller's sessions but the one that they ask by.
    async fn end_other_sessions(&self, _: &Caller) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// Makes a secret for an authenticator app; it counts from [`Accounts::confirm_factor`] on.
    async fn begin_factor(&self, _: &Caller, _: &Peer, _: ProveFactor) -> Result<NewFactor, Denied> {
        Err(not_here().into())
    }
    /// Puts the second factor in force, by a code of it.
    async fn confirm_factor(&self, _: &Caller, _: &Peer, _: ConfirmFactor) -> Result<RecoveryCodes, Denied> {
        Err(not_here().into())
    }
    /// Takes the second factor away.
    async fn remove_factor(&self, _: &Caller, _: &Peer, _: ProveFactor) -> Result<(), Denied> {
        Err(not_here().into())
    }
    /// Makes a personal token.
    async fn make_token(&self, _: &Caller, _: &Peer, _: MakeToken) -> Result<MadeToken, Denied> {
        Err(not_here().into())
    }
    /// The caller's personal tokens, by name.
    async fn tokens(&self, _: &Caller) -> Result<Vec<TokenReport>, Refusal> {
        Err(not_here())
    }
    /// Makes one of the caller's personal tokens worth nothing.
    async fn revoke_token(&self, _: &Caller, _: &str) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// A code by which the caller links an account elsewhere to theirs.
    async fn own_link_code(&self, _: &Caller) -> Result<NewLinkCode, Refusal> {
        Err(not_here())
    }
    /// Makes a one-time code by which a person sets a password; an admin's business.
    async fn invite(&self, _: &Actor, _: &str) -> Result<Invitation, Refusal> {
        Err(not_here())
    }
    /// A one-time code that makes the first admin; none where an admin can sign in already.
    async fn first_code(&self) -> Result<Option<Invitation>, Refusal> {
        Ok(None)
    }
    /// Begins a request that carries a key, or says what is known of it.
    async fn begin_request(&self, _: &Repeatable) -> Result<Known, Refusal> {
        Err(not_here())
    }
    /// Keeps what was answered to it; without an answer it is forgotten, and can be sent again.
    async fn settle_request(&self, _: &Repeatable, _: Option<&GivenAnswer>) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// Writes down that somebody was refused.
    async fn note_refusal(&self, _: &Caller, _: &Peer, _: &str) -> Result<(), Refusal> {
        Err(not_here())
    }
}

fn not_here() -> Refusal {
    Refusal::Unavailable("nobody has an account on this hub".to_owned())
}
