//! A bot made of the plainest parts: an HTTP client and a websocket.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use signalbox_testkit::discord::{Channel, DiscordServer, DiscordSettings, Guild, Snowflake, User};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long anything may take that is not meant to take long.
pub(crate) const SOON: Duration = Duration::from_secs(5);
/// All intents but presences.
pub(crate) const ALL: u64 = ((1 << 26) - 1) & !(1 << 8);
pub(crate) const WITHOUT_CONTENT: u64 = ALL & !(1 << 15);

/// A server with a guild, two people, a channel, and a bot that calls it.
pub(crate) struct Stage {
    pub(crate) server: DiscordServer,
    pub(crate) ann: User,
    pub(crate) bob: User,
    pub(crate) guild: Guild,
    pub(crate) general: Channel,
    token: String,
    http: reqwest::Client,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(DiscordSettings { limits: false, ..DiscordSettings::default() })
    }

    pub(crate) fn with(settings: DiscordSettings) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let token = settings.token.clone();
        let server = DiscordServer::start(settings).unwrap();
        let (ann, bob) = (server.user("Ann"), server.user("Bob"));
        let guild = server.guild("Team", &[&ann, &bob]);
        let general = guild.channel("general");
        Self { server, ann, bob, guild, general, token, http: reqwest::Client::new() }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        Answer::read(self.try_call(method, path, body).await.unwrap()).await
    }

    pub(crate) async fn try_call(&self, method: &str, path: &str, body: Value) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/api/v10{path}", self.server.base_url());
        let request = self.http.request(method.parse().unwrap(), url);
        let request = request.header("authorization", format!("Bot {}", self.token));
        let request = if body.is_null() { request } else { request.json(&body) };
        request.send().await
    }

    pub(crate) async fn upload(&self, path: &str, body: Value, files: &[(&str, &[u8])]) -> Answer {
        let mut form = reqwest::multipart::Form::new().text("payload_json", body.to_string());
        for (number, (name, bytes)) in files.iter().enumerate() {
            let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name((*name).to_owned());
            form = form.part(format!("files[{number}]"), part);
        }
        let url = format!("{}/api/v10{path}", self.server.base_url());
        let request = self.http.post(url).header("authorization", format!("Bot {}", self.token)).multipart(form);
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn fetch(&self, url: &str) -> Vec<u8> {
        self.http.get(url).send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    /// The path of a channel's messages.
    pub(crate) fn messages_path(&self) -> String {
        format!("/channels/{}/messages", self.general.id())
    }

    /// Has the bot write in the channel, and gives the message's id.
    pub(crate) async fn bot_says(&self, body: Value) -> Snowflake {
        self.call("POST", &self.messages_path(), body).await.ok()["id"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) async fn register(&self, commands: Value) -> Answer {
        let path = format!("/applications/{}/commands", self.server.application_id());
        self.call("PUT", &path, commands).await
    }

    pub(crate) async fn identified(&self) -> Socket {
        self.identified_with(ALL).await
    }

    pub(crate) async fn identified_with(&self, intents: u64) -> Socket {
        let mut socket = Socket::open(&self.server.gateway_url()).await;
        socket.identify(&self.token, intents).await;
        socket
    }
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// The body of an answer that is no error.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status < 300, "{self:?}");
        self.body
    }

    /// The error's code.
    pub(crate) fn code(&self) -> u64 {
        self.body["code"].as_u64().unwrap_or(u64::MAX)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A connection to the gateway.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) interval: u64,
    pub(crate) sequence: u64,
    pub(crate) session: String,
    pub(crate) resume_url: String,
}

/// What the gateway sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Payload(Value),
    Closed(Option<u16>),
}

impl Socket {
    pub(crate) async fn open(url: &str) -> Self {
        Self::open_at(&format!("{url}/?v=10&encoding=json")).await
    }

    pub(crate) async fn open_at(url: &str) -> Self {
        let (stream, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let mut socket = Self { stream, interval: 0, sequence: 0, session: String::new(), resume_url: String::new() };
        if let Heard::Payload(hello) = socket.hear().await {
            assert_eq!(hello["op"], 10);
            socket.interval = hello["d"]["heartbeat_interval"].as_u64().unwrap();
        }
        socket
    }

    pub(crate) async fn send(&mut self, payload: Value) {
        self.stream.send(Frame::text(payload.to_string())).await.unwrap();
    }

    pub(crate) async fn hear(&mut self) -> Heard {
        let frame = tokio::time::timeout(SOON, self.stream.next()).await.unwrap();
        match frame {
            Some(Ok(Frame::Text(text))) => {
                let payload: Value = serde_json::from_str(&text).unwrap();
                self.sequence = payload["s"].as_u64().unwrap_or(self.sequence);
                Heard::Payload(payload)
            }
            Some(Ok(Frame::Close(frame))) => Heard::Closed(frame.map(|frame| frame.code.into())),
            _ => Heard::Closed(None),
        }
    }

    pub(crate) async fn payload(&mut self) -> Value {
        match self.hear().await {
            Heard::Payload(payload) => payload,
            Heard::Closed(code) => panic!("closed with {code:?}"),
        }
    }

    /// The code that the connection is closed with; `None` if it is cut.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Heard::Closed(code) = self.hear().await {
                return code;
            }
        }
    }

    /// The data of the next event of this name; others are passed over.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        loop {
            let payload = self.payload().await;
            if payload["t"] == name {
                return payload["d"].clone();
            }
        }
    }

    /// The names of the events that came before the heartbeat's acknowledgement.
    pub(crate) async fn names_until_now(&mut self) -> Vec<String> {
        self.send(json!({"op": 1, "d": null})).await;
        let mut names = Vec::new();
        loop {
            let payload = self.payload().await;
            match payload["t"].as_str() {
                Some(name) => names.push(name.to_owned()),
                None if payload["op"] == 11 => return names,
                None => {}
            }
        }
    }

    pub(crate) async fn identify(&mut self, token: &str, intents: u64) {
        let properties = json!({"os": "linux", "browser": "test", "device": "test"});
        let data = json!({"token": token, "intents": intents, "properties": properties, "shard": [0, 1]});
        self.send(json!({"op": 2, "d": data})).await;
        let ready = self.event("READY").await;
        self.session = ready["session_id"].as_str().unwrap().to_owned();
        self.resume_url = ready["resume_gateway_url"].as_str().unwrap().to_owned();
        self.names_until_now().await;
    }

    /// A new connection that takes this one's session up from an event.
    pub(crate) async fn resumed_from(&self, token: &str, sequence: u64) -> Self {
        let mut socket = Self::open(&self.resume_url).await;
        socket.session.clone_from(&self.session);
        socket.resume_url.clone_from(&self.resume_url);
        socket.send(json!({"op": 6, "d": {"token": token, "session_id": self.session, "seq": sequence}})).await;
        socket
    }
}

/// A row of buttons, whose ids are their labels in lower case.
pub(crate) fn row(labels: &[&str]) -> Value {
    let button = |label: &&str| json!({"type": 2, "style": 2, "label": label, "custom_id": label.to_lowercase()});
    json!([{"type": 1, "components": labels.iter().map(button).collect::<Vec<_>>()}])
}

/// A text of so many characters, none of which is a byte.
pub(crate) fn long(characters: usize) -> String {
    "ü".repeat(characters)
}
