//! The shape of what is answered: the fields that clients of GitHub rely on are there, with values of the right kind.

use serde_json::Value;

use crate::harness::Hub;

/// Fields that must be there, with a letter for their kind: string, number, boolean, object, array, or anything.
fn check(value: &Value, fields: &str) {
    for field in fields.split_whitespace() {
        let (name, kind) = field.split_once(':').unwrap();
        let found = value.get(name).unwrap_or_else(|| panic!("no {name} in {value:#}"));
        let right = match kind {
            "s" => found.is_string(),
            "n" => found.is_u64(),
            "b" => found.is_boolean(),
            "o" => found.is_object(),
            "a" => found.is_array(),
            _ => true,
        };
        assert!(right, "{name} is {found}");
    }
}

const USER: &str = "login:s id:n node_id:s avatar_url:s gravatar_id:s url:s html_url:s followers_url:s following_url:s \
    gists_url:s starred_url:s subscriptions_url:s organizations_url:s repos_url:s events_url:s received_events_url:s \
    type:s site_admin:b";

#[tokio::test]
async fn what_is_shown_has_the_shape_of_github() {
    let hub = Hub::new();
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    let pull = hub.ann.opens_pull(&hub.repo, "topic", "A", "b");
    hub.ann.comments(&pull, "c");
    hub.ann.reviews(&pull, "d", &[("a.txt", 1, "e")]);
    let shown = hub.get("").await;
    check(
        &shown,
        "id:n node_id:s name:s full_name:s private:b owner:o html_url:s fork:b url:s clone_url:s ssh_url:s \
        default_branch:s archived:b disabled:b visibility:s pushed_at:s created_at:s updated_at:s permissions:o size:n \
        open_issues_count:n forks_count:n topics:a has_issues:b compare_url:s issue_comment_url:s",
    );
    check(&shown["owner"], USER);
    let issue = hub.get("/issues/1").await;
    check(
        &issue,
        "id:n node_id:s number:n title:s state:s locked:b user:o labels:a assignees:a comments:n body:s url:s \
        html_url:s repository_url:s labels_url:s comments_url:s events_url:s created_at:s updated_at:s closed_at:x \
        author_association:s reactions:o pull_request:o milestone:x assignee:x",
    );
    check(&issue["user"], USER);
    check(
        &hub.get("/issues/1/comments").await[0],
        "id:n node_id:s url:s html_url:s issue_url:s body:s user:o \
        created_at:s updated_at:s author_association:s reactions:o performed_via_github_app:x",
    );
    let pull = hub.get("/pulls/1").await;
    check(
        &pull,
        "id:n node_id:s number:n state:s locked:b title:s user:o body:s draft:b head:o base:o _links:o merged:b \
        mergeable:x mergeable_state:s merged_by:x merge_commit_sha:x comments:n review_comments:n commits:n additions:n \
        deletions:n changed_files:n maintainer_can_modify:b requested_reviewers:a requested_teams:a auto_merge:x \
        diff_url:s patch_url:s issue_url:s commits_url:s review_comments_url:s review_comment_url:s comments_url:s \
        statuses_url:s author_association:s",
    );
    check(&pull["head"], "label:s ref:s sha:s user:o repo:o");
    check(
        &hub.get("/pulls/1/comments").await[0],
        "id:n node_id:s url:s pull_request_review_id:n diff_hunk:s path:s \
        commit_id:s original_commit_id:s user:o body:s html_url:s pull_request_url:s author_association:s _links:o \
        line:n side:s created_at:s updated_at:s",
    );
    check(
        &hub.get("/pulls/1/reviews").await[0],
        "id:n node_id:s user:o body:s state:s html_url:s pull_request_url:s \
        _links:o submitted_at:s commit_id:s author_association:s",
    );
    check(
        &hub.get("/pulls/1/files").await[0],
        "sha:s filename:s status:s additions:n deletions:n changes:n blob_url:s \
        raw_url:s contents_url:s patch:s",
    );
    check(
        &hub.get("/commits/topic").await,
        "sha:s node_id:s url:s html_url:s comments_url:s commit:o author:o \
        committer:o parents:a stats:o files:a",
    );
}

#[tokio::test]
async fn apps_and_checks_have_the_shape_of_github() {
    let hub = Hub::new();
    hub.repo.ci_fails("main", "build", "It fails.");
    let run = hub.get("/commits/main/check-runs").await["check_runs"][0].clone();
    check(
        &run,
        "id:n node_id:s head_sha:s name:s url:s html_url:s details_url:s external_id:s status:s conclusion:s \
        started_at:s completed_at:s output:o check_suite:o app:o pull_requests:a",
    );
    check(&run["output"], "title:s summary:s text:x annotations_count:n annotations_url:s");
    check(
        &run["app"],
        "id:n slug:s node_id:s owner:o name:s description:x external_url:s html_url:s created_at:s \
        updated_at:s permissions:o events:a",
    );
    let installed = hub.send("GET", "/app/installations", &hub.jwt(), Value::Null).await.ok();
    check(
        &installed[0],
        "id:n account:o repository_selection:s access_tokens_url:s repositories_url:s html_url:s \
        app_id:n app_slug:s target_id:n target_type:s permissions:o events:a created_at:s updated_at:s \
        single_file_name:x suspended_by:x suspended_at:x",
    );
}
