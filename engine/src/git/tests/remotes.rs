use super::*;

#[test]
fn addresses_are_read_and_written_as_git_is_given_them() {
    for (text, canonical) in [
        ("https://Example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org:8443/a/", "https://example.org:8443/a"),
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        ("ssh://git@example.org/a/b.git", "ssh://git@example.org/a/b.git"),
        ("ssh://example.org:2222/~me/b", "ssh://git@example.org:2222/~me/b"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("example.org:/srv/b.git", "ssh://git@example.org/srv/b.git"),
        ("me@[::1]:b", "me@[::1]:b"),
        ("/srv/git/b.git/", "/srv/git/b.git"),
    ] {
        let remote = Remote::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(remote.to_string(), canonical);
        assert_eq!(Remote::parse(canonical).unwrap(), remote, "{canonical}");
    }
}

#[test]
fn everything_else_is_refused_with_a_word_of_why() {
    for (text, why) in [
        ("", "no repository address"),
        ("-oProxyCommand=x", "hyphen"),
        ("--upload-pack=x", "hyphen"),
        ("http://example.org/a", "`http` is not allowed"),
        ("git://example.org/a", "`git` is not allowed"),
        ("ftp://example.org/a", "`ftp` is not allowed"),
        ("file:///srv/a", "absolute path"),
        ("ext::sh -c x", "blanks"),
        ("ext::sh", "transport helper"),
        ("fd::3", "transport helper"),
        ("ext::https://example.org/a", "transport helper"),
        ("https://user:pass@example.org/a", "token as the project's credential"),
        ("https://token@example.org/a", "token as the project's credential"),
        ("ssh://git:pass@example.org/a", "token as the project's credential"),
        ("https://example.org", "no usable path"),
        ("https://example.org/", "no usable path"),
        ("https://example.org/a?x=1", "no usable path"),
        ("https://example.org/a#x", "no usable path"),
        ("https://example.org/a\nb", "control characters"),
        ("https://example.org:0/a", "not a port"),
        ("https://example.org:65536/a", "not a port"),
        ("https://0x7f.1/a", "not a host"),
        ("https://2130706433/a", "not a host"),
        ("https://127.1/a", "not a host"),
        ("https:///a", "not a host"),
        ("https://example.org\\@evil.org/a", "credential"),
        ("ssh://-oProxyCommand=x/a", "not a host"),
        ("ssh://-x@example.org/a", "not a user"),
        ("-x@example.org:a", "hyphen"),
        ("git@-x:a", "not a host"),
        ("git@example.org:-x", "no usable path"),
        ("git@example.org:a;b", "no usable path"),
        ("git@example.org:$(x)", "no usable path"),
        ("../a", "absolute path"),
        ("a/b:c", "absolute path"),
        ("relative", "absolute path"),
        ("/srv/../etc", "without `..`"),
        ("/srv/a\u{1b}b", "control characters"),
    ] {
        let error = Remote::parse(text).expect_err(text).to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn branch_names_follow_gits_rules() {
    for name in ["main", "signalbox/0abc", "a.b", "ü", "feature/x-y_z"] {
        assert_eq!(name.parse::<BranchName>().unwrap().as_str(), name);
    }
    let long = "x".repeat(300);
    for name in [
        "",
        "-x",
        "/a",
        "a/",
        "a//b",
        "a..b",
        "a b",
        "a~b",
        "a^b",
        "a:b",
        "a?b",
        "a*b",
        "a[b",
        "a\\b",
        "a.",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "@",
        "a@{b",
        "a\nb",
        "HEAD",
        "refs/heads/x",
        &long,
    ] {
        assert!(name.parse::<BranchName>().is_err(), "{name}");
    }
}

#[test]
fn commits_are_full_ids_only() {
    assert!("a".repeat(40).parse::<Commit>().is_ok() && "0".repeat(64).parse::<Commit>().is_ok());
    for text in ["", "abc", "HEAD", &"A".repeat(40), &"a".repeat(41), &"g".repeat(40)] {
        assert!(text.parse::<Commit>().is_err(), "{text}");
    }
}
