//! What an issue asks for becomes a pull request, by the project's policy; what is said there later goes onto the same branch.

use super::{Team, pull_request};
use crate::telegram::just_say;
use serde_json::json;
use signalbox_testkit::github::{Role, Thread, Visibility};
use signalbox_testkit::script::Script;

/// Work goes out without a question.
const PUSHING: &str = "[push]\nwhen = \"auto\"\n";

fn writes(name: &str, answer: &str) -> String {
    let input = json!({"file_path": format!("/workspace/{name}"), "content": "x\n"});
    Script::new().tool("Write", input).say(answer).to_string()
}

fn pulls(team: &Team) -> Vec<Thread> {
    team.repo.threads().into_iter().filter(Thread::is_pull).collect()
}

#[tokio::test]
async fn an_issue_becomes_a_draft_and_later_words_go_onto_its_branch_even_after_a_restart() {
    let mut team = Team::with(Visibility::Private, PUSHING, |world| world).await;
    let ann = team.member("ann", "member", Role::Write).await;
    ann.pushes(&team.repo, "main", &[("a.txt", "a\n")]);
    let issue = ann.opens_issue(&team.repo, "The docs are missing", "All of them.");
    ann.comments(&issue, &format!("@signalbox {}", writes("docs.txt", "The docs are there.")));
    let outcome = team.hears(&issue, "The docs are there.").await;
    let pull = pulls(&team).remove(0);
    assert!(outcome.body.contains(&format!("Pull request: #{}", pull.number())), "{}", outcome.body);
    assert_eq!((pull.title().as_str(), pull.is_draft()), ("The docs are missing", true));
    let body = pull.body();
    let told =
        ["The docs are there.", &format!("Closes #{}", issue.number()), "Asked for by ann", "1 file, +1 −0", "$"];
    assert!(told.iter().all(|part| body.contains(part)), "{body}");
    team.dies().await;
    team.returns().await;
    ann.comments(&issue, &format!("@signalbox {}", writes("more.txt", "And an example.")));
    let outcome = team.hears(&issue, "And an example.").await;
    assert!(outcome.body.contains(&format!("Pull request: #{}", pull.number())), "{}", outcome.body);
    assert_eq!(pulls(&team).len(), 1, "one pull request");
    assert_eq!(team.repo.branches().len(), 2, "one branch beside main: {:?}", team.repo.branches());
    let (branch, log) = (pull.branch(), team.repo.log(&pull.branch()));
    assert_eq!(log.len(), 4, "one commit for each request, on the two that were there: {log:#?}");
    assert!(["docs.txt", "more.txt"].iter().all(|file| team.repo.file(&branch, file).is_some()));
    assert!(pull.body().contains("And an example."), "{}", pull.body());
    let tasks = team.tasks().await;
    assert_eq!(tasks[0]["conversation"], tasks[1]["conversation"], "the conversation goes on");
    ann.merges(&pull);
    ann.comments(&issue, &format!("@signalbox {}", writes("new.txt", "Begun anew.")));
    team.hears(&issue, "Begun anew.").await;
    assert_eq!(pulls(&team).len(), 2, "what is merged is done with");
    team.ends().await;
}

#[tokio::test]
async fn a_policy_says_what_begins_work_and_that_nothing_is_put_forward() {
    let policy = format!("{PUSHING}[github]\ntriggers = [\"command\"]\npull_request = \"none\"\n");
    let team = Team::with(Visibility::Private, &policy, |world| world).await;
    let ann = team.member("ann", "member", Role::Write).await;
    ann.pushes(&team.repo, "main", &[("a.txt", "a\n")]);
    let issue = ann.opens_issue(&team.repo, "A question", &format!("@signalbox {}", just_say("Opened.")));
    let mention = ann.comments(&issue, &format!("@signalbox {}", just_say("Mentioned.")));
    ann.comments(&issue, &format!("/task {}", writes("b.txt", "Commanded.")));
    team.hears(&issue, "Commanded.").await;
    team.has_heard_all().await;
    assert_eq!(team.tasks().await.len(), 1, "{}", issue.transcript());
    assert!(issue.comment(mention).unwrap().reactions.is_empty(), "{}", issue.transcript());
    assert!(pulls(&team).is_empty());
    assert_eq!(team.repo.branches().len(), 2, "{:?}", team.repo.branches());
    team.ends().await;
}

#[tokio::test]
async fn a_branch_that_the_repository_protects_is_left_alone() {
    let team = Team::with(Visibility::Private, PUSHING, |world| world).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let pull = pull_request(&team, &ann);
    team.repo.protects("topic");
    let before = pull.head();
    ann.comments(&pull, &format!("@signalbox {}", writes("b.txt", "Written.")));
    let outcome = team.hears(&pull, "Written.").await;
    assert!(outcome.body.contains("the repository protects this branch"), "{}", outcome.body);
    assert_eq!(pull.head(), before);
    let pushes = team.github.calls().into_iter().filter(|call| call.path.ends_with("/git-receive-pack")).count();
    assert_eq!(pushes, 0, "it is not even tried");
    team.ends().await;
}
