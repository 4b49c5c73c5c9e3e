//! How soon those who watch a task hear of what happens in it: five hundred readers of one busy task on the live socket, from
//! the moment in which an event happens to the moment in which a reader has it.

use crate::hub::Hub;
use crate::percentiles::Percentiles;
use crate::world::World;
use anyhow::{Context as _, bail, ensure};
use futures::future::try_join_all;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

const READERS: usize = 500;
/// Each is several events.
const CALLS: usize = 40;
/// How long anything here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was measured: from the event's own time, which is in whole milliseconds, to each reader.
pub(crate) struct LiveFigures {
    one: Vec<Duration>,
    many: Vec<Duration>,
}

/// Measures it all.
pub(crate) async fn measure(world: &World) -> anyhow::Result<LiveFigures> {
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let variables = [
        ("SIGNALBOX_WEB_LISTEN", address.as_str()),
        ("SIGNALBOX_WEB_CONNECTIONS", "700"),
        ("SIGNALBOX_WEB_CONNECTIONS_PER_ADDRESS", "700"),
        ("SIGNALBOX_WEB_REQUESTS_PER_MINUTE", "100000"),
        ("SIGNALBOX_SANDBOX_WARM", "1"),
    ];
    let hub = Hub::start_with(world, "hub-live", &[], &variables).await?;
    let cookie = sign_in(&hub, &address).await?;
    let measured = async {
        // The first fills caches and makes the mirror; it is not counted.
        watch(&hub, &address, &cookie, 1).await?;
        let one = watch(&hub, &address, &cookie, 1).await?;
        Ok(LiveFigures { one, many: watch(&hub, &address, &cookie, READERS).await? })
    };
    let measured = measured.await;
    hub.stop().await?;
    world.remove_containers()?;
    measured
}

/// A person of the project; their session's cookie.
async fn sign_in(hub: &Hub, address: &str) -> anyhow::Result<String> {
    let person = json!({"name": "ann", "role": "viewer", "project": "bench", "admin": false, "identities": []});
    hub.post("users", &person).await?;
    let invitation: Value = hub.post("users/ann/invitation", &json!({})).await?.json().await?;
    let welcome = json!({"code": invitation["code"], "password": "seven purple lamps under the bridge"});
    let base = format!("http://{address}");
    let request = reqwest::Client::new().post(format!("{base}/api/v1/welcome")).header("origin", base).json(&welcome);
    let answer = request.send().await?.error_for_status()?;
    let cookie = answer.headers().get("set-cookie").context("no session")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

type Socket = WebSocketStream<TcpStream>;

async fn subscribe(address: &str, cookie: &str, task: &str) -> anyhow::Result<Socket> {
    let mut request = format!("ws://{address}/api/v1/live").into_client_request()?;
    request.headers_mut().insert("cookie", cookie.parse()?);
    request.headers_mut().insert("origin", format!("http://{address}").parse()?);
    let (mut socket, _) = client_async(request, TcpStream::connect(address).await?).await?;
    let ask = json!({"do": "subscribe", "id": "t", "to": {"topic": "task", "task": task}});
    socket.send(Message::text(ask.to_string())).await?;
    Ok(socket)
}

/// Has a task done that so many watch, and gives how late each heard of each event of it.
async fn watch(hub: &Hub, address: &str, cookie: &str, readers: usize) -> anyhow::Result<Vec<Duration>> {
    let script = Script::new().delay(Duration::from_millis(if readers == 1 { 500 } else { 4000 }));
    let call = |at| json!({"command": format!("echo {at}"), "description": "Count"});
    let script = (0..CALLS).fold(script, |script, at| script.tool("Bash", call(at)));
    let task = hub.queue_allowed(&script.say("Done.").to_string()).await?;
    let mut listening = Vec::with_capacity(readers);
    for _ in 0..readers {
        listening.push(subscribe(address, cookie, &task).await?);
    }
    let began = now();
    let heard = try_join_all(listening.into_iter().map(|socket| tokio::spawn(listen(socket, began)))).await?;
    let heard: Vec<Vec<Duration>> = heard.into_iter().collect::<anyhow::Result<_>>()?;
    let each = heard.first().map_or(0, Vec::len);
    ensure!(each > CALLS * 2 && heard.iter().all(|one| one.len() == each), "not all heard the same");
    Ok(heard.concat())
}

/// Milliseconds since 1970, as events have them.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}

/// Reads on to the task's end. What had happened before all were there is not counted.
async fn listen(mut socket: Socket, began: u64) -> anyhow::Result<Vec<Duration>> {
    let mut late = Vec::new();
    loop {
        let said = timeout(PATIENCE, socket.next()).await?.context("the hub hung up")??;
        let now = now();
        let Message::Text(text) = said else { continue };
        let said: Value = serde_json::from_str(text.as_str())?;
        match said["type"].as_str() {
            Some("event") => {
                let at = said["event"]["at"].as_u64().context("an event without its time")?;
                if at > began {
                    late.push(Duration::from_millis(now.saturating_sub(at)));
                }
            }
            Some("ended") => return Ok(late),
            Some("refused") => bail!("{said}"),
            _ => {}
        }
    }
}

impl fmt::Display for LiveFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, many) = (Percentiles::of(&self.one), Percentiles::of(&self.many));
        writeln!(f, "\nWatching a busy task, in milliseconds: {} and {} events heard\n", one.count, many.count)?;
        writeln!(f, "  {:54}{:>10}{:>10}{:>10}", "", "p50", "p99", "most")?;
        writeln!(f, "  {:54}{one}", "event to its one reader")?;
        writeln!(f, "  {:54}{many}", format!("event to each of {READERS} readers"))?;
        writeln!(f, "\nTargets (a missed one does not fail the run)\n")?;
        let word = if many.p99 <= 1000.0 { "met" } else { "MISSED" };
        writeln!(f, "  {:46}{:>8.2}  to be at most {:<6} {word}", "event to 500 readers, p99", many.p99, 1000.0)
    }
}
