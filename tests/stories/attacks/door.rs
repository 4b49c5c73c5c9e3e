//! At the door: whoever is not GitHub starts nothing, and what GitHub says counts only for whom and what it is about.

use super::{Attack, attack};
use crate::github::Team;
use crate::harness::PATIENCE;
use crate::telegram::leave_a_trace;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Url};
use ring::hmac;
use serde_json::{Value, json};
use signalbox_testkit::github::{Delivery, Role, Visibility};
use signalbox_testkit::script::Script;
use std::time::Duration;

pub(super) const ABOUT: &str = "At the door: Requests to the webhook address, by somebody who has read a real delivery or \
    who is somebody else; while an approval is open that they want to decide.";

/// What somebody at the door has: a real delivery, and what they made of it.
struct Knock<'a> {
    client: &'a Client,
    team: &'a Team,
    body: &'a str,
    secret: &'a str,
}

impl Knock<'_> {
    fn sends(&self, event: &str, id: &str, body: impl Into<Vec<u8>>) -> RequestBuilder {
        let url = format!("{}/hooks/github", self.team.web);
        let request = self.client.post(url).header("content-type", "application/json");
        request.header("x-github-event", event).header("x-github-delivery", id).body(body.into())
    }

    fn sends_signed(&self, event: &str, id: &str, body: String) -> RequestBuilder {
        let signature = sign(hmac::HMAC_SHA256, self.secret, &body);
        self.sends(event, id, body).header("x-hub-signature-256", format!("sha256={signature}"))
    }

    /// What was signed as JSON, brought as the form that somebody wrote into a text of it.
    fn sends_as_form(&self, event: &str, id: &str) -> RequestBuilder {
        let mut form = Url::parse("http://form.invalid/").expect("an address");
        form.query_pairs_mut().append_pair("payload", &self.forged());
        let mut signed: Value = serde_json::from_str(self.body).expect("JSON");
        signed["issue"]["title"] = format!("&{}&", form.query().unwrap_or_default()).into();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.sends_signed(event, id, signed.to_string()).headers(HeaderMap::from_iter([(CONTENT_TYPE, form)]))
    }

    /// Somebody else's words under the real signature of others.
    fn forged(&self) -> String {
        self.body.replace("I leave a trace", "I leave another")
    }
}

fn sign(algorithm: hmac::Algorithm, secret: &str, body: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), body.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

