//! The hub's API on its local socket, as a story speaks it: requests, and the record of a task across the hub's deaths.

use crate::harness::{PATIENCE, World};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// What pushes the branch into the repository, as `signalbox run --repo` does.
pub(crate) const PUSHING: &str = "version = 1\n\n[push]\nwhen = \"auto\"\n";

/// How often a hub that is away is tried again.
const LOOK: Duration = Duration::from_millis(50);

/// A hub's local socket, whether or not the hub is there.
#[derive(Clone)]
pub(crate) struct Socket {
    client: Client,
}

impl Socket {
    /// The socket of the hub with this home.
    pub(crate) fn of(home: &Path) -> Self {
        let client = Client::builder().unix_socket(home.join("signalbox.sock")).no_proxy().pool_max_idle_per_host(0);
        Self { client: client.build().expect("a client") }
    }

    /// One request; none when nobody answers.
    pub(crate) async fn tries(&self, method: Method, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.client.request(method, format!("http://hub/api/v1/{path}")).json(body).timeout(PATIENCE);
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.json().await.unwrap_or_default()))
    }

    /// One request that must be answered well; a hub that is away is waited for.
    pub(crate) async fn does(&self, method: Method, path: &str, body: &Value) -> Value {
        let began = Instant::now();
        loop {
            match self.tries(method.clone(), path, body).await {
                Some((200..=299, answer)) => return answer,
                Some((status, answer)) => panic!("{method} {path}: {status} {answer}"),
                None => assert!(began.elapsed() < PATIENCE, "{method} {path}: no hub answers"),
            }
            sleep(LOOK).await;
        }
    }

    /// What is there under this path.
    pub(crate) async fn gets(&self, path: &str) -> Value {
        self.does(Method::GET, path, &Value::Null).await
    }

    /// Posts to this path.
    pub(crate) async fn posts(&self, path: &str, body: &Value) -> Value {
        self.does(Method::POST, path, body).await
    }

    /// Adds a project.
    pub(crate) async fn adds_project(&self, name: &str, repository: &Path, policy: &str) {
        let project = json!({"name": name, "git": repository, "policy": policy, "credential": null});
        self.posts("projects", &project).await;
    }

    /// Submits a task to a project; `other` replaces fields of the request. Returns the task's id.
    pub(crate) async fn submits(&self, project: &str, prompt: &str, other: Value) -> String {
        let key = format!("{:032x}", rand::random::<u128>());
        let mut request = json!({
            "source": "story", "key": key, "project": project, "conversation": null, "place": format!("terminal:{key}"),
            "prompt": prompt, "attachments": [], "model": null, "priority": 0, "not_before": null,
            "limits": {"budget": null, "seconds": null, "turns": null}, "asking": "ask",
        });
        for (name, value) in other.as_object().into_iter().flatten() {
            request[name] = value.clone();
        }
        let submitted = self.posts("tasks", &request).await;
        submitted["task"].as_str().expect("a task").to_owned()
    }

    /// A task as it stands.
    pub(crate) async fn task(&self, id: &str) -> Value {
        self.gets(&format!("tasks/{id}")).await
    }

    /// Says yes to an approval; returns what became of it. A hub that dies meanwhile is asked again.
    pub(crate) async fn approves(&self, approval: &str) -> Value {
        self.posts(&format!("approvals/{approval}/decision"), &yes(approval)).await
    }

    /// Follows a task from its first event.
    pub(crate) fn follows(&self, task: &str) -> Follower {
        let path = format!("http://hub/api/v1/tasks/{task}/events");
        Follower { client: self.client.clone(), path, stream: None, rest: Vec::new(), seen: Vec::new() }
    }
}

/// A yes, for this once.
pub(crate) fn yes(approval: &str) -> Value {
    json!({"approval": approval, "saying": {"say": "allow"}, "span": "once"})
}

/// Follows one task's record, across the hub's absences.
pub(crate) struct Follower {
    client: Client,
    path: String,
    stream: Option<Response>,
    rest: Vec<u8>,
    /// Every event so far.
    pub(crate) seen: Vec<Value>,
}

impl Follower {
    /// The next event.
    pub(crate) async fn next(&mut self) -> Value {
        match timeout(PATIENCE, self.advance()).await {
            Ok(event) => event,
            Err(_) => panic!("nothing more happens; seen: {:#?}", self.kinds()),
        }
    }

    async fn advance(&mut self) -> Value {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                let line: Value = serde_json::from_slice(&line).expect("a line of JSON");
                let Some(seq) = line["seq"].as_u64() else { continue };
                assert_eq!(seq, self.seen.len() as u64 + 1, "an event is missing or doubled: {line}");
                self.seen.push(line.clone());
                return line;
            }
            match &mut self.stream {
                Some(stream) => match stream.chunk().await {
                    Ok(Some(bytes)) => self.rest.extend_from_slice(&bytes),
                    Ok(None) | Err(_) => (self.stream, self.rest) = (None, Vec::new()),
                },
                None => self.open().await,
            }
        }
    }

    async fn open(&mut self) {
        let opened = self.client.get(format!("{}?after={}", self.path, self.seen.len())).send().await;
        match opened.and_then(Response::error_for_status) {
            Ok(stream) => self.stream = Some(stream),
            Err(_) => sleep(LOOK).await,
        }
    }

    /// The next event of this kind.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next().await;
            if event["event"] == kind {
                return event;
            }
            assert_ne!(event["event"], "finished", "it ended without `{kind}`: {event}; seen: {:#?}", self.kinds());
        }
    }

    /// The kinds of what was seen, in order.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        self.seen.iter().filter_map(|event| event["event"].as_str()).collect()
    }

    /// How often an event of this kind was seen.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.kinds().iter().filter(|seen| **seen == kind).count()
    }
}

/// A world whose hub has one project, `site`, of the world's repository.
pub(crate) async fn site(world: &World, policy: &str) -> Socket {
    let socket = Socket::of(&world.home());
    socket.adds_project("site", &world.repository(), policy).await;
    socket
}
