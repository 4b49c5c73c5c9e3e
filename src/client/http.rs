//! Requests and answers on the local socket. Problem documents become the refusals that they carry.

use super::NoHub;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use reqwest::{Client, Method, RequestBuilder, Response, Url, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_core::port::Refusal;
use signalbox_web::Problem;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};
use tokio_util::io::StreamReader;

/// How long the hub may take for an answer that is no stream.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest line of a stream: an approval carries its whole call.
const LINE_LIMIT: usize = 256 << 20;
/// The authority is not looked up: the socket is what is connected to.
const BASE: &str = "http://signalbox/api/v1";

/// The way to the hub.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    client: Client,
    socket: PathBuf,
}

/// Why there is no stream.
#[derive(Debug)]
pub(super) enum NoStream {
    /// Nobody answers.
    Away,
    /// The hub does not want it.
    Refused(Refusal),
}

impl Wire {
    pub(super) fn new(socket: &Path) -> Result<Self, reqwest::Error> {
        // A kept connection may belong to a hub that is gone; a new one on a local socket costs next to nothing.
        let client = Client::builder().unix_socket(socket).no_proxy().pool_max_idle_per_host(0).build()?;
        Ok(Self { client, socket: socket.to_owned() })
    }

    pub(super) async fn ping(&self) -> Result<(), NoHub> {
        let sent = self.client.get("http://signalbox/healthz").timeout(PATIENCE).send().await;
        let answered = sent.and_then(Response::error_for_status);
        answered.map(|_| ()).map_err(|source| NoHub { socket: self.socket.clone(), source })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &impl Serialize) -> Result<T, Refusal> {
        let request = self.client.get(with_query(url(path)?, query)?).timeout(PATIENCE);
        self.answer(request).await
    }

    /// A list, and the `before` of its next page, as the header `Link` has it.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &impl Serialize,
    ) -> Result<(T, Option<String>), Refusal> {
        let request = self.client.get(with_query(url(path)?, query)?).timeout(PATIENCE);
        let response = sound(self.dispatch(request).await?).await?;
        let link = response.headers().get(header::LINK).and_then(|link| link.to_str().ok());
        let before = link.and_then(before_of);
        Ok((read(response).await?, before))
    }

    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Refusal> {
        let request = self.client.request(method, url(path)?).json(body).timeout(PATIENCE);
        self.answer(request).await
    }

    /// Changes something that stands as it was seen.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        seen: Option<&str>,
    ) -> Result<T, Refusal> {
        let request = self.client.request(Method::PATCH, url(path)?).json(body).timeout(PATIENCE);
        let seen = seen.map(|version| format!("\"{version}\""));
        self.answer(seen.into_iter().fold(request, |request, tag| request.header(header::IF_MATCH, tag))).await
    }

    /// Sends what is answered with a status alone.
    pub(super) async fn tell(&self, method: Method, path: &[&str], body: &impl Serialize) -> Result<(), Refusal> {
        let request = self.client.request(method, url(path)?).json(body).timeout(PATIENCE);
        sound(self.dispatch(request).await?).await.map(|_| ())
    }

    /// Opens a stream of lines.
    pub(super) async fn lines(
        &self,
        path: &[&str],
        query: &impl Serialize,
    ) -> Result<BoxStream<'static, Result<String, LinesCodecError>>, NoStream> {
        let url = url(path).and_then(|url| with_query(url, query)).map_err(NoStream::Refused)?;
        let response = self.client.get(url).send().await.map_err(|_| NoStream::Away)?;
        let bytes = sound(response).await.map_err(NoStream::Refused)?.bytes_stream().map_err(io::Error::other);
        Ok(FramedRead::new(StreamReader::new(bytes), LinesCodec::new_with_max_length(LINE_LIMIT)).boxed())
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Refusal> {
        read(sound(self.dispatch(request).await?).await?).await
    }

    async fn dispatch(&self, request: RequestBuilder) -> Result<Response, Refusal> {
        request.send().await.map_err(|error| {
            tracing::debug!(%error, "the hub did not answer");
            let what = if error.is_timeout() { "the hub takes too long to answer" } else { "no hub answers" };
            Refusal::Unavailable(format!("{what} on {}; is `signalbox serve` running?", self.socket.display()))
        })
    }
}

/// The answer, unless it is a problem document.
async fn sound(response: Response) -> Result<Response, Refusal> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    match response.json::<Problem>().await {
        Ok(problem) => Err(problem.refusal),
        Err(_) => Err(Refusal::Internal(format!("the hub answered {status}; is it of another version?"))),
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Refusal> {
    response.json().await.map_err(|error| {
        tracing::debug!(%error, "the hub's answer could not be read");
        Refusal::Internal("the hub's answer cannot be understood; is it of another version?".to_owned())
    })
}

/// Where the next page of a list begins, by the link to it (RFC 8288).
fn before_of(link: &str) -> Option<String> {
    let (address, _) = link.strip_prefix('<')?.split_once(">; rel=\"next\"")?;
    let next = Url::parse(BASE).ok()?.join(address).ok()?;
    next.query_pairs().find(|(name, _)| name == "before").map(|(_, value)| value.into_owned())
}

fn url(path: &[&str]) -> Result<Url, Refusal> {
    let mut url = Url::parse(BASE).map_err(|error| Refusal::Internal(error.to_string()))?;
    // Dots would be taken as steps in the path instead of as a name.
    if let Some(odd) = path.iter().find(|part| part.is_empty() || **part == "." || **part == "..") {
        return Err(Refusal::NotFound(format!("there is nothing named `{odd}`")));
    }
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(path);
    }
    Ok(url)
}

fn with_query(mut url: Url, query: &impl Serialize) -> Result<Url, Refusal> {
    let fields = serde_json::to_value(query).map_err(|error| Refusal::Internal(error.to_string()))?;
    for (name, value) in fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        url.query_pairs_mut().append_pair(name, &text);
    }
    Ok(url)
}
