//! Repositories of the hub's own disk: their configuration and hooks run nothing, and their owner stays their owner.

use super::*;
use std::os::unix::fs::{MetadataExt, chown};

/// Every setting and hook that git's serving sides, or a push into it, could run.
fn boobytrap(yard: &Yard) -> PathBuf {
    let (upstream, mark) = (yard.upstream(), yard.path().join("mark"));
    let program = planted(yard.path(), &mark);
    let program = program.to_str().unwrap();
    for key in [
        "uploadpack.packObjectsHook",
        "core.fsmonitor",
        "core.alternateRefsCommand",
        "core.sshCommand",
        "gc.recentObjectsHook",
        "diff.external",
        "filter.x.smudge",
        "filter.x.clean",
        "core.pager",
        "credential.helper",
        "remote.origin.uploadpack",
    ] {
        run(&upstream, &["config", key, program]);
    }
    let hooks = upstream.join(".git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for hook in [
        "pre-receive",
        "update",
        "post-receive",
        "post-update",
        "reference-transaction",
        "proc-receive",
        "push-to-checkout",
        "pre-auto-gc",
        "pre-push",
        "post-checkout",
    ] {
        fs::copy(program, hooks.join(hook)).unwrap();
    }
    mark
}

#[tokio::test]
async fn nothing_planted_in_a_persons_repository_runs() {
    let yard = Yard::new();
    let base = yard.commit("a", "1");
    let other = yard.path().join("other.git");
    run(yard.path(), &["clone", "-q", "--bare", "upstream", "other.git"]);
    fs::write(yard.upstream().join(".git/objects/info/alternates"), format!("{}\n", other.join("objects").display()))
        .unwrap();
    let mark = boobytrap(&yard);
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    let commit = sandbox.commit("b", "2");
    mirror.take(yard.request(&base), &sandbox.bundle()[..]).await.unwrap();
    mirror.diff(Some(&base), &commit, 1 << 20).await.unwrap();
    let (remote, branch) = (yard.remote(), "signalbox/x".parse().unwrap());
    let (credential, commit, expected) = (&Credential::None, &commit, Expected::Absent);
    let request = PushRequest { remote: &remote, credential, commit, branch: &branch, expected, protected: &[] };
    assert_eq!(mirror.push(request).await.unwrap(), Pushed::Created);
    yard.sync().await;
    assert!(!mark.exists(), "{}", fs::read_to_string(&mark).unwrap());
}

/// The hub's directory may lie in somebody's working tree; that repository's configuration is not the hub's.
#[tokio::test]
async fn a_repository_around_the_hubs_directory_has_no_effect() {
    let yard = Yard::new();
    yard.commit("a", "1");
    run(yard.path(), &["init", "-q", "."]);
    run(yard.path(), &["config", "url./nonexistent/.insteadOf", "/"]);
    yard.sync().await;
}

fn give_away(path: &Path, owner: u32) {
    chown(path, Some(owner), Some(owner)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| give_away(&entry.unwrap().path(), owner));
    }
}

fn owned_by_others(path: &Path, owner: u32, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
        if entry.metadata().unwrap().uid() != owner {
            found.push(entry.path());
        }
        if entry.path().is_dir() {
            owned_by_others(&entry.path(), owner, found);
        }
    }
}

/// As root the hub serves another's repository with that person's rights; as anyone else it cannot make one to try.
#[tokio::test]
async fn a_repository_of_another_user_stays_theirs() {
    let yard = Yard::new();
    if fs::metadata(yard.path()).unwrap().uid() != 0 {
        return;
    }
    let base = yard.commit("a", "1");
    give_away(&yard.upstream(), 12345);
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    let commit = sandbox.commit("b", "2");
    mirror.take(yard.request(&base), &sandbox.bundle()[..]).await.unwrap();
    let (remote, branch) = (yard.remote(), "signalbox/x".parse().unwrap());
    let (credential, commit, expected) = (&Credential::None, &commit, Expected::Absent);
    let request = PushRequest { remote: &remote, credential, commit, branch: &branch, expected, protected: &[] };
    assert_eq!(mirror.push(request).await.unwrap(), Pushed::Created);
    let mut strange = Vec::new();
    owned_by_others(&yard.upstream(), 12345, &mut strange);
    assert!(strange.is_empty(), "{strange:?}");
}
