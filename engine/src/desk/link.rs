//! Strangers and links: an account that is nobody's gets one refusal a day and nothing else, unless it sends a valid code.

use super::DeskService;
use super::hear::Case;
use super::hear::Response;
use super::reply::Reply;
use crate::fresh;
use crate::store::Redeemed;
use signalbox_core::audit::{Deed, Kind, Who, named};
use signalbox_core::command::{Command, LinkCode, parse};
use signalbox_core::desk::{Heard, Privacy, Said};
use signalbox_core::port::Refusal;
use signalbox_core::sheet::quoted;

const DAY: i64 = 24 * 3600 * 1000;

impl DeskService {
    pub(super) async fn respond_to_stranger(&self, heard: &Heard) -> Result<Response, Refusal> {
        match code_in(heard) {
            Meant::Nothing => Ok(Response::Nothing),
            Meant::Something => self.turn_away(heard).await,
            Meant::Link(code) => self.link_stranger(heard, &code).await,
            Meant::Aloud(code) => match self.void(&code).await? {
                Some(void) => Ok(void),
                None => self.turn_away(heard).await,
            },
        }
    }

    async fn link_stranger(&self, heard: &Heard, code: &LinkCode) -> Result<Response, Refusal> {
        let store = self.parts.store.noting(of_stranger(heard, Kind::IdentityLinked));
        match store.redeem_link_code(code.expose(), &heard.sender, fresh::now()).await? {
            Redeemed::Linked(user) => {
                tracing::info!(user = %user, platform = heard.sender.platform, "an account is linked to {user}");
                let name = self.parts.store.actor(&user).await?.map(|actor| actor.name).unwrap_or_default();
                let reply =
                    Reply::new().line(&format!("Welcome, {}: this account is linked to you now.", quoted(&name)));
                Ok(Response::say(reply.line("Write what you want done, or `/help`.")))
            }
            // Guessing is answered like anything else that a stranger says.
            Redeemed::Unknown | Redeemed::Taken(_) => self.turn_away(heard).await,
        }
    }

    async fn turn_away(&self, heard: &Heard) -> Result<Response, Refusal> {
        let day = fresh::now().millis() / DAY;
        if !self.parts.store.turn_away(&heard.sender, day).await? {
            return Ok(Response::Nothing);
        }
        tracing::info!(platform = heard.sender.platform, "an account that is linked to nobody was turned away");
        self.parts.store.enter(of_stranger(heard, Kind::SenderRefused)).await?;
        Ok(Response::note(
            "I do not know you. Ask the hub's admin for a link code, and send me `/link CODE` in a private chat.",
        ))
    }

    /// A code that others have read may be used by any of them first: it is worth nothing from now on. Nothing is said of
    /// what was no code.
    async fn void(&self, code: &LinkCode) -> Result<Option<Response>, Refusal> {
        let void = self.parts.store.void_link_code(code.expose()).await?;
        Ok(void.then(|| {
            Response::note(
                "Others can read that code here, so it is worth nothing any more. Ask for a new one, and send me \
                 `/link CODE` in a private chat.",
            )
        }))
    }

    /// A code sent by somebody whose account is linked already.
    pub(super) async fn link_again(&self, case: &Case<'_>, code: &LinkCode) -> Result<Response, Refusal> {
        if !is_confidential(case.heard)
            && let Some(void) = self.void(code).await?
        {
            return Ok(void);
        }
        match self.parts.store.redeem_link_code(code.expose(), &case.heard.sender, fresh::now()).await? {
            Redeemed::Unknown => Ok(Response::note("That code is not valid (any more). Ask for a new one.")),
            Redeemed::Linked(_) | Redeemed::Taken(_) => {
                Ok(Response::note(format!("This account is linked to `{}` already.", quoted(&case.actor.name))))
            }
        }
    }
}

/// Something that somebody does there whom we do not know, or did not until now.
fn of_stranger(heard: &Heard, kind: Kind) -> Deed {
    let account = format!("{}:{}", heard.sender.platform, heard.sender.account);
    let deed = Deed::by(Who::stranger(&heard.sender), kind, named("account", &account), fresh::now());
    deed.from(&heard.place)
}

/// What a stranger said, as far as it matters.
enum Meant {
    /// It was not for us.
    Nothing,
    /// It was.
    Something,
    /// A code, said where nobody else reads it.
    Link(LinkCode),
    /// A code, said where others read it.
    Aloud(LinkCode),
}

fn code_in(heard: &Heard) -> Meant {
    let command = match &heard.what {
        Said::Words { text, .. } => parse(text, &heard.manner),
        Said::Form { verb, fields } => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            Command::from_fields(*verb, &fields, &heard.manner).map(Some)
        }
        Said::Pressed { .. } | Said::Chosen { .. } | Said::Filled { .. } => return Meant::Something,
    };
    match command {
        Ok(Some(Command::LinkAccount { code })) if is_confidential(heard) => Meant::Link(code),
        Ok(Some(Command::LinkAccount { code })) => Meant::Aloud(code),
        Ok(None) => Meant::Nothing,
        Ok(Some(_)) | Err(_) => Meant::Something,
    }
}

/// A form's fields are seen by nobody else; words are only in a private chat. Anybody in a group could
/// take the code.
fn is_confidential(heard: &Heard) -> bool {
    heard.privacy == Privacy::Private || matches!(heard.what, Said::Form { .. })
}
