//! One request of Discord's API: within the limits, with the token, and with an answer that is either understood or an
//! error which says what to do next.

use crate::error::{CallError, DiscordError};
use crate::limits::{Limits, span};
use crate::settings::DiscordSettings;
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode, Url};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// How long a usual call waits for room.
pub(crate) const WAITS: Duration = Duration::from_secs(20);

/// Discord's REST API.
pub(crate) struct Rest {
    client: reqwest::Client,
    origin: Url,
    token: HeaderValue,
    limits: Limits,
}

/// One call.
pub(crate) struct Call {
    /// The method.
    pub(crate) method: Method,
    /// What follows `/api/v10/`.
    pub(crate) path: String,
    /// Which bucket it falls into; none where there is none.
    pub(crate) route: Option<String>,
    /// What is sent.
    pub(crate) body: Body,
    /// How long it may wait for room.
    pub(crate) waits: Duration,
}

/// What is sent.
pub(crate) enum Body {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Value),
    /// JSON and files.
    Files(Value, Vec<File>),
}

/// A file on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its name.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) content: Bytes,
}

#[derive(Deserialize, Default)]
struct Fault {
    #[serde(default)]
    code: u64,
    #[serde(default)]
    message: String,
    retry_after: Option<f64>,
    #[serde(default)]
    global: bool,
}

impl Call {
    /// A call without a body whose bucket is this method of this channel, or whatever else `of` names.
    pub(crate) fn new(method: Method, path: String, of: &str) -> Self {
        let route = Some(format!("{method} {of}"));
        Self { method, path, route, body: Body::Empty, waits: WAITS }
    }

    /// A call that belongs to an interaction: its own token is in the path, and it has no bucket that we could fill.
    pub(crate) fn free(method: Method, path: String) -> Self {
        Self { method, path, route: None, body: Body::Empty, waits: Duration::from_secs(3) }
    }

    /// The same with JSON.
    pub(crate) fn json(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    /// The same with files, if there are any.
    pub(crate) fn files(self, body: Value, files: Vec<File>) -> Self {
        let body = if files.is_empty() { Body::Json(body) } else { Body::Files(body, files) };
        Self { body, ..self }
    }

    /// The same, waiting at most so long for room.
    pub(crate) fn waits(self, waits: Duration) -> Self {
        Self { waits, ..self }
    }
}

impl Rest {
    pub(crate) fn new(settings: &DiscordSettings) -> Result<Self, DiscordError> {
        let token = format!("Bot {}", settings.token.expose_secret());
        let mut token = HeaderValue::from_str(&token).map_err(|_| DiscordError::Token)?;
        token.set_sensitive(true);
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(CONNECTING)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(DiscordError::Client)?;
        Ok(Self { client, origin: settings.origin()?, token, limits: Limits::default() })
    }

    /// Does one call and reads its answer.
    pub(crate) async fn ask<T: serde::de::DeserializeOwned>(&self, call: Call) -> Result<T, CallError> {
        let answer = self.call(call).await?;
        serde_json::from_slice(&answer).map_err(|_| CallError::Unreadable)
    }

    /// Does one call; a 429 is waited for as long as the call waits.
    pub(crate) async fn call(&self, call: Call) -> Result<Bytes, CallError> {
        let deadline = Instant::now() + call.waits;
        loop {
            let mut permit = self.limits.acquire(call.route.as_deref(), deadline).await?;
            let answer = self.send(&call).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            permit.learn(&headers);
            let body = answer.bytes().await?;
            if status.is_success() {
                return Ok(body);
            }
            if status != StatusCode::TOO_MANY_REQUESTS {
                return Err(refusal(status, &body));
            }
            let (after, global) = told_to_wait(&headers, &body);
            metrics::counter!("signalbox_discord_limited_total").increment(1);
            match global {
                true => self.limits.shut_all(after),
                false => permit.shut(after),
            }
            if call.route.is_none() && Instant::now() + after < deadline {
                tokio::time::sleep(after).await;
            } else if call.route.is_none() {
                return Err(CallError::Busy { after });
            }
        }
    }

    async fn send(&self, call: &Call) -> Result<reqwest::Response, CallError> {
        // The version is part of what this crate understands.
        let url = self.origin.join(&format!("/api/v10/{}", call.path)).map_err(|_| CallError::Unreadable)?;
        let request = self.client.request(call.method.clone(), url);
        let request = request.header(USER_AGENT, concat!("DiscordBot (signalbox, ", env!("CARGO_PKG_VERSION"), ")"));
        let request = match call.route {
            Some(_) => request.header(AUTHORIZATION, self.token.clone()),
            None => request,
        };
        let request = match &call.body {
            Body::Empty => request,
            Body::Json(body) => request.json(body),
            Body::Files(body, files) => request.multipart(form(body, files)),
        };
        Ok(request.send().await?)
    }

    /// Fetches an attachment from where Discord keeps it, at most so many bytes; the token stays here.
    pub(crate) async fn fetch(&self, address: &str, most: usize) -> Result<Bytes, CallError> {
        let gone = || CallError::Refused { status: 404, code: 0, message: "no file of Discord's".to_owned() };
        let url: Url = address.parse().map_err(|_| gone())?;
        if !self.keeps_files(&url) {
            return Err(gone());
        }
        let mut answer = self.client.get(url).send().await?;
        if !answer.status().is_success() {
            return Err(refusal(answer.status(), b""));
        }
        let mut content = bytes::BytesMut::new();
        while let Some(piece) = answer.chunk().await? {
            if content.len() + piece.len() > most {
                return Err(gone());
            }
            content.extend_from_slice(&piece);
        }
        Ok(content.freeze())
    }

    fn keeps_files(&self, url: &Url) -> bool {
        let theirs = matches!(url.host_str(), Some("cdn.discordapp.com" | "media.discordapp.net"));
        (theirs && url.scheme() == "https") || url.origin() == self.origin.origin()
    }
}

fn form(body: &Value, files: &[File]) -> Form {
    let json = Part::text(body.to_string());
    let json = json.mime_str("application/json").unwrap_or_else(|_| Part::text(body.to_string()));
    files.iter().enumerate().fold(Form::new().part("payload_json", json), |form, (number, file)| {
        let length = file.content.len() as u64;
        let part = Part::stream_with_length(file.content.clone(), length).file_name(file.name.clone());
        form.part(format!("files[{number}]"), part)
    })
}

fn refusal(status: StatusCode, body: &[u8]) -> CallError {
    if status.is_server_error() {
        return CallError::Failed(status.as_u16());
    }
    let fault: Fault = serde_json::from_slice(body).unwrap_or_default();
    let message = fault.message.chars().take(200).collect();
    CallError::Refused { status: status.as_u16(), code: fault.code, message }
}

/// How long, and whether everything has to wait.
fn told_to_wait(headers: &HeaderMap, body: &[u8]) -> (Duration, bool) {
    let fault: Fault = serde_json::from_slice(body).unwrap_or_default();
    let header = || headers.get("retry-after")?.to_str().ok()?.parse().ok();
    let after = fault.retry_after.or_else(header).and_then(span).unwrap_or(Duration::from_secs(5));
    (after, fault.global || headers.contains_key("x-ratelimit-global"))
}
