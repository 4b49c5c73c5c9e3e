//! The audit log, as an admin reads it over the network, on a page and on the command line.

use super::stage::{Browser, GOOD, Stage};
use reqwest::Method;
use serde_json::{Value, json};

const NOTHING: &Value = &Value::Null;

/// What the hub's own command line prints.
async fn says(stage: &Stage, arguments: &[&str]) -> String {
    let said = stage.world.says(arguments).await;
    assert_eq!(said.code(), 0, "{arguments:?}: {}", said.stderr);
    said.stdout
}

async fn entries(admin: &mut Browser<'_>, query: &str) -> Vec<Value> {
    let answer = admin.gets(&format!("/api/v1/audit{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_admin_reads_who_did_what_from_where_and_nobody_else_does() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let mut bob = stage.person(&mut ada, "bob").await;
    assert_eq!(bob.signs_in("ada", "not the password at all").await.status, 401);
    let made = ada.posts("/api/v1/me/tokens", json!({ "name": "ci", "scopes": ["read"] })).await.body;
    let token = made["token"].as_str().unwrap();
    for path in ["/api/v1/audit", "/api/v1/audit/head", "/api/v1/audit/verification"] {
        assert_eq!(bob.gets(path).await.status, 403, "{path}");
        assert_eq!(stage.bears(token, Method::GET, path, NOTHING).await.status, 403, "{path}");
    }
    for path in ["/audit", "/audit/export"] {
        assert_eq!(bob.gets(path).await.status, 403, "{path}");
        assert_eq!(
            stage.bears(token, Method::GET, path, NOTHING).await.status,
            403,
            "{path}: not in the token's scopes"
        );
    }
    let refused = entries(&mut ada, "?kind=session.refused").await;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((&refused[0]["object"], &refused[0]["from"]), (&json!("user:ada"), &json!("127.0.0.1")));
    let of_bob = entries(&mut ada, "?person=bob&kind=request.refused").await;
    assert_eq!(of_bob.len(), 5, "{of_bob:?}");
    assert!(of_bob.iter().all(|entry| entry["who"]["name"] == "bob" && entry["from"] == "127.0.0.1"));
    let by_token = entries(&mut ada, "?kind=request.refused&person=ada").await;
    assert!(by_token.iter().all(|entry| entry["who"]["is"] == "token" && entry["who"]["token"] == made["id"]));
    assert_eq!(by_token.len(), 5, "{by_token:?}");
    assert_eq!(ada.gets("/api/v1/audit?kind=no.such").await.status, 422);

    let first = ada.gets("/api/v1/audit?limit=2&after=0").await.body;
    assert_eq!((&first["entries"][0]["number"], &first["next"]), (&json!(1), &json!(2)));
    let second = entries(&mut ada, "?limit=2&after=2").await;
    assert_eq!(second[0]["previous"], first["entries"][1]["hash"]);
    let found = ada.gets("/api/v1/audit/verification").await.body;
    assert_eq!((&found["wrong"], &found["seals"]), (&json!(0), &json!(true)), "{found}");

    let page = ada.gets("/audit?kind=session.refused").await;
    let html = page.body.as_str().unwrap();
    assert!(html.contains("user:ada") && html.contains("127.0.0.1") && !html.contains("invitation.accepted</span>"));
    let checked = ada.gets("/audit?check=1").await;
    assert!(checked.body.as_str().unwrap().contains("are as they were entered"), "{checked:?}");
    assert!(ada.gets("/more").await.body.as_str().unwrap().contains("href=\"/audit\""));
    assert!(!bob.gets("/more").await.body.as_str().unwrap().contains("href=\"/audit\""));
    drop((ada, bob));
    stage.ends().await;
}

#[tokio::test]
async fn an_export_is_verified_anywhere_and_holds_no_secret() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    stage.person(&mut ada, "bob").await;
    let made = ada.posts("/api/v1/me/tokens", json!({ "name": "ci", "scopes": ["read", "manage"] })).await.body;
    let token = made["token"].as_str().unwrap().to_owned();
    let grant = json!({ "grant": "token", "token": token });
    let pair = stage.posts("/api/v1/token", &grant).await.body;
    assert_eq!(stage.bears(&token, Method::GET, "/api/v1/audit", NOTHING).await.status, 200);

    let head = says(&stage, &["audit", "head"]).await;
    let export = says(&stage, &["audit", "export"]).await;
    let cookie = ada.cookie.clone().unwrap();
    let by_page = stage.asks(Method::GET, "/audit/export").header("cookie", &cookie).send().await.unwrap();
    assert_eq!(by_page.headers()["content-disposition"], "attachment; filename=\"audit.ndjson\"");
    assert_eq!(by_page.text().await.unwrap(), export, "both are the same");
    let cookie = cookie.split_once('=').unwrap().1;
    let secrets =
        [GOOD, &token, cookie, pair["access_token"].as_str().unwrap(), pair["refresh_token"].as_str().unwrap()];
    for secret in secrets {
        assert!(!export.contains(secret), "{secret} is in the export");
    }
    let count = export.lines().count();
    let file = stage.world.folder().join("audit.ndjson");
    let path = file.to_str().unwrap();
    std::fs::write(&file, &export).unwrap();
    let sound = says(&stage, &["audit", "verify", "--file", path, "--expect", head.trim()]).await;
    assert!(sound.starts_with(&format!("{count} entries as entered\n")), "{sound}");
    let live = says(&stage, &["audit", "verify", "--expect", head.trim()]).await;
    assert!(live.contains("entries as entered and sealed by this hub"), "{live}");

    let lines: Vec<&str> = export.lines().collect();
    let forged = lines[2].replacen("\"object\":\"", "\"object\":\"x", 1);
    let [changed, removed, swapped, cut] = [
        [&lines[..2], &[forged.as_str()], &lines[3..]].concat(),
        [&lines[..2], &lines[3..]].concat(),
        [&lines[..2], &[lines[3], lines[2]], &lines[4..]].concat(),
        lines[..count - 1].to_vec(),
    ];
    let last = format!("entry {count} is missing");
    for (tampered, named) in [
        (changed, "entry 3 was changed"),
        (removed, "entry 3 is missing"),
        (swapped, "entry 3 stands where another one belongs"),
        (cut, last.as_str()),
    ] {
        std::fs::write(&file, tampered.join("\n")).unwrap();
        let said = stage.world.says(&["audit", "verify", "--file", path, "--expect", head.trim()]).await;
        assert_eq!(said.code(), 1, "{named}: {}", said.stdout);
        assert!(said.stdout.contains(named), "{named}: {}", said.stdout);
        assert!(said.stderr.contains("the log is not as it was entered"), "{}", said.stderr);
    }
    let listed = says(&stage, &["audit", "list", "--kind", "token.created", "--person", "ada", "--since", "1h"]).await;
    assert_eq!(listed.lines().count(), 2, "a head and one entry: {listed}");
    let json: Value = serde_json::from_str(&says(&stage, &["audit", "list", "--limit", "3", "--json"]).await).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 3);
    drop(ada);
    stage.ends().await;
}
