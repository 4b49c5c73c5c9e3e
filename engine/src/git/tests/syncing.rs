use super::*;
use std::time::{Duration, SystemTime};

#[tokio::test]
async fn a_mirror_follows_its_remote_and_keeps_what_is_the_hubs() {
    let yard = Yard::new();
    let first = yard.commit("a", "1");
    run(&yard.upstream(), &["branch", "feature"]);
    run(&yard.upstream(), &["tag", "v1"]);
    let mirror = yard.sync().await;
    let expected = DefaultBranch::At { branch: "main".parse().unwrap(), commit: first.clone() };
    assert_eq!(mirror.default_branch().await.unwrap(), expected);
    for name in ["main", "feature", "v1", "refs/tags/v1", first.as_str(), &first.as_str()[..8]] {
        assert_eq!(mirror.resolve(name).await.unwrap(), first, "{name}");
    }
    let sandbox = yard.sandbox(&mirror, &first).await;
    let result = sandbox.commit("b", "2");
    mirror.take(yard.request(&first), &sandbox.bundle()[..]).await.unwrap();

    run(&yard.upstream(), &["branch", "-D", "feature"]);
    run(&yard.upstream(), &["update-ref", "refs/signalbox/tasks/70000000000", first.as_str()]);
    fs::write(yard.upstream().join("a"), "other").unwrap();
    run(&yard.upstream(), &["commit", "-q", "-a", "--amend", "-m", "Rewritten"]);
    let second: Commit = said(&yard.upstream(), &["rev-parse", "HEAD"]).parse().unwrap();
    let mirror = yard.sync().await;
    assert_eq!(mirror.resolve("main").await.unwrap(), second);
    assert!(matches!(mirror.resolve("feature").await, Err(GitError::UnknownRevision(_))));
    assert_eq!(mirror.result_of(&yard.task).await.unwrap(), Some(result));
    let seeded = format!("{}^{{commit}}", first);
    run(mirror.path(), &["rev-parse", "--verify", &seeded]);
}

#[tokio::test]
async fn an_empty_repository_is_a_case_of_its_own() {
    let yard = Yard::new();
    let mirror = yard.sync().await;
    assert_eq!(mirror.default_branch().await.unwrap(), DefaultBranch::Empty);
    assert!(matches!(mirror.resolve("main").await, Err(GitError::UnknownRevision(_))));
    let commit = yard.commit("a", "1");
    let filled = yard.sync().await.default_branch().await.unwrap();
    assert_eq!(filled, DefaultBranch::At { branch: "main".parse().unwrap(), commit });
}

#[tokio::test]
async fn what_names_no_commit_is_refused() {
    let yard = Yard::new();
    yard.commit("a", "1");
    let mirror = yard.sync().await;
    let unborn = "f".repeat(40);
    for name in ["", "--all", "-x", "main~1", "main^{/x}", ":/Change", "a b", "a\nb", "HEAD", "@", "../x", &unborn] {
        let resolved = mirror.resolve(name).await;
        assert!(matches!(resolved, Err(GitError::UnknownRevision(_))), "{name}: {resolved:?}");
    }
}

#[tokio::test]
async fn a_repository_of_sha256_is_mirrored_seeded_and_taken_from() {
    let yard = Yard::new();
    fs::remove_dir_all(yard.upstream()).unwrap();
    run(yard.path(), &["init", "-q", "-b", "main", "--object-format=sha256", "upstream"]);
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    let result = sandbox.commit("b", "2");
    assert_eq!(result.as_str().len(), 64);
    assert_eq!(mirror.take(yard.request(&base), &sandbox.bundle()[..]).await.unwrap().commit, result);
    assert_eq!(mirror.diff_stat(None, &result).await.unwrap().files.len(), 2);
}

