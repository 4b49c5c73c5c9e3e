//! What the gateway tells, in its order: places are learnt, messages and interactions that may be for us are stored, and
//! only then is it noted how far we have read.

use crate::catch_up::{Unread, catch_up};
use crate::changes;
use crate::discord::Shared;
use crate::hear::{Me, may_be_for_us};
use crate::inbox::{Arrival, store};
use crate::interact::suggest;
use crate::interaction::AUTOCOMPLETE;
use crate::session::Session;
use crate::snowflake::Snowflake;
use crate::wire::{Channel, Event, Guild, Ready};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How many events are stored at once.
const BATCH: usize = 64;
/// How long it may take until every guild has told of its channels.
const TELLING: Duration = Duration::from_secs(60);
/// Events of different channels may overtake each other; so much is read again.
const OVERLAP: Duration = Duration::from_secs(120);
/// How often is noted how far we have read, while nothing is for us.
const NOTING: Duration = Duration::from_secs(2);

/// Where the gateway's events arrive.
pub(crate) struct Intake {
    shared: Arc<Shared>,
    me: Me,
    session: Session,
    newest: Option<Snowflake>,
    arrears: Option<Arrears>,
    catching_up: JoinSet<()>,
    noted: Instant,
}

/// What was said before this session and is not read yet.
struct Arrears {
    since: Snowflake,
    waiting: HashSet<Snowflake>,
    until: Instant,
}

impl Intake {
    pub(crate) fn new(shared: Arc<Shared>, me: Me, session: Session) -> Self {
        let newest = session.seen;
        let (catching_up, noted) = (JoinSet::new(), Instant::now());
        Self { shared, me, session, newest, arrears: None, catching_up, noted }
    }

