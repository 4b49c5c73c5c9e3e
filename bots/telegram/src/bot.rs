//! The bot: how requests reach Telegram. The token is part of every address, so no address leaves this file.
//!
//! Answers are read for the fields that are needed and no others: an answer with something new in it must not make a
//! message that was sent look like one that was not.

use crate::error::TelegramError;
use crate::fault::Fault;
use crate::settings::TelegramSettings;
use bytes::Bytes;
use futures::StreamExt;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::time::Duration;
use teloxide_core::requests::Payload;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an ordinary request may take.
const USUAL: Duration = Duration::from_secs(20);
/// How long one with a file may take.
const WITH_FILE: Duration = Duration::from_secs(180);

/// The largest file that a bot may fetch.
pub(crate) const LARGEST_IN: u64 = 20 << 20;

/// How requests reach Telegram.
#[derive(Clone)]
pub(crate) struct Bot {
    client: Client,
    api_url: Url,
    token: SecretString,
}

/// A file on its way out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) content: Bytes,
}

#[derive(Deserialize)]
struct Success<T> {
    result: T,
}

impl Bot {
    pub(crate) fn new(settings: &TelegramSettings) -> Result<Self, TelegramError> {
        settings.bot_id()?;
        let bad_url = || TelegramError::ApiUrl(settings.api_url.clone());
        let api_url = Url::parse(settings.api_url.trim_end_matches('/')).map_err(|_| bad_url())?;
        if !matches!(api_url.scheme(), "http" | "https") || api_url.cannot_be_a_base() {
            return Err(bad_url());
        }
        let builder = Client::builder().connect_timeout(CONNECT).timeout(USUAL).tcp_nodelay(true);
        // Nothing that Telegram answers leads elsewhere; what does would carry the token along.
        let client = builder.redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| TelegramError::Client(error.without_url()))?;
        Ok(Self { client, api_url, token: settings.token.clone() })
    }

    /// Asks something.
    pub(crate) async fn call<P, T>(&self, payload: &P) -> Result<T, Fault>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        self.run(self.client.post(self.address(&[P::NAME])).json(payload)).await
    }

    /// The same, where the answer may take longer than usual.
    pub(crate) async fn call_patiently<P, T>(&self, payload: &P, patience: Duration) -> Result<T, Fault>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        self.run(self.client.post(self.address(&[P::NAME])).json(payload).timeout(patience)).await
    }

    /// Asks for updates, each as the text that Telegram sent.
    pub(crate) async fn updates<P>(&self, payload: &P, patience: Duration) -> Result<Vec<Box<RawValue>>, Fault>
    where
        P: Payload + Serialize,
    {
        self.call_patiently(payload, patience).await
    }

    /// Sends something that has files with it; `fields` are the other parameters, as the Bot API spells them.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        method: &str,
        fields: Vec<(&'static str, String)>,
        files: Vec<(String, Upload)>,
    ) -> Result<T, Fault> {
        let form = fields.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
        let form = files
            .into_iter()
            .fold(form, |form, (name, upload)| form.part(name, Part::stream(upload.content).file_name(upload.name)));
        self.run(self.client.post(self.address(&[method])).multipart(form).timeout(WITH_FILE)).await
    }

    /// Fetches a file, at most [`LARGEST_IN`] bytes of it; none when there are more.
    pub(crate) async fn fetch(&self, path: &str) -> Result<Option<Bytes>, Fault> {
        let request = self.client.get(self.file_address(path)).timeout(WITH_FILE);
        let response = request.send().await.map_err(|error| Fault::network(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(Fault::Unwell(status.as_u16()));
        }
        let mut content = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            content.extend_from_slice(&piece.map_err(|error| Fault::network(&error))?);
            if content.len() as u64 > LARGEST_IN {
                return Ok(None);
            }
        }
        Ok(Some(content.into()))
    }

    async fn run<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Fault> {
        let response = request.send().await.map_err(|error| Fault::network(&error))?;
        let status = response.status();
        let body = response.bytes().await.map_err(|error| Fault::network(&error))?;
        if status.is_success()
            && let Ok(success) = serde_json::from_slice::<Success<T>>(&body)
        {
            return Ok(success.result);
        }
        Err(Fault::read(status.as_u16(), &body))
    }

    fn address(&self, segments: &[&str]) -> Url {
        let bot = format!("bot{}", self.token.expose_secret());
        self.below(std::iter::once(bot.as_str()).chain(segments.iter().copied()))
    }

    fn file_address(&self, path: &str) -> Url {
        let bot = format!("bot{}", self.token.expose_secret());
        let upwards = |part: &&str| !part.is_empty() && *part != "." && *part != "..";
        self.below(["file", bot.as_str()].into_iter().chain(path.split('/').filter(upwards)))
    }

    fn below<'a>(&self, segments: impl Iterator<Item = &'a str>) -> Url {
        let mut url = self.api_url.clone();
        // An address of http or https always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Mode, Pace};

    fn bot(api_url: &str) -> Result<Bot, TelegramError> {
        crate::tests::provide_crypto();
        let settings = TelegramSettings {
            token: "7:abc".into(),
            api_url: api_url.to_owned(),
            mode: Mode::Polling,
            pace: Pace::default(),
        };
        Bot::new(&settings)
    }

    #[test]
    fn a_server_of_ones_own_may_be_below_a_path() {
        let bot = bot("https://example.org/telegram/").unwrap();
        assert_eq!(bot.address(&["GetMe"]).as_str(), "https://example.org/telegram/bot7:abc/GetMe");
        let file = bot.file_address("photos/../a b.jpg");
        assert_eq!(file.as_str(), "https://example.org/telegram/file/bot7:abc/photos/a%20b.jpg");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in ["", "api.telegram.org", "ftp://api.telegram.org", "mailto:bot@example.org"] {
            assert!(matches!(bot(url), Err(TelegramError::ApiUrl(_))), "{url}");
        }
    }

    #[tokio::test]
    async fn no_error_holds_the_token() {
        let bot = bot("http://127.0.0.1:9").unwrap();
        let fault = bot.call::<_, serde_json::Value>(&teloxide_core::payloads::GetMe::new()).await.unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("abc"), "{fault:?}");
    }
}
