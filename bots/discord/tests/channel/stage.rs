//! A Discord with Ann and Bob in a server, and our bot.

use crate::notebook::Notebook;
use serde_json::{Value, json};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context};
use signalbox_core::card::{Card, OutcomeCard, ReplyCard, TaskCard};
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::id::{ApprovalId, ConversationId, DeliveryId, ProjectId, RunId, TaskId, ToolUseId, UserId};
use signalbox_core::money::MicroUsd;
use signalbox_core::place::Place;
use signalbox_core::policy::Detail;
use signalbox_core::port;
use signalbox_core::sheet::Part;
use signalbox_core::task::TaskState;
use signalbox_core::time::Timestamp;
use signalbox_core::tool::ToolCall;
use signalbox_discord::{Discord, DiscordSettings, Mode};
use signalbox_testkit::discord::{self, Channel, DiscordServer, Guild, User};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Long enough for anything that is not broken.
pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    pub(crate) server: DiscordServer,
    pub(crate) desk: Arc<Notebook>,
    pub(crate) guild: Guild,
    pub(crate) general: Channel,
    pub(crate) ann: User,
    pub(crate) bob: User,
    settings: discord::DiscordSettings,
    deliveries: AtomicU32,
}

/// A bot that listens.
pub(crate) struct Bot {
    stop: CancellationToken,
    listening: JoinHandle<()>,
}

impl Bot {
    /// It stops in good order.
    pub(crate) async fn stops(self) {
        self.stop.cancel();
        tokio::time::timeout(SOON, self.listening).await.unwrap().unwrap();
    }

    /// Its process is killed.
    pub(crate) async fn dies(self) {
        self.listening.abort();
        let _ = self.listening.await;
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(discord::DiscordSettings::default())
    }

    pub(crate) fn with(settings: discord::DiscordSettings) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = DiscordServer::start(settings.clone()).unwrap();
        let (ann, bob) = (server.user("Ann"), server.user("Bob"));
        let guild = server.guild("Team", &[&ann, &bob]);
        let general = guild.channel("general");
        let (desk, deliveries) = (Arc::default(), AtomicU32::new(0));
        Self { server, desk, guild, general, ann, bob, settings, deliveries }
    }

    pub(crate) fn discord(&self, mode: Mode) -> Discord {
        let settings = DiscordSettings {
            token: self.settings.token.clone().into(),
            api_url: self.server.base_url(),
            gateway_url: String::new(),
            mode,
        };
        Discord::new(settings, self.desk.clone()).unwrap()
    }

    /// A bot that listens at the gateway.
    pub(crate) async fn listens(&self) -> Bot {
        let stop = CancellationToken::new();
        let listening = tokio::spawn(self.discord(Mode::Gateway).listen(stop.clone()));
        self.server.wait_connected(SOON).await;
        Bot { stop, listening }
    }

    pub(crate) fn channel(&self) -> Arc<dyn port::Channel> {
        self.discord(Mode::Gateway).channel()
    }

    /// A delivery of a card to a channel.
    pub(crate) fn delivery(&self, to: &Channel, card: Card) -> Delivery {
        let number = self.deliveries.fetch_add(1, Ordering::Relaxed);
        Delivery {
            id: DeliveryId::new(format!("delivery-{number}")),
            place: place(to),
            card,
            state: DeliveryState::Sending,
            attempts: 0,
            due_at: Timestamp::from_millis(0),
            created_at: Timestamp::from_millis(0),
            error: None,
            answers: None,
            sent: Vec::new(),
            detail: Detail::Full,
        }
    }
}

pub(crate) fn place(channel: &Channel) -> Place {
    Place::new("discord", &channel.id().to_string()).unwrap()
}

pub(crate) fn reply(text: &str) -> Card {
    let parts = vec![Part::Line(text.to_owned())];
    Card::Reply(ReplyCard { to: text.to_owned(), message: None, parts, file: None, rows: Vec::new(), wants: None })
}

pub(crate) fn working(passing: bool, text: &str) -> Card {
    Card::Task(TaskCard {
        task: TaskId::from_entropy(7),
        project: "demo".to_owned(),
        state: TaskState::Running,
        position: None,
        created_at: Timestamp::from_millis(0),
        cost: MicroUsd::default(),
        lines: Vec::new(),
        text: text.to_owned(),
        passing,
    })
}

pub(crate) fn answered(answer: &str) -> Card {
    Card::Outcome(OutcomeCard {
        task: TaskId::from_entropy(7),
        project: "demo".to_owned(),
        state: TaskState::Succeeded,
        answer: Some(answer.to_owned()),
        failure: None,
        branch: None,
        commit: None,
        pushed: false,
        stat: None,
        cost: MicroUsd::default(),
        elapsed_ms: 1000,
        files: Vec::new(),
        proposal: None,
    })
}

pub(crate) fn asks(command: &str) -> Card {
    Card::Approval(Box::new(approval("Bash", json!({"command": command}))))
}

pub(crate) fn approval(tool: &str, input: Value) -> Approval {
    let (tool, cwd) = (tool.to_owned(), "/workspace".to_owned());
    let call = ToolCall { id: ToolUseId::new("toolu_1"), tool, input, cwd, agent: None };
    Approval {
        id: ApprovalId::from_entropy(7),
        task: TaskId::from_entropy(7),
        run: RunId::new("r"),
        conversation: ConversationId::new("c"),
        project: ProjectId::new("p"),
        requester: UserId::new("u"),
        kind: ApprovalKind::of(&call),
        hash: call.hash(),
        call,
        request: "q".to_owned(),
        reason: "no rule allows it".to_owned(),
        dangerous: false,
        may_have_run: false,
        votes_needed: 1,
        state: ApprovalState::Open,
        parked: false,
        decision: None,
        opened_at: Timestamp::from_millis(0),
        expires_at: Timestamp::from_millis(3_600_000),
        context: Context { requester: "Ann".to_owned(), project: "demo".to_owned(), ..Context::default() },
    }
}
