//! Somebody who reads the live socket.

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Debug)]
pub(super) struct Reader {
    socket: WebSocketStream<TcpStream>,
    /// All that was heard.
    pub(super) heard: Vec<Value>,
}

impl Reader {
    /// Connects as a page of the hub's does.
    pub(super) async fn with_cookie(base: &str, cookie: &str) -> Result<Self, u16> {
        Self::with(base, &[("cookie", cookie), ("origin", base)]).await
    }

    /// Connects with these headers; else the status that was answered.
    pub(super) async fn with(base: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("{}/api/v1/live", base.replacen("http", "ws", 1)).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let address = base.trim_start_matches("http://");
        let socket = TcpSocket::new_v4().unwrap();
        // As little as possible is held for who does not read.
        socket.set_recv_buffer_size(64 << 10).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self { socket, heard: Vec::new() }),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) async fn says(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Subscribes, and waits until that stands.
    pub(super) async fn subscribes(&mut self, id: &str, to: &Value) {
        self.says(&json!({"do": "subscribe", "id": id, "to": to}).to_string()).await;
        self.until(|said| said["type"] == "subscribed" && said["id"] == id).await;
    }

    /// The next thing that is so, if it was not heard already.
    pub(super) async fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        let waited = timeout(PATIENCE, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let said: Value = serde_json::from_str(text.as_str()).unwrap();
                        self.heard.push(said.clone());
                        if is_it(&said) {
                            return said;
                        }
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => panic!("{other:?}"),
                }
            }
        });
        waited.await.unwrap_or_else(|_| panic!("it did not come: {:?}", self.heard))
    }

    /// The code and reason with which the hub hung up.
    pub(super) async fn hung_up(&mut self) -> (u16, String) {
        let waited = timeout(PATIENCE, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(Some(why)))) => return (u16::from(why.code), why.reason.to_string()),
                    Some(Ok(Message::Text(text))) => self.heard.push(serde_json::from_str(text.as_str()).unwrap()),
                    Some(Ok(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
        });
        waited.await.unwrap()
    }

    /// The events of a subscription that were heard, in order.
    pub(super) fn events(&self, id: &str) -> Vec<Value> {
        let of = self.heard.iter().filter(|said| said["type"] == "event" && said["id"] == id);
        of.map(|said| said["event"].clone()).collect()
    }

    /// How many things of this type were heard.
    pub(super) fn count(&self, kind: &str) -> usize {
        self.heard.iter().filter(|said| said["type"] == kind).count()
    }

    /// Reads no more, and keeps the connection.
    pub(super) fn into_socket(self) -> WebSocketStream<TcpStream> {
        self.socket
    }
}
