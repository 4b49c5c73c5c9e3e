//! The gateway as a sandbox and as the model see it: real sockets on both sides, a server of the test's own as the model.

mod answers;
mod budget;
mod hostile;
mod requests;
mod socket;
mod stand_in;
mod tunnels;

use self::stand_in::StandIn;
use super::*;
use serde_json::{Value, json};
use signalbox_core::money::Price;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

const TOKEN: &str = "token-of-the-sandbox";
const KEY: &str = "real-key-of-the-hub";
const PATIENCE: Duration = Duration::from_secs(10);

/// A sandbox with its exit.
struct Sandbox {
    exit: Exit,
    notices: Notices,
    client: reqwest::Client,
    home: TempDir,
}

fn settings(base_url: &str) -> GatewaySettings {
    let price = Price { input: 1.0, output: 10.0, cache_write: 2.0, cache_read: 0.5 };
    GatewaySettings {
        upstream: Upstream { base_url: base_url.to_owned(), credential: Credential::ApiKey(KEY.into()) },
        prices: PriceTable([("claude-".to_owned(), price)].into()),
        limits: Limits::default(),
        connect: ConnectRules::default(),
    }
}

fn allowance() -> Allowance {
    Allowance { models: vec![ModelRule::new("claude-*")], ..Allowance::default() }
}

fn gateway(settings: GatewaySettings) -> Gateway {
    // Another test may have installed it before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Gateway::new(settings).unwrap()
}

async fn sandbox(settings: GatewaySettings) -> Sandbox {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("gateway.sock");
    let (exit, notices) = gateway(settings).open(&SandboxId::new("s1"), &socket, TOKEN.into()).await.unwrap();
    let client = reqwest::Client::builder().unix_socket(socket).build().unwrap();
    Sandbox { exit, notices, client, home }
}

/// A sandbox at work, with the stand-in as its model.
async fn working(model: &StandIn) -> Sandbox {
    let sandbox = sandbox(settings(&model.address)).await;
    sandbox.exit.allow(allowance());
    sandbox
}

fn question() -> Value {
    json!({"model": "claude-x", "max_tokens": 10, "stream": true, "messages": [{"role": "user", "content": "hi"}]})
}

impl Sandbox {
    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("http://gateway{path}")).header("x-api-key", TOKEN)
    }

    async fn ask(&self, body: &Value) -> reqwest::Response {
        timeout(PATIENCE, self.post("/v1/messages").json(body).send()).await.unwrap().unwrap()
    }

    /// The status and the error's type and message.
    async fn refusal(&self, body: &Value) -> (u16, String, String) {
        refusal(self.ask(body).await).await
    }

    async fn connection(&self) -> UnixStream {
        UnixStream::connect(self.home.path().join("gateway.sock")).await.unwrap()
    }

    /// Writes these bytes on a connection of their own and reads until the gateway closes it.
    async fn speaks(&self, bytes: &[u8]) -> String {
        let mut connection = self.connection().await;
        connection.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        // A reset after the answer is as good as an end.
        let _ = timeout(PATIENCE, connection.read_to_end(&mut answer)).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn notice(&mut self) -> Notice {
        timeout(PATIENCE, self.notices.recv()).await.unwrap().unwrap()
    }

    /// The next notice that is not of a kind that comes with every answer.
    async fn news(&mut self) -> Notice {
        loop {
            match self.notice().await {
                Notice::FirstByte { .. } | Notice::Usage { .. } => {}
                news => return news,
            }
        }
    }
}

async fn refusal(answer: reqwest::Response) -> (u16, String, String) {
    let status = answer.status().as_u16();
    let error: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(error["type"], "error");
    let word = |name: &str| error["error"][name].as_str().unwrap().to_owned();
    (status, word("type"), word("message"))
}

/// Waits until the condition holds.
async fn until(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap();
}