type Make = fn(&Knock<'_>) -> RequestBuilder;
type Forge = fn(&mut Value);

/// What is sent, and how it is answered.
const KNOCKS: [(Attack, Make, u16); 16] = [
    (
        attack("no signature at all", "Appwrite, advisory-database#7131 (CWE-347); JENKINS-48012"),
        |knock| knock.sends("issue_comment", "k1", knock.body),
        401,
    ),
    (
        attack("an empty signature", "Appwrite, advisory-database#7131 (CWE-347)"),
        |knock| knock.sends("issue_comment", "k2", knock.body).header("x-hub-signature-256", ""),
        401,
    ),
    (
        attack(
            "only the weaker signature, which GitHub sends as well (SHA-1)",
            "GitHub, Validating webhook deliveries",
        ),
        |knock| {
            let signature = sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, knock.secret, knock.body);
            knock.sends("issue_comment", "k3", knock.body).header("x-hub-signature", format!("sha1={signature}"))
        },
        401,
    ),
    (
        attack(
            "the weaker signature in the place of the stronger one",
            "CWE-757, selection of a less secure algorithm",
        ),
        |knock| {
            let signature = sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, knock.secret, knock.body);
            knock.sends("issue_comment", "k4", knock.body).header("x-hub-signature-256", format!("sha1={signature}"))
        },
        401,
    ),
    (
        attack("a signature with an empty secret", "CWE-1391, weak credentials; schdaniel/josephus#43"),
        |knock| {
            let signature = sign(hmac::HMAC_SHA256, "", knock.body);
            knock.sends("issue_comment", "k5", knock.body).header("x-hub-signature-256", format!("sha256={signature}"))
        },
        401,
    ),
    (
        attack("the first half of the right signature", "Jenkins GitHub plugin, GHSA-mxcc-7h5m-x57r (CVE-2022-36885)"),
        |knock| {
            let signature = sign(hmac::HMAC_SHA256, knock.secret, knock.body);
            knock
                .sends("issue_comment", "k6", knock.body)
                .header("x-hub-signature-256", format!("sha256={}", &signature[..32]))
        },
        401,
    ),
    (
        attack("other words under a signature that was read elsewhere", "GitHub, Validating webhook deliveries"),
        |knock| {
            let signature = sign(hmac::HMAC_SHA256, knock.secret, knock.body);
            knock
                .sends("issue_comment", "k7", knock.forged())
                .header("x-hub-signature-256", format!("sha256={signature}"))
        },
        401,
    ),
    (
        attack(
            "the same JSON with another blank, so that parser and check disagree",
            "CWE-436, interpretation conflict",
        ),
        |knock| {
            let signature = sign(hmac::HMAC_SHA256, knock.secret, knock.body);
            let body = format!("{} ", knock.body);
            knock.sends("issue_comment", "k8", body).header("x-hub-signature-256", format!("sha256={signature}"))
        },
        401,
    ),
    (
        attack(
            "two signatures, a wrong one and a right one for other words",
            "CWE-444, inconsistent reading of headers",
        ),
        |knock| {
            let signature = sign(hmac::HMAC_SHA256, knock.secret, knock.body);
            let request = knock.sends("issue_comment", "k9", knock.forged());
            request
                .header("x-hub-signature-256", "sha256=00")
                .header("x-hub-signature-256", format!("sha256={signature}"))
        },
        401,
    ),
    (
        attack("a payload of 30 MB from nobody", "Argo CD, CVE-2024-40634"),
        |knock| knock.sends("issue_comment", "k10", vec![b'['; 30 << 20]),
        413,
    ),
    (
        attack("a compressed payload that grows when it is unpacked", "CWE-409, decompression bombs"),
        |knock| {
            let zeros = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3].repeat(1000);
            knock.sends("issue_comment", "k11", zeros).header("content-encoding", "gzip")
        },
        401,
    ),
    (
        attack("the hub's own API on the address for webhooks", "OWASP API5:2023, broken function level authorization"),
        |knock| knock.client.post(format!("{}/api/v1/tasks", knock.team.web)).json(&json!({"prompt": "x"})),
        401,
    ),
    (
        attack("the API by way of a path that goes back", "CWE-22, path traversal"),
        |knock| {
            knock.client.request(Method::GET, format!("{}/hooks/github/%2e%2e/%2e%2e/api/v1/approvals", knock.team.web))
        },
        401,
    ),
    (
        attack("a real delivery under an id of a thousand characters", "CWE-400, uncontrolled resource consumption"),
        |knock| knock.sends_signed("issue_comment", &"k".repeat(1000), knock.body.to_owned()),
        400,
    ),
    (
        attack(
            "a real delivery under the name of another event",
            "GitHub, Webhook payloads: the event's name is not signed",
        ),
        |knock| knock.sends_signed("check_run", "k15", knock.body.to_owned()),
        202,
    ),
    (
        attack(
            "JSON with `&payload=` in a title, sent again as a form",
            "GitHub, Webhook headers: the content type is not signed; CWE-436, interpretation conflict",
        ),
        |knock| knock.sends_as_form("issue_comment", "k16"),
        400,
    ),
];

/// What GitHub itself could be made to say: signed, and for the wrong ones.
const PRESSES: [(Attack, Forge); 5] = [
    (
        attack(
            "a button of another App's check run that carries our code",
            "GitHub, Check runs: any App names its buttons freely",
        ),
        |press| {
            press["check_run"]["app"]["id"] = json!(1);
        },
    ),
    (attack("a button in a repository that names another one's issue", "CWE-441, confused deputy"), |press| {
        press["repository"]["full_name"] = json!("mallory/demo");
    }),
    (
        attack(
            "a button in a repository that has taken over the name of the one that is bound",
            "Checkmarx, RepoJacking by retired namespaces, 2022",
        ),
        |press| {
            press["repository"]["id"] = json!(999_999);
        },
    ),
    (
        attack(
            "a button pressed by who has taken over the login of a member",
            "GitHub, Changing your username: it can be claimed by others",
        ),
        |press| {
            press["sender"]["id"] = json!(999_999);
        },
    ),
    (
        attack("a button pressed by a bot with write access", "Synacktiv, GitHub Actions exploitation: Dependabot"),
        |press| {
            press["sender"]["type"] = json!("Bot");
        },
    ),
];

const REPLAY: Attack = attack("a real delivery again and again", "GitHub, Best practices for webhooks: replay attacks");
const RENAMED: Attack =
    attack("a real delivery again, under ids of its own", "GitHub, Webhook headers: a delivery's id is not signed");
const STOPPED_AGAIN: Attack = attack(
    "a button that stopped a task, again under another id once the task was retried",
    "GitHub, Webhook headers: a delivery's id is not signed; CWE-294, capture and replay",
);

pub(super) fn attacks() -> Vec<&'static Attack> {
    let knocks = KNOCKS.iter().map(|(attack, _, _)| attack);
    knocks.chain(PRESSES.iter().map(|(attack, _)| attack)).chain([&REPLAY, &RENAMED, &STOPPED_AGAIN]).collect()
}