    /// Takes events until there are no more. Says how far it came.
    pub(crate) async fn take_all(mut self, events: &mut mpsc::Receiver<String>, stop: &CancellationToken) -> Session {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let until = self.arrears.as_ref().map(|arrears| arrears.until);
            tokio::select! {
                taken = events.recv_many(&mut batch, BATCH) => {
                    let stored = taken > 0 && self.take(std::mem::take(&mut batch), stop).await;
                    if !stored {
                        return self.session;
                    }
                }
                Some(_) = self.catching_up.join_next() => self.settle().await,
                () = tokio::time::sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some_and(|until| until > Instant::now()) => {
                    if let Some(arrears) = &mut self.arrears {
                        arrears.waiting.clear();
                    }
                    self.settle().await;
                }
            }
        }
    }

    /// Takes some events. False if they could not be stored before the end.
    async fn take(&mut self, events: Vec<String>, stop: &CancellationToken) -> bool {
        let mut arrivals = Vec::new();
        let mut worth_noting = false;
        for text in &events {
            let Ok(event) = serde_json::from_str::<Event<'_>>(text) else { continue };
            let (Some(name), Some(data)) = (&event.t, event.d) else { continue };
            worth_noting |= name == "READY";
            self.read(name, data, &mut arrivals).await;
            self.session.sequence = event.s.unwrap_or(self.session.sequence);
        }
        worth_noting |= !arrivals.is_empty();
        if !arrivals.is_empty() && !self.keep(arrivals, stop).await {
            return false;
        }
        if self.arrears.is_none() {
            self.session.seen = self.newest;
        }
        if worth_noting || self.noted.elapsed() > NOTING {
            self.note().await;
        }
        true
    }

    async fn read(&mut self, name: &str, data: &serde_json::value::RawValue, arrivals: &mut Vec<Arrival>) {
        match name {
            "READY" => self.begin(data.get()),
            "RESUMED" => tracing::info!("the gateway's session goes on"),
            "MESSAGE_CREATE" => arrivals.extend(self.message(data)),
            "INTERACTION_CREATE" => arrivals.extend(self.interaction(data.get())),
            "GUILD_CREATE" => {
                changes::apply(&self.shared, self.me, name, data.get()).await;
                self.guild(data.get());
                self.settle().await;
            }
            _ => changes::apply(&self.shared, self.me, name, data.get()).await,
        }
    }

    /// A new session begins. What was said since the last one is to be read from the channels, once they are told of.
    fn begin(&mut self, data: &str) {
        let Ok(ready) = serde_json::from_str::<Ready>(data) else { return };
        tracing::info!(guilds = ready.guilds.len(), "connected to the gateway, in {} servers", ready.guilds.len());
        self.session.id = Some(ready.session_id);
        self.session.url = Some(ready.resume_gateway_url);
        let Some(seen) = self.session.seen else {
            self.newest = Some(now());
            return;
        };
        let since = seen.earlier(OVERLAP);
        let waiting = ready.guilds.iter().map(|guild| guild.id).collect();
        self.arrears = Some(Arrears { since, waiting, until: Instant::now() + TELLING });
        self.session.owing = true;
        let direct = self.session.direct.iter().map(|channel| Unread { channel: *channel, guild: None }).collect();
        self.catching_up.spawn(catch_up(self.shared.clone(), self.me, direct, since));
    }

    fn guild(&mut self, data: &str) {
        let (Some(arrears), Ok(guild)) = (&mut self.arrears, serde_json::from_str::<Guild>(data)) else { return };
        if !arrears.waiting.remove(&guild.id) {
            return;
        }
        let is_unread = |channel: &&Channel| channel.last_message_id.is_some_and(|last| last > arrears.since);
        let unread = guild.channels.iter().chain(&guild.threads).filter(is_unread);
        let unread = unread.map(|channel| Unread { channel: channel.id, guild: Some(guild.id) }).collect();
        self.catching_up.spawn(catch_up(self.shared.clone(), self.me, unread, arrears.since));
    }

    fn message(&mut self, data: &serde_json::value::RawValue) -> Option<Arrival> {
        let arrival = Arrival::message(data)?;
        let Arrival::Message(message, _) = &arrival else { return None };
        self.newest = self.newest.max(Some(message.id));
        let known = self.shared.channels.known(message.channel_id, self.me.bot);
        if !may_be_for_us(message, known, self.me) {
            return None;
        }
        if message.guild_id.is_none() {
            self.session.remember(message.channel_id);
        }
        Some(arrival)
    }

    fn interaction(&self, data: &str) -> Option<Arrival> {
        let arrival = Arrival::interaction(data)?;
        let Arrival::Interaction(interaction, _) = &arrival else { return None };
        if interaction.kind != AUTOCOMPLETE {
            return Some(arrival);
        }
        let (shared, interaction) = (self.shared.clone(), interaction.clone());
        self.shared.lanes.beside(async move {
            let answer = suggest(&shared, &interaction).await;
            if let Err(error) = shared.rest.answer(&interaction, answer).await {
                tracing::info!(error = %error, "suggestions came too late");
            }
        });
        None
    }

    /// Stores what arrived, however often that has to be tried.
    async fn keep(&mut self, arrivals: Vec<Arrival>, stop: &CancellationToken) -> bool {
        let mut pause = Duration::from_millis(50);
        loop {
            match store(&self.shared, self.me, arrivals.iter().map(Arrival::again).collect(), false).await {
                Ok(()) => break true,
                Err(refusal) => tracing::warn!(error = %refusal, "what arrived cannot be stored now"),
            }
            tokio::select! {
                () = stop.cancelled() => break false,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(Duration::from_secs(5)),
            }
        }
    }

    /// Once everything is read, the next session can be resumed.
    async fn settle(&mut self) {
        let over = self.arrears.as_ref().is_some_and(|arrears| arrears.waiting.is_empty());
        if over && self.catching_up.is_empty() {
            self.arrears = None;
            self.session.owing = false;
            self.session.seen = self.newest;
            self.note().await;
        }
    }

    async fn note(&mut self) {
        self.noted = Instant::now();
        if let Err(refusal) = self.session.note(self.shared.desk.as_ref(), &self.me.source()).await {
            tracing::warn!(error = %refusal, "how far the gateway was read could not be noted");
        }
    }
}

fn now() -> Snowflake {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Snowflake::at(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
