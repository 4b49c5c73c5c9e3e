//! The way back from a provider. What is brought counts in the browser that went, for the visit that it went for, once; what the
//! provider says of the person is judged by [`crate::openid`]; and who they are here is whoever has linked that account, never
//! somebody with the same address.

use super::depart::{go_on, known, stays_itself, unwell};
use super::sign_in::{By, begin, open};
use super::token::{TokenKind, hash_shown};
use super::{AccountService, from_there, invite, own_deed};
use crate::fresh;
use crate::openid::{Coming, Identified, Provider, SecondFactor, VisitSecrets};
use crate::store::{Acceptance, Linking, VisitPurpose, Visited, WayIn};
use secrecy::ExposeSecret as _;
use signalbox_core::account::{Arrived, Caller, Denied, Peer, Proof, Return};
use signalbox_core::audit::{Kind, Who};
use signalbox_core::people::{Actor, Identity};
use signalbox_core::port::Refusal;

/// A day, in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;
/// By how much of their names strangers are told apart, in characters.
const COUNTED: usize = 190;

/// Why somebody who came back is not let in.
enum Lost {
    /// What they brought is wrong: in one word for the audit log, and in words for them.
    Wrong(&'static str, String),
    /// They are who they say, and nobody here.
    Stranger(Identity),
    /// Nothing was wrong with what they brought.
    Denied(Denied),
}

impl From<Denied> for Lost {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<Refusal> for Lost {
    fn from(refusal: Refusal) -> Self {
        Self::Denied(refusal.into())
    }
}

fn wrong<T>(word: &'static str, said: String) -> Result<T, Lost> {
    Err(Lost::Wrong(word, said))
}

/// Somebody who is back.
struct Visitor<'a> {
    service: &'a AccountService,
    peer: &'a Peer,
    caller: Option<&'a Caller>,
    provider: &'a Provider,
}

pub(super) async fn arrive(
    service: &AccountService,
    peer: &Peer,
    caller: Option<&Caller>,
    back: Return,
) -> Result<Arrived, Denied> {
    let provider = known(service, &back.provider)?;
    let attempt = begin(service, peer, &counted_as(peer, &back)).await?;
    let visitor = Visitor { service, peer, caller, provider };
    match visitor.taken_in(&back).await {
        Ok(arrived) => {
            service.throttle.right(attempt);
            Ok(arrived)
        }
        Err(Lost::Wrong(word, said)) => {
            visitor.note(word).await?;
            Err(Refusal::Forbidden(said).into())
        }
        Err(Lost::Stranger(account)) => {
            // Nothing was guessed: those who share an address with many strangers are not kept waiting for them.
            service.throttle.undecided(&attempt);
            visitor.note_stranger(&account).await?;
            Err(Refusal::Forbidden(visitor.stranger()).into())
        }
        Err(Lost::Denied(denied)) => {
            service.throttle.undecided(&attempt);
            Err(denied)
        }
    }
}

/// What is wrong is counted by address: a ticket is one visit's, and who has none may not keep others there from coming back.
fn counted_as(peer: &Peer, back: &Return) -> String {
    let ticket = back.ticket.as_ref().and_then(|ticket| hash_shown(TokenKind::Visit, ticket.expose_secret()));
    ticket.unwrap_or_else(|| format!("visit:{}", peer.address))
}

impl Visitor<'_> {
    fn name(&self) -> &str {
        &self.provider.settings().name
    }

    fn label(&self) -> &str {
        &self.provider.settings().label
    }

    async fn note(&self, word: &'static str) -> Result<(), Refusal> {
        let refused = match self.caller {
            Some(caller) => own_deed(caller, Kind::ProofRefused, Some(self.peer)).with("provider", self.name()),
            None => {
                let object = format!("provider:{}", self.name());
                from_there(Who::Anonymous, Kind::SessionRefused, object, self.peer)
            }
        };
        self.service.enter(refused.with("wrong", word)).await
    }

    /// Once a day, for whoever has an account there can come again and again.
    async fn note_stranger(&self, account: &Identity) -> Result<(), Refusal> {
        let counted = Identity { account: account.account.chars().take(COUNTED).collect(), ..account.clone() };
        if !self.service.parts.store.turn_away(&counted, fresh::now().millis() / DAY).await? {
            return Ok(());
        }
        let object = format!("provider:{}", self.name());
        let refused = from_there(Who::stranger(account), Kind::SenderRefused, object, self.peer);
        self.service.enter(refused.with("account", format!("{}:{}", account.platform, account.account))).await
    }