#[tokio::test]
async fn faults_of_a_remote_are_told_apart() {
    let yard = Yard::new();
    let sync = async |address: &Path| {
        let remote = Remote::parse(&address.to_string_lossy()).unwrap();
        yard.git.sync(&yard.project, &remote, &Credential::None).await.map(drop)
    };
    let fault = |result| match result {
        Err(GitError::Remote { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(sync(&yard.path().join("nowhere")).await), RemoteFault::NotFound);
    assert_eq!(fault(sync(yard.path()).await), RemoteFault::NotFound);
    yard.commit("a", "1");
    yard.commit("a", "2");
    let url = format!("file://{}", yard.upstream().display());
    run(yard.path(), &["clone", "-q", "--depth=1", &url, "shallow"]);
    assert_eq!(fault(sync(&yard.path().join("shallow")).await), RemoteFault::Shallow);
    let token = Credential::Token { user: "x".to_owned(), token: "t".to_owned().into() };
    let wrong = yard.git.sync(&yard.project, &yard.remote(), &token).await;
    assert!(matches!(wrong, Err(GitError::WrongCredential)), "{wrong:?}");
    yard.assert_quarantine_empty();
}

#[tokio::test]
async fn updates_of_one_mirror_wait_for_each_other() {
    let yard = Yard::with(|settings| settings.timeouts.lock = Duration::from_millis(300));
    yard.commit("a", "1");
    let mirror = yard.sync().await;
    let held = mirror.lock().await.unwrap();
    let busy = yard.git.sync(&yard.project, &yard.remote(), &Credential::None).await;
    assert!(matches!(busy, Err(GitError::Busy)), "{busy:?}");
    drop(held);
    let (one, two) = tokio::join!(yard.sync(), yard.sync());
    assert_eq!(one.resolve("main").await.unwrap(), two.resolve("main").await.unwrap());
}

#[tokio::test]
async fn locks_that_a_killed_git_left_do_not_stop_the_next() {
    let yard = Yard::new();
    yard.commit("a", "1");
    let mirror = yard.sync().await;
    let commit = yard.commit("a", "2");
    for name in ["packed-refs.lock", "refs/remotes/origin/main.lock"] {
        let file = fs::File::create(mirror.path().join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(120)).unwrap();
    }
    assert_eq!(yard.sync().await.resolve("main").await.unwrap(), commit);
}

#[tokio::test]
async fn a_git_that_takes_too_long_is_ended_with_its_children() {
    let yard = Yard::new();
    let slow = yard.path().join("slow");
    let alive = yard.path().join("alive");
    fs::write(&slow, format!("#!/bin/sh\n(sleep 2; touch '{}') &\nwait\n", alive.display())).unwrap();
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).unwrap();
    let mut settings = GitSettings::new(yard.path().join("other"));
    settings.binary = slow;
    settings.timeouts.local = Duration::from_millis(200);
    let version = Git::new(settings).unwrap().version().await;
    assert!(matches!(version, Err(GitError::TimedOut { .. })), "{version:?}");
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(!alive.exists(), "a child of the ended git lived on");
}

#[tokio::test]
async fn a_removed_project_leaves_nothing() {
    let yard = Yard::new();
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    mirror.seed(&base).await.unwrap();
    yard.git.remove(&yard.project).await.unwrap();
    assert!(matches!(yard.git.open(&yard.project), Err(GitError::NoMirror)));
    assert_eq!(fs::read_dir(yard.hub().join("seeds")).unwrap().count(), 0);
    yard.git.remove(&yard.project).await.unwrap();
}

#[tokio::test]
async fn a_pull_request_is_fetched_by_its_reference_alone() {
    let yard = Yard::new();
    let base = yard.commit("a", "1");
    run(&yard.upstream(), &["checkout", "-q", "-b", "theirs"]);
    let proposed = yard.commit("b", "2");
    run(&yard.upstream(), &["update-ref", "refs/pull/7/head", proposed.as_str()]);
    run(&yard.upstream(), &["checkout", "-q", "main"]);
    run(&yard.upstream(), &["branch", "-q", "-D", "theirs"]);
    let mirror = yard.sync().await;
    assert!(mirror.has(&base).await.unwrap() && !mirror.has(&proposed).await.unwrap());
    let (remote, none) = (yard.remote(), Credential::None);
    yard.git.fetch_reference(&mirror, &remote, &none, "refs/pull/7/head").await.unwrap();
    assert!(mirror.has(&proposed).await.unwrap());
    for odd in [
        "refs/pull/8/head",
        "refs/tags/x",
        "HEAD",
        "--upload-pack=x",
        "refs/pull/7/head:refs/heads/main",
        "refs/pull/*/head",
    ] {
        assert!(yard.git.fetch_reference(&mirror, &remote, &none, odd).await.is_err(), "{odd}");
    }
    assert_eq!(mirror.resolve("main").await.unwrap(), base);
}
