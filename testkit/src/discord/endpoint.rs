//! Interactions over HTTP: signed, to an address that has first shown that it checks signatures.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::Snowflake;
use super::callback;
use super::exchange::ANSWER_WITHIN;
use super::form::Faults;
use super::outgoing::{Answer, post};
use super::refusal::{Reason, Refusal};
use super::session::{Event, HandedOut};
use super::shared::Shared;
use super::world::World;

/// How long an address may take to answer a ping, in real time.
const PING_WITHIN: Duration = Duration::from_secs(5);

/// A request as it will be sent.
struct Signed {
    timestamp: String,
    signature: String,
    body: String,
}

impl Signed {
    fn new(world: &World, body: &Value) -> Self {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().to_string();
        let body = body.to_string();
        let signature = world.application.sign(&timestamp, body.as_bytes());
        Self { timestamp, signature, body }
    }

    /// With a signature that belongs to another body.
    fn forged(world: &World, body: &Value) -> Self {
        let signature = world.application.sign("0", b"another body");
        Self { signature, ..Self::new(world, body) }
    }

    async fn send(&self, url: &str, within: Duration) -> Result<Answer, String> {
        let headers =
            [("X-Signature-Ed25519", self.signature.as_str()), ("X-Signature-Timestamp", self.timestamp.as_str())];
        match tokio::time::timeout(within, post(url, &headers, self.body.as_bytes())).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it did not answer in time".to_owned()),
        }
    }
}

/// Sets the address, or none. Before that it is pinged twice: a true ping must be answered, a forged one refused.
///
/// # Errors
/// What the address did wrong.
pub(crate) async fn set(shared: &Arc<Shared>, url: Option<String>) -> Result<(), String> {
    if let Some(url) = &url {
        let (ping, forged) = shared.change(|world| {
            let ping = ping(world);
            (Signed::new(world, &ping), Signed::forged(world, &ping))
        });
        let answer = ping.send(url, PING_WITHIN).await?;
        let pong = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        if answer.status != 200 || pong["type"] != 1 {
            return Err(format!("it answered a ping with {} and {pong}", answer.status));
        }
        let answer = forged.send(url, PING_WITHIN).await?;
        if answer.status != 401 {
            return Err(format!("it answered a ping with a bad signature with {}", answer.status));
        }
    }
    shared.change(|world| world.endpoint = url);
    Ok(())
}

fn ping(world: &mut World) -> Value {
    json!({
        "id": world.ids.next(), "application_id": world.application.id, "type": 1, "token": super::world::secret(64),
        "version": 1, "entitlements": [], "authorizing_integration_owners": {}, "attachment_size_limit": 10_485_760,
    })
}

/// How the API refuses an address.
pub(crate) fn refusal(fault: &str) -> Refusal {
    let mut faults = Faults::default();
    let message = format!("The specified interactions endpoint url could not be verified: {fault}.");
    faults.add("interactions_endpoint_url", "APPLICATION_INTERACTIONS_ENDPOINT_VERIFICATION_FAILED", message);
    faults.refuse().err().unwrap_or_else(|| Reason::NotFound.into())
}

/// Tells the bot of an interaction: by the gateway, or at the address if there is one.
pub(crate) fn deliver(shared: &Arc<Shared>, id: Snowflake, interaction: Value) {
    let signed = shared.change(|world| match world.endpoint.clone() {
        Some(url) => {
            let (name, at) = ("INTERACTION_CREATE".to_owned(), Instant::now());
            world.handed_out.push(HandedOut { name, subject: Some(id), sequence: None, at });
            Some((url, Signed::new(world, &interaction), world.clock.real(ANSWER_WITHIN)))
        }
        None => {
            world.emit(&Event::new("INTERACTION_CREATE", 0, interaction));
            None
        }
    });
    if let Some((url, signed, within)) = signed {
        shared.runtime.spawn(send(shared.clone(), id, url, signed, within));
    }
}

async fn send(shared: Arc<Shared>, id: Snowflake, url: String, signed: Signed, within: Duration) {
    let sent = tokio::select! {
        sent = signed.send(&url, within) => sent,
        () = shared.closing.cancelled() => return,
    };
    shared.change(|world| {
        let result = sent.and_then(|answer| take(world, id, &answer));
        if let (Err(failure), Some(exchange)) = (result, world.exchanges.get_mut(&id)) {
            exchange.failure = Some(failure);
        }
    });
}

/// The answer may be in the response, or come by its route after an empty one.
fn take(world: &mut World, id: Snowflake, answer: &Answer) -> Result<(), String> {
    match answer.status {
        202 | 204 => return Ok(()),
        200 => {}
        status => return Err(format!("the bot's endpoint answered {status}")),
    }
    let body: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let token = world.exchanges.get(&id).map(|exchange| exchange.token.clone()).unwrap_or_default();
    callback::answer(world, (id, &token), &body, &[]).map_err(|refusal| refusal.to_json().to_string())
}
