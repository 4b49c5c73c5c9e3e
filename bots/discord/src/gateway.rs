//! The connection to the gateway: resumed where that is possible, made anew where it is not, with growing pauses. There is
//! no falling back to an address that was not given.

use crate::discord::Shared;
use crate::hear::Me;
use crate::intake::Intake;
use crate::session::Session;
use futures::{FutureExt as _, StreamExt as _};
use secrecy::ExposeSecret as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use twilight_gateway::error::ReceiveMessageErrorType;
use twilight_gateway::{CloseFrame, ConfigBuilder, Intents, Message, Shard, ShardId};

/// How many events may wait to be stored.
const BACKLOG: usize = 1024;
/// After so many faults in a row the connection is made from scratch.
const FAULTS: u32 = 4;
/// A connection that lived so long was a sound one.
const SOUND: Duration = Duration::from_secs(30);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(60);
/// The pause after a refusal: a session may be begun a thousand times a day.
const REFUSED: Duration = Duration::from_secs(120);

/// The close code for intents that the application may not have.
const DISALLOWED: u16 = 4014;
/// The close code for a wrong token.
const WRONG_TOKEN: u16 = 4004;

/// How a connection ended.
enum Ended {
    Stopped,
    Lost,
    Refused(Option<u16>),
}

/// Listens until `stop`.
pub(crate) async fn listen(shared: &Arc<Shared>, me: Me, stop: &CancellationToken) {
    let mut intents = Intents::GUILDS | Intents::GUILD_MESSAGES | Intents::DIRECT_MESSAGES | Intents::MESSAGE_CONTENT;
    let mut pause = Duration::from_millis(500);
    while !stop.is_cancelled() {
        let begun = Instant::now();
        let ended = connect(shared, me, intents, stop).await;
        if begun.elapsed() > SOUND {
            pause = Duration::from_millis(500);
        }
        match ended {
            Ended::Stopped => return,
            Ended::Lost => {}
            Ended::Refused(Some(DISALLOWED)) if intents.contains(Intents::MESSAGE_CONTENT) => {
                tracing::warn!(
                    "Discord does not let the bot read messages: switch on the Message Content Intent in the developer \
                     portal (Bot, Privileged Gateway Intents) and start again. Until then only mentions, direct \
                     messages and commands are heard"
                );
                intents.remove(Intents::MESSAGE_CONTENT);
                continue;
            }
            Ended::Refused(code) => {
                let why =
                    if code == Some(WRONG_TOKEN) { "the token is wrong" } else { "it gave no reason that we know" };
                tracing::error!(code, "the gateway refuses the bot: {why}");
                pause = REFUSED;
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST),
        }
    }
}

async fn connect(shared: &Arc<Shared>, me: Me, intents: Intents, stop: &CancellationToken) -> Ended {
    let address = match &shared.gateway {
        Some(address) => address.clone(),
        None => match shared.rest.gateway().await {
            Ok(address) => address,
            Err(error) => {
                tracing::warn!(error = %error, "the gateway's address is not to be had");
                return Ended::Lost;
            }
        },
    };
    let session = match Session::recall(shared.desk.as_ref(), &me.source()).await {
        Ok(session) => session,
        Err(refusal) => {
            tracing::warn!(error = %refusal, "how far the gateway was read is not to be had");
            return Ended::Lost;
        }
    };
    let token = shared.token.expose_secret().to_owned();
    let mut config = ConfigBuilder::new(token, intents).proxy_url(address);
    if let Some((session, url)) = session.resumable() {
        config = config.session(session).resume_url(url);
    }
    let mut shard = Shard::with_config(ShardId::ONE, config.build());
    let (sender, mut receiver) = mpsc::channel(BACKLOG);
    let intake = Intake::new(shared.clone(), me, session);
    let (ended, session) = tokio::join!(pump(&mut shard, sender, stop), intake.take_all(&mut receiver, stop));
    if let Ended::Refused(_) = ended {
        // It cannot be resumed either.
        let fresh = Session { id: None, ..session };
        let _ = fresh.note(shared.desk.as_ref(), &me.source()).await;
    }
    ended
}

/// Carries events from the connection to the intake, as fast as they are stored.
async fn pump(shard: &mut Shard, events: mpsc::Sender<String>, stop: &CancellationToken) -> Ended {
    let (mut faults, mut last_close, mut opened) = (0, None, Instant::now());
    loop {
        let next = tokio::select! {
            () = stop.cancelled() => {
                leave(shard);
                return Ended::Stopped;
            }
            next = shard.next() => next,
        };
        match next {
            None => return Ended::Refused(last_close),
            Some(Ok(Message::Text(text))) => {
                let sent = tokio::select! {
                    sent = events.send(text) => sent,
                    () = stop.cancelled() => continue,
                };
                if sent.is_err() {
                    return Ended::Lost;
                }
            }
            Some(Ok(Message::Close(frame))) => {
                last_close = frame.map(|frame| frame.code);
                tracing::info!(code = last_close, "the gateway closed the connection");
                faults = if opened.elapsed() > SOUND { 1 } else { faults + 1 };
                opened = Instant::now();
            }
            Some(Err(error)) if matches!(error.kind(), ReceiveMessageErrorType::Reconnect) => {
                tracing::warn!("the gateway cannot be reached");
                faults += 1;
            }
            // The error's text holds the event.
            Some(Err(_)) => tracing::warn!("an event of the gateway could not be read"),
        }
        if faults >= FAULTS && !shard.state().is_identified() {
            match last_close {
                Some(code) if shard.state() == twilight_gateway::ShardState::FatallyClosed => {
                    return Ended::Refused(Some(code));
                }
                _ => return Ended::Lost,
            }
        }
    }
}

/// Says good-bye in a way that lets the next process resume the session.
fn leave(shard: &mut Shard) {
    shard.close(CloseFrame::RESUME);
    // Once is enough to say it; to be asked again would have it connect anew.
    let _ = shard.next().now_or_never();
}
