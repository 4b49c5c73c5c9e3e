//! Accounts: how people and their programs show who they are, and what they do with their own accounts.
//!
//! What it guarantees: passwords and tokens are kept as hashes only; a name that nobody has costs the same time as one that
//! somebody has, and gets the same answer; attempts are counted before they are looked at; a code of a second factor counts once;
//! what is taken away (a session, a token, an account, a right) is gone with the next request, for each is looked up anew.

mod access;
mod arrive;
mod confirm;
mod depart;
mod exchange;
mod factor;
mod give_code;
mod invite;
mod linked;
mod own;
mod password;
mod personal;
mod session;
mod sign_in;
mod throttle;
mod token;
mod totp;

use crate::fresh;
use crate::hub::judged;
use crate::parts::Parts;
use access::AccessKey;
use async_trait::async_trait;
use password::Passwords;
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{
    Accounts, Arrived, Caller, ChangePassword, ConfirmFactor, Denied, Departure, Exchange, GivenAnswer, Invitation,
    Known, MadeToken, MakeToken, Me, NewFactor, OfTheirOwn, Peer, ProveFactor, ProviderButton, RecoveryCodes,
    Repeatable, Return, SessionReport, SignIn, SignedIn, ToComeIn, TokenPair, TokenReport, Visit, Welcome,
};
use signalbox_core::audit::{Deed, Kind, Who};
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::port::{NewLinkCode, Refusal};
use signalbox_core::tool::hex;
use std::sync::Arc;
use throttle::Throttle;
use tokio::sync::OnceCell;

/// Under which scope and name the key of access tokens is sealed.
const ACCESS_KEY: (&str, &str) = ("hub", "access-tokens");

/// The engine's accounts.
pub(crate) struct AccountService {
    parts: Arc<Parts>,
    passwords: Passwords,
    throttle: Throttle,
    access: OnceCell<AccessKey>,
}

impl AccountService {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        Self { parts, passwords: Passwords::default(), throttle: Throttle::default(), access: OnceCell::new() }
    }

    /// The key of access tokens: the same on every node, made when it is first needed.
    async fn access_key(&self) -> Result<&AccessKey, Refusal> {
        let load = || async {
            let (scope, name) = ACCESS_KEY;
            let new = SecretString::from(hex(&rand::random::<[u8; 32]>()));
            let kept = self.parts.store.secret_or(scope, name, &new).await?;
            Ok(AccessKey::new(kept.expose_secret().as_bytes()))
        };
        self.access.get_or_try_init(load).await
    }

    /// Enters something in the audit log that changes nothing else.
    async fn enter(&self, deed: Deed) -> Result<(), Refusal> {
        Ok(self.parts.store.enter(deed).await?)
    }
}

/// Something that is done from there.
fn from_there(who: Who, kind: Kind, object: String, peer: &Peer) -> Deed {
    let deed = Deed::by(who, kind, object, fresh::now()).from(peer.address);
    deed.with_some("device", peer.device.as_deref())
}

/// Something that a caller does with their own account.
fn own_deed(caller: &Caller, kind: Kind, peer: Option<&Peer>) -> Deed {
    let deed = Deed::of(&caller.actor, kind, format!("user:{}", caller.actor.name), fresh::now());
    deed.with_some("device", peer.and_then(|peer| peer.device.as_deref()))
}

#[async_trait]
impl Accounts for AccountService {
    async fn sign_in(&self, peer: &Peer, attempt: SignIn) -> Result<SignedIn, Denied> {
        sign_in::sign_in(self, peer, attempt).await
    }

    async fn welcome(&self, peer: &Peer, welcome: Welcome) -> Result<SignedIn, Denied> {
        invite::welcome(self, peer, welcome).await
    }

    fn providers(&self) -> Vec<ProviderButton> {
        linked::providers(self)
    }

    async fn depart(&self, peer: &Peer, visit: Visit<ToComeIn>) -> Result<Departure, Denied> {
        depart::depart(self, peer, visit).await
    }

    async fn depart_as(
        &self,
        caller: &Caller,
        peer: &Peer,
        visit: Visit<OfTheirOwn>,
        proof: ProveFactor,
    ) -> Result<Departure, Denied> {
        depart::depart_as(self, caller, peer, visit, &proof).await
    }

    async fn arrive(&self, peer: &Peer, caller: Option<&Caller>, back: Return) -> Result<Arrived, Denied> {
        arrive::arrive(self, peer, caller, back).await
    }