    async fn taken_in(&self, back: &Return) -> Result<Arrived, Lost> {
        let (visit, secrets) = self.visit(back).await?;
        let from_here = self.provider.is_from_here(back.issuer.as_deref()).await;
        if !from_here.map_err(|fault| unwell(self.provider, &fault))? {
            return wrong("issuer", format!("what you brought back is not from {}; begin again", self.label()));
        }
        self.is_still_there(&visit)?;
        let identified = self.identified(back, &visit, &secrets).await?;
        let account = Identity::at_provider(self.name(), &identified.subject);
        match visit.purpose {
            VisitPurpose::SignIn { next } => self.sign_in(account, identified, next).await,
            VisitPurpose::Welcome { code_hash, name } => self.welcome(account, identified, (code_hash, name)).await,
            VisitPurpose::Link { .. } => self.link(account).await,
            VisitPurpose::Confirm { session } => self.confirm(&account, &session).await,
            VisitPurpose::GiveCode { .. } => unbegun(),
        }
    }

    /// The visit that this browser went for, which ends with it.
    async fn visit(&self, back: &Return) -> Result<(Visited, VisitSecrets), Lost> {
        let store = &self.service.parts.store;
        let Some(ticket) = &back.ticket else { return unbegun() };
        let Some(hash) = hash_shown(TokenKind::Visit, ticket.expose_secret()) else { return unbegun() };
        let visit = store.visit(&hash, fresh::now()).await.map_err(Refusal::from)?;
        let Some(visit) = visit.filter(|visit| visit.provider == back.provider) else { return unbegun() };
        let secrets = VisitSecrets::of(ticket, &visit.salt);
        let away = !matches!(visit.purpose, VisitPurpose::GiveCode { .. });
        if away && secrets.is_state(&back.state) && store.end_visit(&hash).await.map_err(Refusal::from)? {
            return Ok((visit, secrets));
        }
        unbegun()
    }

    /// Whoever went as somebody who is signed in comes back as the same, in the same session.
    fn is_still_there(&self, visit: &Visited) -> Result<(), Lost> {
        let (VisitPurpose::Link { session } | VisitPurpose::Confirm { session }) = &visit.purpose else {
            return Ok(());
        };
        let same = self.caller.is_some_and(|caller| {
            let own = matches!(&caller.proof, Proof::Session { id, .. } if id == session);
            own && Some(&caller.actor.user) == visit.user.as_ref()
        });
        if same { Ok(()) } else { wrong("session", "you are not signed in as when you went; begin again".to_owned()) }
    }

    async fn identified(&self, back: &Return, visit: &Visited, secrets: &VisitSecrets) -> Result<Identified, Lost> {
        if let Some(error) = &back.error {
            return Err(self.turned_back(error).into());
        }
        let Some(code) = &back.code else {
            return wrong("code", format!("{} sent you back with nothing", self.label()));
        };
        let asked_since = matches!(visit.purpose, VisitPurpose::Confirm { .. }).then_some(visit.at);
        let coming = Coming { secrets, redirect: &visit.redirect, code, asked_since };
        let identified = match self.provider.identify(&coming).await {
            Ok(identified) => identified,
            Err(fault) if fault.is_theirs() => return Err(unwell(self.provider, &fault).into()),
            Err(fault) => {
                tracing::warn!(provider = self.name(), %fault, "somebody from {} is not believed", self.name());
                return wrong(
                    fault.word(),
                    format!("what {} says of you cannot be believed; begin again", self.label()),
                );
            }
        };
        stays_itself(self.service, self.provider).await?;
        Ok(identified)
    }

    /// There is no code. What a provider writes about it is not repeated: anybody could have written it.
    fn turned_back(&self, error: &str) -> Refusal {
        let label = self.label();
        match error {
            "access_denied" | "login_required" | "interaction_required" | "consent_required" => {
                Refusal::Forbidden(format!("you have not signed in at {label}; nothing has changed here"))
            }
            _ => {
                let error: String = error.chars().filter(char::is_ascii_graphic).take(40).collect();
                tracing::warn!(provider = self.name(), error, "the provider {} turned somebody back", self.name());
                Refusal::Unavailable(format!("{label} could not sign you in; try again, or tell an admin"))
            }
        }
    }

