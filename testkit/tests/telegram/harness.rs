//! A bot, and what it says and reads.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use signalbox_testkit::telegram::{Chat, TelegramServer, TelegramSettings, User};

/// Long enough for anything on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Bot {
    pub(crate) server: TelegramServer,
    pub(crate) client: Client,
    pub(crate) ann: User,
    pub(crate) bob: User,
}

impl Bot {
    /// On a server without limits, for tests that are about something else.
    pub(crate) fn new() -> Self {
        Self::start(TelegramSettings { limits: false, ..TelegramSettings::default() })
    }

    pub(crate) fn start(settings: TelegramSettings) -> Self {
        // Only the first test of the process installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = TelegramServer::start(settings).unwrap();
        let (ann, bob) = (server.user("Ann"), server.user("Bob"));
        Self { server, client: Client::new(), ann, bob }
    }

    pub(crate) fn group(&self) -> Chat {
        self.server.group("Team", &[&self.ann, &self.bob])
    }

    pub(crate) fn forum(&self) -> Chat {
        self.server.forum("Work", &[&self.ann, &self.bob])
    }

    pub(crate) fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.server.base_url(), self.server.token())
    }

    pub(crate) async fn send(&self, method: &str, body: &Value) -> reqwest::Result<Response> {
        self.client.post(self.url(method)).json(body).send().await
    }

    /// What a call answers, whatever it is; its status must be the one that its body tells.
    pub(crate) async fn call(&self, method: &str, body: Value) -> Value {
        body_of(self.send(method, &body).await.unwrap()).await
    }

    /// The result of a call that goes well.
    pub(crate) async fn ok(&self, method: &str, body: Value) -> Value {
        result(self.call(method, body).await)
    }

    /// Code and words of a refusal.
    pub(crate) async fn refused(&self, method: &str, body: Value) -> (u64, String) {
        let answer = self.call(method, body).await;
        assert_eq!(answer["ok"], false, "{answer}");
        (answer["error_code"].as_u64().unwrap(), answer["description"].as_str().unwrap().to_owned())
    }

    pub(crate) async fn parts(&self, method: &str, form: Form) -> Value {
        body_of(self.client.post(self.url(method)).multipart(form).send().await.unwrap()).await
    }

    /// Sends a text and gives the message's number.
    pub(crate) async fn says(&self, chat: &Chat, text: &str) -> i64 {
        id(&self.ok("sendMessage", json!({"chat_id": chat.id(), "text": text})).await)
    }

    /// Sends a text with buttons, each of which sends its own text.
    pub(crate) async fn asks(&self, chat: &Chat, text: &str, buttons: &[&str]) -> i64 {
        let body = json!({"chat_id": chat.id(), "text": text, "reply_markup": keyboard(buttons)});
        id(&self.ok("sendMessage", body).await)
    }

    /// The updates that wait, without confirming any.
    pub(crate) async fn updates(&self) -> Vec<Value> {
        self.ok("getUpdates", json!({})).await.as_array().unwrap().clone()
    }
}

async fn body_of(response: Response) -> Value {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error_code"].as_u64().unwrap_or(200), u64::from(status), "{body}");
    body
}

pub(crate) fn result(answer: Value) -> Value {
    assert_eq!(answer["ok"], true, "{answer}");
    answer["result"].clone()
}

pub(crate) fn id(message: &Value) -> i64 {
    message["message_id"].as_i64().unwrap()
}

pub(crate) fn keyboard(buttons: &[&str]) -> Value {
    let row: Vec<Value> = buttons.iter().map(|text| json!({"text": text, "callback_data": text})).collect();
    json!({"inline_keyboard": [row]})
}

pub(crate) fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Part {
    Part::bytes(bytes.into()).file_name(name.to_owned())
}

/// The smallest thing that begins as a picture does.
pub(crate) fn picture() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\nnot much of a picture".to_vec()
}

pub(crate) fn ids(updates: &[Value]) -> Vec<i64> {
    updates.iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
}

pub(crate) fn texts(updates: &[Value]) -> Vec<&str> {
    updates.iter().map(|update| update["message"]["text"].as_str().unwrap()).collect()
}