    async fn give_code(&self, peer: &Peer, ticket: &SecretString, code: &SecretString) -> Result<Arrived, Denied> {
        give_code::give_code(self, peer, ticket, code).await
    }

    async fn unlink_provider(
        &self,
        caller: &Caller,
        peer: &Peer,
        provider: &str,
        proof: ProveFactor,
    ) -> Result<(), Denied> {
        linked::unlink(self, caller, peer, provider, &proof).await
    }

    async fn by_session(&self, token: &str) -> Result<Option<Caller>, Refusal> {
        session::find(self, token).await
    }

    async fn by_bearer(&self, token: &str) -> Result<Option<Caller>, Refusal> {
        match token.starts_with(token::TokenKind::Personal.prefix()) {
            true => personal::find(self, token).await,
            false => exchange::find(self, token).await,
        }
    }

    async fn exchange(&self, peer: &Peer, exchange: Exchange) -> Result<TokenPair, Denied> {
        exchange::exchange(self, peer, exchange).await
    }

    async fn begin_request(&self, request: &Repeatable) -> Result<Known, Refusal> {
        Ok(self.parts.store.begin_request(request, fresh::now()).await?)
    }

    async fn settle_request(&self, request: &Repeatable, answer: Option<&GivenAnswer>) -> Result<(), Refusal> {
        Ok(self.parts.store.settle_request(request, answer).await?)
    }

    async fn sign_out(&self, caller: &Caller) -> Result<(), Refusal> {
        session::sign_out(self, caller).await
    }

    async fn me(&self, caller: &Caller) -> Result<Me, Refusal> {
        own::me(self, caller).await
    }

    async fn change_password(&self, caller: &Caller, peer: &Peer, change: ChangePassword) -> Result<(), Denied> {
        own::change_password(self, caller, peer, change).await
    }

    async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionReport>, Refusal> {
        session::list(self, caller).await
    }

    async fn end_session(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        session::end(self, caller, id).await
    }

    async fn end_other_sessions(&self, caller: &Caller) -> Result<(), Refusal> {
        session::end_others(self, caller).await
    }

    async fn begin_factor(&self, caller: &Caller, peer: &Peer, proof: ProveFactor) -> Result<NewFactor, Denied> {
        factor::begin(self, caller, peer, proof).await
    }

    async fn confirm_factor(
        &self,
        caller: &Caller,
        peer: &Peer,
        confirm: ConfirmFactor,
    ) -> Result<RecoveryCodes, Denied> {
        factor::confirm(self, caller, peer, confirm).await
    }

    async fn remove_factor(&self, caller: &Caller, peer: &Peer, proof: ProveFactor) -> Result<(), Denied> {
        factor::remove(self, caller, peer, proof).await
    }

    async fn make_token(&self, caller: &Caller, peer: &Peer, request: MakeToken) -> Result<MadeToken, Denied> {
        personal::make(self, caller, peer, request).await
    }

    async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenReport>, Refusal> {
        Ok(self.parts.store.tokens_of(&caller.actor.user).await?)
    }

    async fn revoke_token(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        personal::revoke(self, caller, id).await
    }

    async fn own_link_code(&self, caller: &Caller) -> Result<NewLinkCode, Refusal> {
        own::link_code(self, caller).await
    }

    async fn invite(&self, actor: &Actor, person: &str) -> Result<Invitation, Refusal> {
        judged(&self.parts, actor, ("user.invite", "user", person), invite::invite(self, actor, person)).await
    }

    async fn first_code(&self) -> Result<Option<Invitation>, Refusal> {
        invite::first_code(self).await
    }

    async fn note_refusal(&self, caller: &Caller, peer: &Peer, what: &str) -> Result<(), Refusal> {
        self.enter(Deed { object: what.to_owned(), ..own_deed(caller, Kind::RequestRefused, Some(peer)) }).await
    }
}

/// The operator is whoever may use the hub's own socket, and has nothing to sign in with.
fn not_the_operator(user: &UserId) -> Result<(), Refusal> {
    match user.as_str() {
        "operator" => Err(Refusal::Invalid(
            "the operator is whoever may use the hub's own socket, and has nothing to sign in with; add a person of your \
             own (`signalbox user add NAME --admin`) and invite them (`signalbox user invite NAME`)"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}