#[tokio::test]
async fn whoever_is_not_github_starts_nothing_and_decides_nothing() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let issue = ann.opens_issue(&team.repo, "At the door", "");
    ann.comments(&issue, &format!("@signalbox {}", leave_a_trace()));
    let is_real = |delivery: &Delivery| delivery.event == "issue_comment" && delivery.body.contains("@signalbox");
    let real = team.github.wait_for_delivery(is_real, PATIENCE).await;
    let (_, code) = team.is_asked(&issue).await;
    let (client, secret) =
        (Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap(), team.github.webhook_secret());
    let knock = Knock { client: &client, team: &team, body: &real.body, secret: &secret };
    for (attack, make, status) in KNOCKS {
        match make(&knock).send().await {
            Ok(answer) => assert_eq!(answer.status().as_u16(), status, "{}", attack.tries),
            // Who is still sending what is too much may find the connection closed before the answer is read.
            Err(error) => assert_eq!(status, 413, "{}: {error}", attack.tries),
        }
    }
    for number in 0..20 {
        let again = knock.sends_signed("issue_comment", &real.guid, real.body.clone()).send().await.unwrap();
        assert_eq!(again.status().as_u16(), 202, "{} {number}", REPLAY.tries);
        let id = format!("again-{number}");
        let again = knock.sends_signed("issue_comment", &id, real.body.clone()).send().await.unwrap();
        assert_eq!(again.status().as_u16(), 202, "{} {number}", RENAMED.tries);
    }
    let press = press(&team, &ann, &format!("o:{code}"), &real);
    for (number, (attack, forge)) in PRESSES.into_iter().enumerate() {
        let mut forged = press.clone();
        forge(&mut forged);
        let answer = knock.sends_signed("check_run", &format!("p{number}"), forged.to_string()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 202, "{}", attack.tries);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((open(&team).await.len(), team.tasks().await.len()), (1, 1), "nothing is decided, and nothing begun");
    // The control: the same button decides when it is what it seems to be.
    knock.sends_signed("check_run", "control", press.to_string()).send().await.unwrap();
    team.hears(&issue, "The trace is left.").await;
    team.ends().await;
}

#[tokio::test]
async fn a_button_that_stopped_a_task_does_not_stop_it_again() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let issue = ann.opens_issue(&team.repo, "At the door", "");
    let leave = |file: &str| json!({"command": format!("echo ran >> {file}"), "description": "Leave a trace"});
    let script = Script::new().tool("Bash", leave("first.txt")).tool("Bash", leave("second.txt"));
    ann.comments(&issue, &format!("@signalbox {}", script.say("The trace is left.")));
    let is_real = |delivery: &Delivery| delivery.event == "issue_comment" && delivery.body.contains("@signalbox");
    let real = team.github.wait_for_delivery(is_real, PATIENCE).await;
    let first = is_asked(&team, None).await;
    let (client, secret) = (Client::builder().no_proxy().build().unwrap(), team.github.webhook_secret());
    let knock = Knock { client: &client, team: &team, body: &real.body, secret: &secret };
    let task = team.tasks().await[0]["id"].as_str().unwrap().to_owned();
    let stop = press(&team, &ann, &format!("S:{task}"), &real).to_string();
    // The control: it stops the task when it comes from GitHub.
    knock.sends_signed("check_run", "stop", stop.clone()).send().await.unwrap();
    team.hears(&issue, "topped").await;
    ann.comments(&issue, "/retry");
    let second = is_asked(&team, Some(&first)).await;
    let again = knock.sends_signed("check_run", "stop-again", stop).send().await.unwrap();
    assert_eq!(again.status().as_u16(), 202, "{}", STOPPED_AGAIN.tries);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let still: Vec<_> = open(&team).await.iter().map(|one| one["id"].clone()).collect();
    assert_eq!(still, [json!(second)], "{}", STOPPED_AGAIN.tries);
    ann.comments(&issue, &format!("/approve {second}"));
    team.hears(&issue, "The trace is left.").await;
    team.ends().await;
}

/// Waits until something is asked that is not this; its code.
async fn is_asked(team: &Team, but: Option<&str>) -> String {
    let asked = async {
        loop {
            let ids = open(team).await.into_iter().filter_map(|one| one["id"].as_str().map(str::to_owned));
            if let Some(id) = ids.into_iter().find(|id| Some(id.as_str()) != but) {
                return id;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("something is asked")
}

async fn open(team: &Team) -> Vec<Value> {
    serde_json::from_str(&team.says(&["approvals", "--json"]).await).expect("a list of approvals")
}

/// The webhook of somebody who presses this button of our own check run.
fn press(team: &Team, by: &signalbox_testkit::github::User, button: &str, real: &Delivery) -> Value {
    let real: Value = serde_json::from_str(&real.body).unwrap();
    json!({
        "action": "requested_action", "repository": real["repository"], "installation": real["installation"],
        "sender": {"login": by.login(), "id": by.id(), "type": "User"},
        "requested_action": {"identifier": button},
        "check_run": {"id": 1, "name": "Signalbox", "head_sha": "a1", "external_id": "acme/demo#1 x",
            "app": {"id": team.github.app_id()}, "output": {}},
    })
}
