use super::*;

struct Ready {
    yard: Yard,
    mirror: Mirror,
    base: Commit,
    result: Commit,
}

impl Ready {
    async fn new() -> Self {
        let yard = Yard::new();
        let base = yard.commit("a", "1");
        let mirror = yard.sync().await;
        let sandbox = yard.sandbox(&mirror, &base).await;
        let result = sandbox.commit("b", "2");
        mirror.take(yard.request(&base), &sandbox.bundle()[..]).await.unwrap();
        Self { yard, mirror, base, result }
    }

    async fn push(&self, branch: &str, expected: Expected<'_>) -> Result<Pushed, PushError> {
        self.push_commit(&self.result, branch, expected).await
    }

    async fn push_commit(&self, commit: &Commit, branch: &str, expected: Expected<'_>) -> Result<Pushed, PushError> {
        let (remote, branch, protected) = (self.yard.remote(), branch.parse().unwrap(), ["release".parse().unwrap()]);
        let request = PushRequest {
            remote: &remote,
            credential: &Credential::None,
            commit,
            branch: &branch,
            expected,
            protected: &protected,
        };
        self.mirror.push(request).await
    }

    fn there(&self, branch: &str) -> String {
        said(&self.yard.upstream(), &["rev-parse", &format!("refs/heads/{branch}")])
    }
}

fn rejection(outcome: Result<Pushed, PushError>) -> Rejection {
    match outcome {
        Err(PushError::Rejected(rejection)) => rejection,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_branch_is_made_once_and_moved_forward() {
    let ready = Ready::new().await;
    assert_eq!(ready.push("signalbox/x", Expected::Absent).await.unwrap(), Pushed::Created);
    assert_eq!(ready.there("signalbox/x"), ready.result.as_str());
    for expected in [Expected::Absent, Expected::At(&ready.base), Expected::Any] {
        assert_eq!(ready.push("signalbox/x", expected).await.unwrap(), Pushed::AlreadyThere);
    }
    let sandbox = ready.yard.sandbox(&ready.mirror, &ready.result).await;
    let next = sandbox.commit("c", "3");
    let task = TaskId::from_entropy(9);
    let request = TakeRequest { task: &task, base: Some(&ready.result), claimed: None };
    ready.mirror.take(request, &sandbox.bundle()[..]).await.unwrap();
    let moved = ready.push_commit(&next, "signalbox/x", Expected::At(&ready.result)).await;
    assert_eq!(moved.unwrap(), Pushed::Updated);
    assert_eq!(ready.there("signalbox/x"), next.as_str());
    ready.yard.assert_quarantine_empty();
}

#[tokio::test]
async fn a_branch_that_is_not_where_it_was_expected_is_left_alone() {
    let ready = Ready::new().await;
    let upstream = ready.yard.upstream();
    run(&upstream, &["branch", "taken", ready.base.as_str()]);
    assert_eq!(rejection(ready.push("taken", Expected::Absent).await), Rejection::Moved);
    assert_eq!(rejection(ready.push("missing", Expected::At(&ready.base)).await), Rejection::Moved);
    run(&upstream, &["checkout", "-q", "taken"]);
    let meanwhile = ready.yard.commit("z", "someone else's");
    run(&upstream, &["checkout", "-q", "main"]);
    assert_eq!(rejection(ready.push("taken", Expected::At(&ready.base)).await), Rejection::Moved);
    assert_eq!(rejection(ready.push("taken", Expected::Any).await), Rejection::NotFastForward);
    assert_eq!(rejection(ready.push("taken", Expected::At(&meanwhile)).await), Rejection::NotFastForward);
    ready.yard.sync().await;
    assert_eq!(rejection(ready.push("taken", Expected::At(&meanwhile)).await), Rejection::NotFastForward);
    assert_eq!(ready.there("taken"), meanwhile.as_str());
}

#[tokio::test]
async fn protected_and_checked_out_branches_are_not_pushed_to() {
    let ready = Ready::new().await;
    for name in ["release", "Release"] {
        let outcome = ready.push(name, Expected::Any).await;
        assert!(matches!(outcome, Err(PushError::Protected(_))), "{outcome:?}");
    }
    assert_eq!(rejection(ready.push("main", Expected::At(&ready.base)).await), Rejection::CheckedOut);
    run(&ready.yard.upstream(), &["config", "receive.denyCurrentBranch", "updateInstead"]);
    assert_eq!(rejection(ready.push("main", Expected::At(&ready.base)).await), Rejection::CheckedOut);
    assert_eq!(ready.there("main"), ready.base.as_str());
}

#[tokio::test]
async fn what_a_remote_says_no_to_is_passed_on() {
    let ready = Ready::new().await;
    let bare = ready.yard.path().join("bare.git");
    run(ready.yard.path(), &["clone", "-q", "--bare", "upstream", "bare.git"]);
    run(&bare, &["config", "receive.hideRefs", "refs/heads/kept"]);
    let (remote, branch) = (Remote::parse(bare.to_str().unwrap()).unwrap(), "kept".parse().unwrap());
    let (credential, commit, expected) = (&Credential::None, &ready.result, Expected::Any);
    let request = PushRequest { remote: &remote, credential, commit, branch: &branch, expected, protected: &[] };
    match rejection(ready.mirror.push(request).await) {
        Rejection::ByRemote(words) => assert!(words.contains("hidden ref"), "{words}"),
        other => panic!("{other:?}"),
    }
    let unknown = ready.push_commit(&"f".repeat(40).parse().unwrap(), "x", Expected::Any).await;
    assert!(matches!(unknown, Err(PushError::Git(GitError::UnknownRevision(_)))), "{unknown:?}");
}
