use super::*;

#[tokio::test]
async fn a_seed_holds_one_history_and_nothing_else() {
    let yard = Yard::new();
    yard.commit("a", "1");
    run(&yard.upstream(), &["checkout", "-q", "-b", "secret"]);
    let secret = yard.commit("s", "hidden");
    run(&yard.upstream(), &["checkout", "-q", "main"]);
    run(&yard.upstream(), &["tag", "v1"]);
    let tip = yard.commit("a", "2");
    let mirror = yard.sync().await;
    let seed = mirror.seed(&tip).await.unwrap();
    assert_eq!(fs::metadata(&seed).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(said(yard.path(), &["bundle", "list-heads", seed.to_str().unwrap()]), format!("{tip} refs/heads/seed"));
    let sandbox = yard.sandbox(&mirror, &tip).await;
    assert_eq!(said(&sandbox.clone, &["rev-list", "--count", "HEAD"]), "2");
    let missing = git(&sandbox.clone).args(["cat-file", "-e", secret.as_str()]).status().unwrap();
    assert!(!missing.success(), "the seed holds another branch's commit");
    let before = fs::metadata(&seed).unwrap();
    assert_eq!(mirror.seed(&tip).await.unwrap(), seed);
    use std::os::unix::fs::MetadataExt;
    assert_eq!(fs::metadata(&seed).unwrap().ino(), before.ino(), "a cached seed was made again");
    let unknown = mirror.seed(&"f".repeat(40).parse().unwrap()).await;
    assert!(matches!(unknown, Err(GitError::UnknownRevision(_))), "{unknown:?}");
    yard.assert_quarantine_empty();
}

#[tokio::test]
async fn a_result_is_taken_and_continued() {
    let yard = Yard::new();
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    sandbox.commit("b", "2");
    let result = sandbox.commit("c", "3");
    let bundle = sandbox.bundle();
    let request = TakeRequest { claimed: Some(&result), ..yard.request(&base) };
    let taken = mirror.take(request, &bundle[..]).await.unwrap();
    let expected = Taken { commit: result.clone(), replaced: None, new_commits: 2, builds_on_base: true };
    assert_eq!(taken, expected);
    assert_eq!(mirror.take(request, &bundle[..]).await.unwrap(), expected);
    assert_eq!(mirror.resolve("main").await.unwrap(), base);

    let next = yard.sandbox(&mirror, &result).await;
    let continued = next.commit("d", "4");
    let task = TaskId::from_entropy(8);
    let request = TakeRequest { task: &task, base: Some(&result), claimed: None };
    assert_eq!(mirror.take(request, &next.bundle()[..]).await.unwrap().new_commits, 1);
    assert_eq!(mirror.result_of(&task).await.unwrap(), Some(continued));
    mirror.forget(&task).await.unwrap();
    assert_eq!(mirror.result_of(&task).await.unwrap(), None);
    assert_eq!(mirror.result_of(&yard.task).await.unwrap(), Some(result));
    yard.assert_quarantine_empty();
}

#[tokio::test]
async fn a_second_run_of_a_task_replaces_the_result_of_the_first() {
    let yard = Yard::new();
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    let first = yard.sandbox(&mirror, &base).await;
    let before = first.commit("b", "2");
    mirror.take(yard.request(&base), &first.bundle()[..]).await.unwrap();
    let second = yard.sandbox(&mirror, &base).await;
    let after = second.commit("b", "other");
    let taken = mirror.take(yard.request(&base), &second.bundle()[..]).await.unwrap();
    assert_eq!((taken.commit, taken.replaced), (after, Some(before)));
}

#[tokio::test]
async fn a_result_that_left_its_base_says_so() {
    let yard = Yard::new();
    let old = yard.commit("a", "1");
    let base = yard.commit("a", "2");
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    run(&sandbox.clone, &["reset", "-q", "--hard", old.as_str()]);
    sandbox.commit("b", "2");
    let taken = mirror.take(yard.request(&base), &sandbox.bundle()[..]).await.unwrap();
    assert!(!taken.builds_on_base);
    assert_eq!(taken.new_commits, 1);
}

#[tokio::test]
async fn the_first_commit_of_an_empty_repository_is_taken() {
    let yard = Yard::new();
    let mirror = yard.sync().await;
    run(yard.path(), &["init", "-q", "work"]);
    let work = yard.path().join("work");
    let commit = commit_in(&work, "a", "1");
    run(&work, &["update-ref", "refs/signalbox/result", "HEAD"]);
    let bundle = run(&work, &["bundle", "create", "-q", "-", "refs/signalbox/result"]).stdout;
    let request = TakeRequest { task: &yard.task, base: None, claimed: None };
    let taken = mirror.take(request, &bundle[..]).await.unwrap();
    assert_eq!((taken.commit, taken.new_commits, taken.builds_on_base), (commit, 1, true));
}

#[tokio::test]
async fn takes_side_by_side_do_not_disturb_each_other() {
    let yard = Yard::new();
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    let mut work = Vec::new();
    for number in 0..4 {
        let sandbox = yard.sandbox(&mirror, &base).await;
        let commit = sandbox.commit("b", &number.to_string());
        work.push((TaskId::from_entropy(100 + number), commit, sandbox.bundle()));
    }
    let take = |(task, commit, bundle): (TaskId, Commit, Vec<u8>)| {
        let (mirror, base) = (mirror.clone(), base.clone());
        async move {
            let request = TakeRequest { task: &task, base: Some(&base), claimed: Some(&commit) };
            mirror.take(request, &bundle[..]).await.unwrap();
            assert_eq!(mirror.result_of(&task).await.unwrap(), Some(commit));
        }
    };
    let all = futures::future::join_all(work.into_iter().map(take));
    tokio::join!(all, async { drop(yard.sync().await) });
    yard.assert_quarantine_empty();
}
