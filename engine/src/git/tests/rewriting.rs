//! By whom published commits are.

use super::*;
use crate::git::rewrite::{Byline, Person, RewriteRequest};
use secrecy::SecretString;

fn byline() -> Byline {
    Byline {
        author: Person::new("Ann", "ann@example.org"),
        committer: Person::new("Hub", "hub@example.org"),
        co_author: Some(Person::new("Claude", "claude@example.org")),
        signing_key: None,
    }
}

/// Work of two commits in the mirror, whose author claims to be somebody else.
async fn work(yard: &Yard) -> (Mirror, Commit, Commit) {
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    sandbox.commit("b", "2");
    let result = sandbox.commit("c", "3");
    mirror.take(yard.request(&base), &sandbox.bundle()[..]).await.unwrap();
    (mirror, base, result)
}

fn told(mirror: &Mirror, commit: &Commit, format: &str) -> String {
    said(mirror.path(), &["log", "-1", &format!("--format={format}"), commit.as_str()])
}

#[tokio::test]
async fn the_hub_says_by_whom_commits_are_and_changes_nothing_else() {
    let yard = Yard::new();
    let (mirror, base, result) = work(&yard).await;
    let byline = byline();
    let request = RewriteRequest {
        task: &yard.task,
        base: Some(&base),
        commit: &result,
        onto: None,
        byline: &byline,
        earlier: &[],
    };
    let new = mirror.rewrite(request).await.unwrap();
    assert_ne!(new, result);
    assert_eq!(told(&mirror, &new, "%an <%ae> %cn <%ce>"), "Ann <ann@example.org> Hub <hub@example.org>");
    assert_eq!(told(&mirror, &new, "%T %at %ct %s"), told(&mirror, &result, "%T %at %ct %s"));
    assert!(told(&mirror, &new, "%B").ends_with("Co-authored-by: Claude <claude@example.org>"));
    let range = said(mirror.path(), &["rev-list", "--count", &format!("{base}..{new}")]);
    assert_eq!(range, "2", "every commit is there, on the base");
    assert_eq!(mirror.rewrite(request).await.unwrap(), new, "the same work becomes the same commits");
}

#[tokio::test]
async fn later_work_stands_on_what_was_published() {
    let yard = Yard::new();
    let (mirror, base, first) = work(&yard).await;
    let byline = byline();
    let request = RewriteRequest {
        task: &yard.task,
        base: Some(&base),
        commit: &first,
        onto: None,
        byline: &byline,
        earlier: &[],
    };
    let published = mirror.rewrite(request).await.unwrap();
    let sandbox = yard.sandbox(&mirror, &first).await;
    let second = sandbox.commit("d", "4");
    let task = TaskId::from_entropy(9);
    let taken = TakeRequest { task: &task, base: Some(&first), claimed: None };
    mirror.take(taken, &sandbox.bundle()[..]).await.unwrap();
    let onto = Some(&published);
    let request =
        RewriteRequest { task: &task, base: Some(&first), commit: &second, onto, byline: &byline, earlier: &[] };
    let new = mirror.rewrite(request).await.unwrap();
    assert_eq!(told(&mirror, &new, "%P"), published.as_str());
    assert_eq!(told(&mirror, &new, "%T"), told(&mirror, &second, "%T"));
}

#[tokio::test]
async fn earlier_work_keeps_who_asked_for_it() {
    let yard = Yard::new();
    let (mirror, base, result) = work(&yard).await;
    let first: Commit = said(mirror.path(), &["rev-parse", &format!("{result}^")]).parse().unwrap();
    let (byline, bob) = (byline(), Person::new("Bob", "bob@example.org"));
    let earlier = [(first.clone(), bob.clone()), ("0".repeat(40).parse().unwrap(), bob)];
    let request = RewriteRequest {
        task: &yard.task,
        base: Some(&base),
        commit: &result,
        onto: None,
        byline: &byline,
        earlier: &earlier,
    };
    let new = mirror.rewrite(request).await.unwrap();
    let authors = said(mirror.path(), &["log", "--format=%an", &format!("{base}..{new}")]);
    assert_eq!(authors, "Ann\nBob", "the newest first");
    assert_eq!(told(&mirror, &new, "%cn"), "Hub");
}

#[tokio::test]
async fn commits_are_signed_with_a_key_that_no_sandbox_has() {
    let yard = Yard::new();
    let (mirror, base, result) = work(&yard).await;
    let key = yard.path().join("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let signing_key = Some(SecretString::from(fs::read_to_string(&key).unwrap()));
    let byline = Byline { signing_key, ..byline() };
    let request = RewriteRequest {
        task: &yard.task,
        base: Some(&base),
        commit: &result,
        onto: None,
        byline: &byline,
        earlier: &[],
    };
    let new = mirror.rewrite(request).await.unwrap();
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let signers = yard.path().join("signers");
    fs::write(&signers, format!("hub@example.org {public}")).unwrap();
    let allowed = format!("gpg.ssh.allowedSignersFile={}", signers.display());
    run(mirror.path(), &["-c", &allowed, "-c", "gpg.format=ssh", "verify-commit", new.as_str()]);
    let left = fs::read_dir(yard.hub().join("private")).unwrap().count();
    assert_eq!(left, 0, "the key is on disk only while git runs");
}

#[tokio::test]
async fn names_break_out_of_no_header() {
    let person = Person::new("A\nauthor <x@y>", " a b@c>\n ");
    assert_eq!((person.name.as_str(), person.email.as_str()), ("Aauthor x@y", "ab@c"));
}
