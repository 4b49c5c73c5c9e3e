use super::*;
use std::os::unix::ffi::OsStrExt;

fn change(path: &str, status: FileStatus, (insertions, deletions): (u64, u64)) -> FileChange {
    FileChange { path: path.to_owned(), status, insertions, deletions, binary: false }
}

#[tokio::test]
async fn statistics_name_every_kind_of_change() {
    let yard = Yard::new();
    let upstream = yard.upstream();
    let lines = (0..20).map(|i| format!("line {i}\n")).collect::<String>();
    fs::write(upstream.join("moved"), &lines).unwrap();
    fs::write(upstream.join("gone"), "1\n2\n").unwrap();
    let base = yard.commit("kept", "1\n");
    fs::rename(upstream.join("moved"), upstream.join("at\tnew\nplace")).unwrap();
    fs::remove_file(upstream.join("gone")).unwrap();
    fs::write(upstream.join("image"), b"\0\x01\x02").unwrap();
    fs::write(upstream.join(OsStr::from_bytes(b"latin\xff1")), "x\n").unwrap();
    let tip = yard.commit("kept", "1\n2\n");
    let mirror = yard.sync().await;
    let stat = mirror.diff_stat(Some(&base), &tip).await.unwrap();
    let image = FileChange { binary: true, ..change("image", FileStatus::Added, (0, 0)) };
    let expected = vec![
        change("\"at\\tnew\\nplace\"", FileStatus::Renamed { from: "moved".to_owned() }, (0, 0)),
        change("gone", FileStatus::Deleted, (0, 2)),
        image,
        change("kept", FileStatus::Modified, (1, 0)),
        change("\"latin\\3771\"", FileStatus::Added, (1, 0)),
    ];
    assert_eq!(stat, DiffStat { files: expected, insertions: 2, deletions: 2 });
    assert_eq!(mirror.diff_stat(Some(&tip), &tip).await.unwrap(), DiffStat::default());
    assert_eq!(mirror.diff_stat(None, &base).await.unwrap().files.len(), 3);
}

#[tokio::test]
async fn a_diff_is_cut_at_a_line_and_says_so() {
    let yard = Yard::new();
    let base = yard.commit("a", "1\n");
    let tip = yard.commit("a", &"some line\n".repeat(5000));
    let mirror = yard.sync().await;
    let whole = mirror.diff(Some(&base), &tip, 1 << 20).await.unwrap();
    assert!(!whole.truncated && whole.text.matches("+some line").count() == 5000);
    let part = mirror.diff(Some(&base), &tip, 1000).await.unwrap();
    assert!(part.truncated && part.text.len() <= 1000 && part.text.ends_with('\n'));
    assert!(whole.text.starts_with(&part.text));
}

#[tokio::test]
async fn the_commits_of_a_result_are_listed() {
    let yard = Yard::new();
    let base = yard.commit("a", "1");
    let second = yard.commit("a", "2");
    let third = yard.commit("b", "3");
    let mirror = yard.sync().await;
    let list = mirror.commits_between(Some(&base), &third, 10).await.unwrap();
    let shown: Vec<_> = list.iter().map(|entry| (&entry.commit, entry.subject.as_str())).collect();
    assert_eq!(shown, [(&third, "Change b"), (&second, "Change a")]);
    assert_eq!((list[0].author.as_str(), list[0].email.as_str()), ("Ada", "ada@example.org"));
    assert_eq!(mirror.commits_between(None, &third, 1).await.unwrap().len(), 1);
    assert!(mirror.commits_between(Some(&third), &base, 10).await.unwrap().is_empty());
}

/// A repository's attributes can name filters, diff drivers and encodings: none may have an effect on the hub.
#[tokio::test]
async fn attributes_and_configuration_that_a_sandbox_commits_run_nothing() {
    let yard = Yard::new();
    let base = yard.commit("a", "1\n");
    let mirror = yard.sync().await;
    let sandbox = yard.sandbox(&mirror, &base).await;
    let mark = yard.path().join("mark");
    let program = planted(yard.path(), &mark);
    let program = program.to_str().unwrap();
    fs::write(sandbox.clone.join(".gitattributes"), "* filter=x diff=x merge=x text eol=crlf\n").unwrap();
    let tip = sandbox.commit("a", "2\n");
    for key in ["core.fsmonitor", "core.hooksPath", "diff.external", "diff.x.textconv", "filter.x.clean", "core.pager"]
    {
        run(&sandbox.clone, &["config", key, program]);
    }
    let bundle = {
        let mut clean = git(&sandbox.clone);
        clean.args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "update-ref",
            "refs/signalbox/result",
            "HEAD",
        ]);
        assert!(clean.status().unwrap().success());
        sandbox.bundle_with(&["refs/signalbox/result", &format!("^{base}")])
    };
    let _ = fs::remove_file(&mark);
    mirror.take(yard.request(&base), &bundle[..]).await.unwrap();
    assert!(mirror.diff(Some(&base), &tip, 1 << 20).await.unwrap().text.contains("+2\n"));
    mirror.diff_stat(Some(&base), &tip).await.unwrap();
    assert!(!mark.exists(), "{}", fs::read_to_string(&mark).unwrap());
}
