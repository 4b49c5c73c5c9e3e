//! Finding a task: by the API, on the page without a script, and on the command line; nobody finds what they may not see.

use super::stage::{Answer, Browser, Stage};
use reqwest::Method;
use serde_json::{Value, json};

const LATER: i64 = 9_000_000_000_000;

async fn asks(browser: &mut Browser<'_>, prompt: &str) -> String {
    browser.submits(prompt, json!({ "not_before": LATER })).await
}

fn ids(listed: &Answer) -> Vec<&str> {
    assert_eq!(listed.status, 200, "{listed:?}");
    listed.body.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn tasks_are_found_by_state_requester_and_words_by_whoever_may_see_them() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let mut bob = stage.person(&mut ada, "bob").await;
    let fence = asks(&mut ada, "Mend the FENCE").await;
    let roof = asks(&mut bob, "Mend the roof <b>today</b>").await;
    ada.posts(&format!("/api/v1/tasks/{fence}/stop"), json!({})).await;

    for (query, expected) in [
        ("words=mend", vec![&roof, &fence]),
        ("words=fence%20mend", vec![&fence]),
        ("state=stopped", vec![&fence]),
        ("state=queued&words=mend", vec![&roof]),
        ("open=true", vec![&roof]),
        ("requester=bob", vec![&roof]),
        ("requester=me", vec![&fence]),
        ("requester=nobody", vec![]),
        ("requester=bob&state=stopped", vec![]),
    ] {
        assert_eq!(ids(&ada.gets(&format!("/api/v1/tasks?{query}")).await), expected, "{query}");
    }
    assert_eq!(ids(&bob.gets("/api/v1/tasks?requester=me").await), [&roof]);
    assert_eq!(ada.gets("/api/v1/tasks?state=over").await.status, 422);
    assert_eq!(ada.gets(&format!("/api/v1/tasks?words={}", "a%20".repeat(9))).await.status, 422);

    // Once bob is nobody in the project, no word finds anything there.
    let outsider = json!({ "role": ["site", null], "admin": null, "link": [], "unlink": [] });
    assert_eq!(ada.sends(Method::PATCH, "/api/v1/users/bob", &outsider).await.status, 200);
    assert_eq!(bob.gets("/api/v1/tasks?words=mend").await.body, Value::Array(Vec::new()));
    assert!(!bob.gets("/tasks?words=mend").await.body.to_string().contains("roof"));

    finds_on_the_page(&mut ada, &fence, &roof).await;
    let said = stage.world.says(&["tasks", "--by", "bob", "--search", "ROOF", "--json"]).await;
    assert!(said.stdout.contains(&roof) && !said.stdout.contains(&fence), "{}", said.stdout);
    drop((ada, bob));
    stage.ends().await;
}

/// The form is sent without a script, says what it was sent with, and an empty list says how to look further.
async fn finds_on_the_page(ada: &mut Browser<'_>, fence: &str, roof: &str) {
    let html = |page: Answer| page.body.as_str().unwrap_or_default().to_owned();
    let found = html(ada.gets("/tasks?words=+ROOF+&project=site&state=open&requester=bob").await);
    assert!(found.contains(roof) && !found.contains(fence), "{found}");
    assert!(found.contains(r#"name="words" value="ROOF""#) && found.contains(r#"<option value="open" selected>"#));
    assert!(found.contains("&lt;b&gt;today") || found.contains("&#60;b&#62;today"), "{found}");
    let none = html(ada.gets("/tasks?words=gate&state=stopped").await);
    assert!(none.contains("No task fits."), "{none}");
    assert!(none.contains(r#"<a href="/tasks?state=stopped">without the words</a>"#), "{none}");
    assert!(none.contains(r#"<a href="/tasks?words=gate">in any state</a>"#), "{none}");
    assert_eq!(ada.gets("/tasks?state=over").await.status, 422);
}
