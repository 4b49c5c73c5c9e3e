//! A client, and what it says and reads.

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use signalbox_testkit::{ScriptedModel, Settings};

pub(crate) struct Api {
    pub(crate) model: ScriptedModel,
    pub(crate) client: Client,
}

impl Api {
    pub(crate) fn start(settings: Settings) -> Self {
        // Only the first test of the process installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { model: ScriptedModel::start(settings).unwrap(), client: Client::new() }
    }

    pub(crate) fn new() -> Self {
        Self::start(Settings::default())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        let url = format!("{}{path}", self.model.base_url());
        self.client.post(url).header("anthropic-version", "2023-06-01").json(body)
    }

    pub(crate) async fn ask(&self, messages: &[Value]) -> Value {
        self.send(&request(messages)).await.json().await.unwrap()
    }

    pub(crate) async fn send(&self, body: &Value) -> Response {
        self.post("/v1/messages", body).send().await.unwrap()
    }

    pub(crate) async fn events(&self, messages: &[Value]) -> Vec<Value> {
        let mut body = request(messages);
        body["stream"] = true.into();
        let response = self.send(&body).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        events(&response.text().await.unwrap())
    }
}

pub(crate) fn request(messages: &[Value]) -> Value {
    json!({"model": "claude-test", "max_tokens": 100, "messages": messages})
}

pub(crate) fn user(script: &Script) -> Value {
    json!({"role": "user", "content": script.to_string()})
}

pub(crate) fn results(answer: &Value, text: &str) -> Value {
    let blocks = answer["content"].as_array().unwrap().iter().filter(|block| block["type"] == "tool_use");
    let results = blocks.map(|block| json!({"type": "tool_result", "tool_use_id": block["id"], "content": text}));
    json!({"role": "user", "content": results.collect::<Vec<_>>()})
}

pub(crate) fn assistant(answer: &Value) -> Value {
    json!({"role": "assistant", "content": answer["content"]})
}

/// Each event's name must be its data's type, as the API has it.
pub(crate) fn events(text: &str) -> Vec<Value> {
    let event = |event: &str| {
        let (name, data) = event.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"]);
        data
    };
    text.split_terminator("\n\n").map(event).collect()
}

pub(crate) fn joined(events: &[Value], index: u64, field: &str) -> String {
    let deltas = events.iter().filter(|event| event["type"] == "content_block_delta" && event["index"] == index);
    deltas.filter_map(|event| event["delta"][field].as_str()).collect()
}
