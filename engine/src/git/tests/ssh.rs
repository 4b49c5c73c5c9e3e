//! ssh with a program in ssh's place that notes how it was called and then does what the server would.

use super::*;

const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nnot-really\n-----END OPENSSH PRIVATE KEY-----";

fn yard(body: &str) -> Yard {
    Yard::with(|settings| {
        let ssh = settings.root.with_file_name("ssh program");
        fs::write(&ssh, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
        settings.ssh = ssh;
        settings.private_addresses_allowed = true;
    })
}

fn credential() -> Credential {
    Credential::SshKey {
        private_key: KEY.to_owned().into(),
        known_hosts: "[localhost]:2222 ssh-ed25519 AAAA".to_owned(),
    }
}

#[tokio::test]
async fn the_key_is_in_a_private_file_while_git_runs_and_the_host_is_pinned() {
    let yard = yard(
        "here=\"$(dirname \"$0\")\"\n\
         printf '%s\\n' \"$@\" > \"$here/arguments\"\n\
         env > \"$here/environment\"\n\
         for argument do case \"$argument\" in\n\
         IdentityFile=*) file=\"${argument#*=\\\"}\"; file=\"${file%\\\"}\"; cat \"$file\" > \"$here/key\"; stat -c %a \"$file\" > \"$here/mode\";;\n\
         esac; last=\"$argument\"; done\n\
         exec sh -c \"$last\"",
    );
    let commit = yard.commit("a", "1");
    let address = format!("ssh://git@localhost:2222{}", yard.upstream().display());
    let remote = Remote::parse(&address).unwrap();
    let mirror = yard.git.sync(&yard.project, &remote, &credential()).await.unwrap();
    assert_eq!(mirror.resolve("main").await.unwrap(), commit);

    let read = |name: &str| fs::read_to_string(yard.path().join(name)).unwrap();
    assert_eq!(read("key"), format!("{KEY}\n"));
    assert_eq!(read("mode").trim(), "600");
    let arguments = read("arguments");
    let option = |text: &str| arguments.lines().any(|line| line == text);
    for expected in [
        "-F",
        "/dev/null",
        "HostKeyAlias=[localhost]:2222",
        "StrictHostKeyChecking=yes",
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "GlobalKnownHostsFile=/dev/null",
        "2222",
        "git@localhost",
    ] {
        assert!(option(expected), "{expected} is missing in {arguments}");
    }
    assert!(option("HostName=127.0.0.1") || option("HostName=::1"), "{arguments}");
    assert!(!arguments.contains("not-really") && !read("environment").contains("not-really"));
    yard.assert_quarantine_empty();
}

#[tokio::test]
async fn what_ssh_complains_of_is_told_apart() {
    for (words, expected) in [
        ("Host key verification failed.", RemoteFault::HostKey),
        ("git@localhost: Permission denied (publickey).", RemoteFault::Denied),
        ("ssh: connect to host localhost port 22: Connection refused", RemoteFault::Unreachable),
        ("ERROR: Repository not found.", RemoteFault::NotFound),
    ] {
        let yard = yard(&format!("echo '{words}' >&2; exit 255"));
        let remote = Remote::parse("git@localhost:a/b.git").unwrap();
        match yard.git.probe(&remote, &credential()).await {
            Err(GitError::Remote { fault, detail }) => {
                assert_eq!(fault, expected, "{detail}");
                assert!(detail.contains(words), "{detail}");
            }
            other => panic!("{other:?}"),
        }
        yard.assert_quarantine_empty();
    }
}

#[tokio::test]
async fn a_private_address_is_refused_before_anything_runs() {
    let yard = Yard::with(|settings| settings.ssh = "/nonexistent".into());
    for address in
        ["git@localhost:a", "ssh://127.0.0.1/a", "https://localhost/a", "https://[::1]/a", "https://10.0.0.1/a"]
    {
        let outcome = yard.git.probe(&Remote::parse(address).unwrap(), &Credential::None).await;
        let refused = matches!(outcome, Err(GitError::Remote { fault: RemoteFault::PrivateAddress, .. }));
        assert!(refused, "{address}: {outcome:?}");
    }
}
