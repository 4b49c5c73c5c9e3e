//! Bundles as an attacker inside a sandbox would make them.

use super::*;
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

fn bytes_of(id: &str) -> Vec<u8> {
    (0..id.len() / 2).map(|i| u8::from_str_radix(&id[2 * i..2 * i + 2], 16).unwrap()).collect()
}

struct Attack {
    yard: Yard,
    mirror: Mirror,
    sandbox: Sandbox,
}

impl Attack {
    async fn new() -> Self {
        let yard = Yard::new();
        let base = yard.commit("a", "1");
        let mirror = yard.sync().await;
        let sandbox = yard.sandbox(&mirror, &base).await;
        Self { yard, mirror, sandbox }
    }

    /// Offers a bundle that must be refused, and checks that it left no trace.
    async fn refused(&self, bundle: &[u8]) -> Refusal {
        let before = said(self.mirror.path(), &["for-each-ref"]);
        let base = self.sandbox.base.clone();
        let outcome = self.mirror.take(self.yard.request(&base), bundle).await;
        assert_eq!(said(self.mirror.path(), &["for-each-ref"]), before);
        self.yard.assert_quarantine_empty();
        match outcome {
            Err(TakeError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn object(&self, kind: &str, content: &[u8]) -> String {
        let said = self.fed(&["hash-object", "-w", "--literally", "--stdin", "-t", kind], content);
        String::from_utf8(said).unwrap().trim().to_owned()
    }

    fn pack(&self, options: &[&str], list: &str) -> Vec<u8> {
        self.fed(&[&["pack-objects", "-q", "--stdout"], options].concat(), list.as_bytes())
    }

    fn fed(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut git = git(&self.sandbox.clone);
        let mut child = git.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().stdout
    }

    /// A bundle of this pack, built on what the sandbox was given.
    fn bundled(&self, commit: &str, pack: &[u8]) -> Vec<u8> {
        let head = format!("# v2 git bundle\n-{} x\n{commit} refs/signalbox/result\n\n", self.sandbox.base);
        [head.as_bytes(), pack].concat()
    }

    /// A bundle with these objects only, whatever they need.
    fn hand_made(&self, commit: &str, objects: &[&str]) -> Vec<u8> {
        self.bundled(commit, &self.pack(&[], &(objects.join("\n") + "\n")))
    }

    /// A bundle of a commit whose tree has one entry.
    fn bundle_with_entry(&self, mode: &str, name: &[u8], object: &str) -> Vec<u8> {
        let mut tree = [mode.as_bytes(), b" ", name, b"\0"].concat();
        tree.extend(bytes_of(object));
        let tree = self.object("tree", &tree);
        let base = &self.sandbox.base;
        let head = format!("tree {tree}\nparent {base}\n");
        let who = "A <a@example.org> 1700000000 +0000";
        let commit = self.object("commit", format!("{head}author {who}\ncommitter {who}\n\nx\n").as_bytes());
        self.sandbox.bundle_of(&commit)
    }
}

#[tokio::test]
async fn names_that_stand_for_dot_git_are_refused() {
    let attack = Attack::new().await;
    let blob = attack.object("blob", b"x");
    let tree = said(&attack.sandbox.clone, &["rev-parse", "HEAD^{tree}"]);
    let names: &[&[u8]] =
        &[b".git", b".GIT", b".gIt", b"git~1", b"GIT~1", b".git ", b".git.", ".g\u{200c}it".as_bytes()];
    for name in names {
        for (mode, object) in [("100644", &blob), ("40000", &tree)] {
            let refusal = attack.refused(&attack.bundle_with_entry(mode, name, object)).await;
            assert!(matches!(refusal, Refusal::BadObject(_)), "{name:?} {mode}: {refusal:?}");
        }
    }
}

#[tokio::test]
async fn paths_that_leave_the_repository_are_refused() {
    let attack = Attack::new().await;
    let blob = attack.object("blob", b"x");
    for name in [&b".."[..], b".", b"a/b", b"../../etc/passwd"] {
        let refusal = attack.refused(&attack.bundle_with_entry("100644", name, &blob)).await;
        assert!(matches!(refusal, Refusal::BadObject(_)), "{name:?}: {refusal:?}");
    }
}

#[tokio::test]
async fn hostile_submodules_are_refused() {
    let attack = Attack::new().await;
    let bad = |text: &str| attack.object("blob", text.as_bytes());
    let option = bad("[submodule \"x\"]\n\tpath = x\n\turl = --upload-pack=touch /tmp/x\n");
    let name = bad("[submodule \"../../hooks\"]\n\tpath = x\n\turl = https://example.org/x\n");
    let update = bad("[submodule \"x\"]\n\tpath = x\n\turl = https://example.org/x\n\tupdate = !touch /tmp/x\n");
    for blob in [option, name, update] {
        let refusal = attack.refused(&attack.bundle_with_entry("100644", b".gitmodules", &blob)).await;
        assert!(matches!(refusal, Refusal::BadObject(_)), "{refusal:?}");
    }
    let target = bad("../outside");
    let refusal = attack.refused(&attack.bundle_with_entry("120000", b".gitmodules", &target)).await;
    assert!(matches!(refusal, Refusal::BadObject(_)), "{refusal:?}");
}

#[tokio::test]
async fn malformed_commits_are_refused() {
    let attack = Attack::new().await;
    let tree = said(&attack.sandbox.clone, &["rev-parse", "HEAD^{tree}"]);
    let base = &attack.sandbox.base;
    let nameless = format!("tree {tree}\nparent {base}\nauthor x\ncommitter x\n\nx\n");
    let commit = attack.object("commit", nameless.as_bytes());
    let refusal = attack.refused(&attack.sandbox.bundle_of(&commit)).await;
    assert!(matches!(refusal, Refusal::BadObject(_)), "{refusal:?}");
}

#[tokio::test]
async fn garbage_and_halves_are_refused() {
    let attack = Attack::new().await;
    for garbage in [&b""[..], b"\0\0\0", b"# v2 git bundle\n", &[b'x'; 1 << 20]] {
        let refusal = attack.refused(garbage).await;
        assert!(matches!(refusal, Refusal::NotABundle(_)), "{refusal:?}");
    }
    attack.sandbox.commit("b", &"some text ".repeat(2000));
    let whole = attack.sandbox.bundle();
    for part in [whole.len() / 2, whole.len() - 1] {
        let refusal = attack.refused(&whole[..part]).await;
        assert!(matches!(refusal, Refusal::Damaged(_)), "{refusal:?}");
    }
    let mut flipped = whole.clone();
    let middle = whole.len() - 60;
    flipped[middle] ^= 0xff;
    let refusal = attack.refused(&flipped).await;
    assert!(matches!(refusal, Refusal::Damaged(_)), "{refusal:?}");
}

#[tokio::test]
async fn other_references_than_the_result_are_refused() {
    let attack = Attack::new().await;
    attack.sandbox.commit("b", "2");
    let clone = &attack.sandbox.clone;
    run(clone, &["update-ref", "refs/heads/main", "HEAD"]);
    run(clone, &["update-ref", "refs/signalbox/result", "HEAD"]);
    run(clone, &["update-ref", "refs/signalbox/tasks/0", "HEAD"]);
    let base = format!("^{}", attack.sandbox.base);
    for references in [
        &["refs/heads/main"][..],
        &["refs/signalbox/tasks/0"],
        &["HEAD"],
        &["refs/signalbox/result", "refs/heads/main"],
        &["refs/heads/main", "refs/signalbox/result"],
    ] {
        let bundle = attack.sandbox.bundle_with(&[references, &[&base]].concat());
        assert_eq!(attack.refused(&bundle).await, Refusal::WrongReferences, "{references:?}");
    }
}

#[tokio::test]
async fn what_is_no_commit_is_refused() {
    let attack = Attack::new().await;
    run(&attack.sandbox.clone, &["tag", "-a", "-m", "x", "note", "HEAD"]);
    let tree = said(&attack.sandbox.clone, &["rev-parse", "HEAD^{tree}"]);
    for (what, base) in [("note", true), (tree.as_str(), false)] {
        run(
            &attack.sandbox.clone,
            &["update-ref", "refs/signalbox/result", &said(&attack.sandbox.clone, &["rev-parse", what])],
        );
        let without = format!("^{}", attack.sandbox.base);
        let args: &[&str] = if base { &["refs/signalbox/result", &without] } else { &["refs/signalbox/result"] };
        let refusal = attack.refused(&attack.sandbox.bundle_with(args)).await;
        assert_eq!(refusal, Refusal::NotACommit, "{what}");
    }
}

#[tokio::test]
async fn a_result_that_builds_on_what_the_sandbox_was_not_given_is_refused() {
    let attack = Attack::new().await;
    run(&attack.yard.upstream(), &["checkout", "-q", "-b", "secret"]);
    let secret = attack.yard.commit("s", "hidden");
    attack.yard.sync().await;
    run(&attack.sandbox.clone, &["fetch", "-q", attack.yard.upstream().to_str().unwrap(), "secret"]);
    run(&attack.sandbox.clone, &["checkout", "-q", "FETCH_HEAD"]);
    attack.sandbox.commit("b", "2");
    run(&attack.sandbox.clone, &["update-ref", "refs/signalbox/result", "HEAD"]);
    let bundle = attack.sandbox.bundle_with(&["refs/signalbox/result", &format!("^{secret}")]);
    assert_eq!(attack.refused(&bundle).await, Refusal::ForeignBase);
    let request = TakeRequest { task: &attack.yard.task, base: None, claimed: None };
    let baseless = attack.mirror.take(request, &bundle[..]).await;
    assert!(matches!(baseless, Err(TakeError::Refused(Refusal::ForeignBase))), "{baseless:?}");
}

/// A parent, a tree entry and a delta's base that the sandbox knows by id only.
#[tokio::test]
async fn objects_of_other_branches_cannot_be_reached_by_their_ids() {
    let attack = Attack::new().await;
    run(&attack.yard.upstream(), &["checkout", "-q", "-b", "secret"]);
    let text = (1..900_u64)
        .map(|i| format!("{:016x}\n", i.wrapping_mul(i).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect::<String>();
    let secret = attack.yard.commit("s", &text);
    attack.yard.sync().await;
    let blob = said(&attack.yard.upstream(), &["rev-parse", "HEAD:s"]);
    let tree = said(&attack.sandbox.clone, &["rev-parse", "HEAD^{tree}"]);
    let who = "A <a@example.org> 1700000000 +0000";
    let head = |tree: &str, parent: &str| {
        format!("tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nx\n").into_bytes()
    };
    let base = attack.sandbox.base.to_string();
    let by_parent = attack.object("commit", &head(&tree, secret.as_str()));
    let parent = attack.hand_made(&by_parent, &[&by_parent]);
    assert_eq!(attack.refused(&parent).await, Refusal::ForeignBase);

    let mut entry = b"100644 b\0".to_vec();
    entry.extend(bytes_of(&blob));
    let stolen = attack.object("tree", &entry);
    let by_entry = attack.object("commit", &head(&stolen, &base));
    let bundle = attack.hand_made(&by_entry, &[&by_entry, &stolen]);
    assert_eq!(attack.refused(&bundle).await, Refusal::ForeignBase);

    run(&attack.sandbox.clone, &["fetch", "-q", attack.yard.upstream().to_str().unwrap(), "secret"]);
    run(&attack.sandbox.clone, &["checkout", "-q", "FETCH_HEAD"]);
    let above = attack.sandbox.commit("s", &format!("{text}and more\n"));
    let tree = said(&attack.sandbox.clone, &["rev-parse", "HEAD^{tree}"]);
    let alike = attack.object("commit", &head(&tree, &base));
    let pack = attack.pack(&["--thin", "--revs"], &format!("{above}\n{alike}\n^{secret}\n^{base}\n"));
    let bundle = attack.bundled(&alike, &pack);
    assert!(bundle.len() < text.len() / 4, "the pack is not a delta against the secret: the test tests nothing");
    assert_eq!(attack.refused(&bundle).await, Refusal::ForeignBase);
}

/// What was there once and comes back is not in the bundle, nor in the base's tree.
#[tokio::test]
async fn what_comes_back_from_the_bases_history_is_taken() {
    let yard = Yard::new();
    let text = (0..500).map(|i| format!("line {i}\n")).collect::<String>();
    yard.commit("old", &text);
    fs::remove_file(yard.upstream().join("old")).unwrap();
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    let commit = sandbox.commit("back", &text);
    let tree = said(&sandbox.clone, &["rev-parse", "HEAD^{tree}"]);
    let attack = Attack { yard, mirror, sandbox };
    let bundle = attack.hand_made(commit.as_str(), &[commit.as_str(), &tree]);
    let taken = attack.mirror.take(attack.yard.request(&base), &bundle[..]).await.unwrap();
    assert_eq!(taken.commit, commit);
}

#[tokio::test]
async fn another_commit_than_announced_is_refused() {
    let attack = Attack::new().await;
    let found = attack.sandbox.commit("b", "2");
    let (base, claimed) = (attack.sandbox.base.clone(), "f".repeat(40).parse::<Commit>().unwrap());
    let request = TakeRequest { claimed: Some(&claimed), ..attack.yard.request(&base) };
    match attack.mirror.take(request, &attack.sandbox.bundle()[..]).await {
        Err(TakeError::Refused(Refusal::OtherCommit { found: holds, .. })) => assert_eq!(holds, found),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn missing_objects_are_noticed() {
    let attack = Attack::new().await;
    let mut tree = b"100644 b\0".to_vec();
    tree.extend([0x11; 20]);
    let tree = attack.object("tree", &tree);
    let who = "A <a@example.org> 1700000000 +0000";
    let text = format!("tree {tree}\nparent {}\nauthor {who}\ncommitter {who}\n\nx\n", attack.sandbox.base);
    let commit = attack.object("commit", text.as_bytes());
    let refusal = attack.refused(&attack.hand_made(&commit, &[&commit, &tree])).await;
    assert!(matches!(refusal, Refusal::Damaged(_)), "{refusal:?}");
}

#[tokio::test]
async fn too_much_and_too_slow_are_refused() {
    let yard = Yard::with(|settings| {
        settings.bundle_limit = 100_000;
        settings.timeouts.bundle = Duration::from_millis(1500);
    });
    let base = yard.commit("a", "1");
    let mirror = yard.sync().await;
    let endless = tokio::io::repeat(b'x');
    let outcome = mirror.take(yard.request(&base), endless).await;
    assert!(matches!(outcome, Err(TakeError::Refused(Refusal::TooLarge { limit: 100_000 }))), "{outcome:?}");
    let (_open, silent) = tokio::io::duplex(64);
    let outcome = mirror.take(yard.request(&base), silent).await;
    assert!(matches!(outcome, Err(TakeError::Stream(_))), "{outcome:?}");
    yard.assert_quarantine_empty();
}