    async fn sign_in(&self, account: Identity, identified: Identified, next: String) -> Result<Arrived, Lost> {
        let store = &self.service.parts.store;
        let actor = store.actor_by_identity(&account).await.map_err(Refusal::from)?;
        // The operator is whoever may use the hub's own socket, and nobody from elsewhere.
        let Some(actor) = actor.filter(|actor| actor.user.as_str() != "operator") else {
            return Err(Lost::Stranger(account));
        };
        if self.provider.settings().second_factor == SecondFactor::Ours && self.has_factor(&actor).await? {
            let purpose = VisitPurpose::GiveCode { next, shown_at: identified.shown_at };
            let ticket = go_on(self.service, self.peer, self.provider, (actor.user, purpose)).await?;
            return Ok(Arrived::CodeNeeded { ticket });
        }
        self.open(&actor, identified, next).await
    }

    fn stranger(&self) -> String {
        format!(
            "your account at {0} is linked to nobody here. If you have an account here, sign in as you did until now and link \
             {0} under My account; otherwise ask an admin of this hub for an invitation",
            self.label()
        )
    }

    async fn has_factor(&self, actor: &Actor) -> Result<bool, Refusal> {
        let known = self.service.parts.store.credentials(&actor.name).await?;
        Ok(known.is_some_and(|known| known.second_factor))
    }

    async fn open(&self, actor: &Actor, identified: Identified, next: String) -> Result<Arrived, Lost> {
        let by = By::Provider(self.name(), identified.shown_at);
        let session = open(self.service, self.peer, actor, by).await?;
        Ok(Arrived::SignedIn { session, next })
    }

    async fn welcome(
        &self,
        account: Identity,
        identified: Identified,
        (code_hash, name): (String, Option<String>),
    ) -> Result<Arrived, Lost> {
        let (invited, name) = invite::judge(self.service, self.peer, &code_hash, name).await?;
        let owner = self.service.parts.store.actor_by_identity(&account).await.map_err(Refusal::from)?;
        if owner.is_some_and(|owner| owner.name != name) {
            return Err(taken(self.label()).into());
        }
        let acceptance = Acceptance { code_hash, invited, name, by: WayIn::Account(account), at: fresh::now() };
        let actor = invite::accept(self.service, self.peer, acceptance).await?;
        self.open(&actor, identified, "/".to_owned()).await
    }

    async fn link(&self, account: Identity) -> Result<Arrived, Lost> {
        let Some(caller) = self.caller else { return unbegun() };
        let linked = own_deed(caller, Kind::IdentityLinked, Some(self.peer));
        let linked = linked.with("account", format!("{}:{}", account.platform, account.account));
        let store = self.service.parts.store.noting(linked);
        let label = self.label();
        match store.link_provider(&caller.actor.user, &account, fresh::now()).await.map_err(Refusal::from)? {
            Linking::Linked => Ok(Arrived::Linked),
            Linking::Before => {
                Err(Refusal::Conflict(format!("an account at {label} is linked to yours already; unlink it first"))
                    .into())
            }
            Linking::Taken => Err(taken(label).into()),
        }
    }

    async fn confirm(&self, account: &Identity, session: &str) -> Result<Arrived, Lost> {
        let store = &self.service.parts.store;
        let owner = store.actor_by_identity(account).await.map_err(Refusal::from)?.map(|owner| owner.user);
        if owner.is_none() || owner.as_ref() != self.caller.map(|caller| &caller.actor.user) {
            return wrong("another person", format!("that is not your account at {}", self.label()));
        }
        store.session_confirmed(session, fresh::now()).await.map_err(Refusal::from)?;
        Ok(Arrived::Confirmed)
    }
}

fn unbegun<T>() -> Result<T, Lost> {
    let words = "this was not begun in this browser, took more than ten minutes, or is done already; begin again";
    wrong("visit", words.to_owned())
}

/// An account at a provider is somebody else's.
fn taken(label: &str) -> Refusal {
    Refusal::Conflict(format!("this account at {label} is linked to somebody else here"))
}
