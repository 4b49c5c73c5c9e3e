//! Signed webhooks and schedules, through the shipped binary: another system tells, or a time comes, and what comes of it is
//! seen in a chat; or another system is told. Requests are signed by openssl or Python, which know nothing of our code.

mod again;
mod load;
mod receiver;
mod schedules;
mod telling;
mod told;

use crate::harness::World;
use crate::telegram::Team;
use reqwest::{Client, StatusCode};
use signalbox_testkit::telegram::{Chat, TelegramSettings, User};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// A team whose hub other systems can reach.
struct Reachable {
    team: Team,
    address: String,
    ann: User,
    chat: Chat,
}

impl Reachable {
    async fn new() -> Self {
        Self::with(|world| world).await
    }

    /// The same, with other settings.
    async fn with(adjust: impl FnOnce(World) -> World) -> Self {
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let listening = |world: World| adjust(world.with("SIGNALBOX_WEB_LISTEN", &format!("127.0.0.1:{port}")));
        let team = Team::with(TelegramSettings::default(), "", listening).await;
        let (ann, chat) = team.member("Ann", "member").await;
        Self { team, address: format!("http://127.0.0.1:{port}"), ann, chat }
    }

    /// Ann's chat, as a place.
    fn place(&self) -> String {
        format!("telegram:{}", self.ann.id())
    }

    /// Adds a hook with these rules, and returns its secret.
    async fn hook(&self, name: &str, rules: &str) -> String {
        let file = self.team.world.folder().join(format!("{name}.toml"));
        std::fs::write(&file, rules).unwrap();
        let file = file.to_str().unwrap();
        let place = self.place();
        let arguments = ["hook", "add", name, "--project", "demo", "--as", "Ann", "--from", file, "--place", &place];
        let said = self.team.says(&arguments).await;
        let mut lines = said.lines();
        assert_eq!(lines.next(), Some(format!("/hooks/in/{name}").as_str()));
        lines.next().expect("the secret").to_owned()
    }

    /// How many tasks there are.
    async fn tasks(&self) -> usize {
        let listed = self.team.says(&["tasks", "--all", "--json"]).await;
        serde_json::from_str::<Vec<serde_json::Value>>(&listed).unwrap().len()
    }
}

/// A request after Standard Webhooks.
#[derive(Clone)]
struct Request {
    url: String,
    id: String,
    time: u64,
    signature: String,
    body: String,
}

impl Request {
    /// Signs it.
    fn signed(hub: &Reachable, hook: &str, secret: &str, (id, body): (&str, &str)) -> Self {
        Self::signed_at(now(), hub, hook, secret, (id, body))
    }

    fn signed_at(time: u64, hub: &Reachable, hook: &str, secret: &str, (id, body): (&str, &str)) -> Self {
        let signature = sign(secret, &format!("{id}.{time}.{body}"));
        let url = format!("{}/hooks/in/{hook}", hub.address);
        Self { url, id: id.to_owned(), time, signature, body: body.to_owned() }
    }

    async fn send(&self) -> Result<StatusCode, reqwest::Error> {
        let request = Client::new().post(&self.url).body(self.body.clone());
        let request = request.header("webhook-id", &self.id).header("webhook-timestamp", self.time.to_string());
        Ok(request.header("webhook-signature", &self.signature).send().await?.status())
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The secret that a command shows.
fn secret_of(said: &str) -> String {
    said.lines().find(|line| line.starts_with("whsec_")).expect("a secret").to_owned()
}

/// What Python says the signatures of many texts are.
fn sign_all(secret: &str, signed: &[String]) -> Vec<String> {
    let script = "import base64, hmac, sys\nkey = base64.b64decode(sys.argv[1])\nfor line in sys.stdin:\n    \
         print('v1,' + base64.b64encode(hmac.digest(key, line.rstrip('\\n').encode(), 'sha256')).decode())";
    let secret = secret.strip_prefix("whsec_").expect("a secret of Standard Webhooks");
    let mut python = Command::new("python3");
    let python = python.args(["-c", script, secret]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn().expect("python3 runs");
    let mut input = python.stdin.take().unwrap();
    let lines = signed.iter().map(|line| format!("{line}\n")).collect::<String>();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// What openssl says the signature is.
pub(crate) fn sign(secret: &str, signed: &str) -> String {
    let script = "key=$(printf %s \"$1\" | base64 -d | od -An -v -tx1 | tr -d ' \\n'); \
         openssl dgst -sha256 -mac HMAC -macopt hexkey:$key -binary | base64";
    let secret = secret.strip_prefix("whsec_").expect("a secret of Standard Webhooks");
    let mut shell = Command::new("sh");
    let mut shell =
        shell.args(["-c", script, "sh", secret]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sh runs");
    shell.stdin.take().unwrap().write_all(signed.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    format!("v1,{}", String::from_utf8(output.stdout).unwrap().trim())
}
