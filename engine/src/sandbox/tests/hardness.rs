//! What the container is asked to be, and what it is as seen from inside.

use super::super::hardening::{Placement, container_body};
use super::super::*;
use super::yard::{Yard, settings, texts};
use std::path::Path;

#[tokio::test]
async fn the_request_says_all_that_makes_it_hard() {
    let yard = Yard::open().await;
    let settings = SandboxSettings { hub: "hub".to_owned(), ..settings(Path::new("/home")) };
    let place = Placement { settings: &settings, directory: Path::new("/home/sandboxes/x"), quota: false };
    let mut spec = yard.spec("--resume=x");
    spec.volumes = Volumes::of("talk");
    spec.id = signalbox_core::id::SandboxId::new("x");
    spec.image = "image".to_owned();
    let mut body = serde_json::to_value(container_body(&spec, &place)).unwrap();
    strip_nulls(&mut body);
    let volume = |kind: &str, target: &str| {
        serde_json::json!({"Type": "volume", "Source": format!("signalbox-talk-{kind}"), "Target": target, "VolumeOptions":
            {"NoCopy": false, "Labels": {"signalbox.hub": "hub", "signalbox.conversation": "talk"}}})
    };
    let host = serde_json::json!({
        "NetworkMode": "none", "IpcMode": "private", "CgroupnsMode": "private", "Privileged": false,
        "ReadonlyRootfs": true, "CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"], "Init": false,
        "Memory": 268435456, "MemorySwap": 268435456, "NanoCpus": 2000000000, "PidsLimit": 64, "OomScoreAdj": 500,
        "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
        "Tmpfs": {"/tmp": "rw,exec,nosuid,nodev,size=16777216,mode=1777",
            "/home/runner": "rw,exec,nosuid,nodev,size=16777216,mode=0700,uid=10001,gid=10001"},
        "LogConfig": {"Type": "local", "Config": {"max-size": "2147483648", "max-file": "1", "compress": "false"}},
        "RestartPolicy": {"Name": "no"},
        "Mounts": [volume("workspace", "/workspace"), volume("session", "/home/runner/.claude"),
            {"Type": "bind", "Source": "/home/sandboxes/x", "Target": "/run/signalbox", "ReadOnly": true,
                "BindOptions": {"Propagation": "rprivate"}}],
    });
    let expected = serde_json::json!({
        "Image": "image", "Hostname": "sandbox", "User": "10001:10001", "WorkingDir": "/workspace",
        "Entrypoint": ["/usr/bin/tini", "--", "/usr/local/lib/signalbox/enter"], "Cmd": ["--resume=x"],
        "Env": ["HOME=/home/runner", "TOKEN=only-the-gateways"], "Healthcheck": {"Test": ["NONE"]},
        "OpenStdin": true, "StdinOnce": false, "AttachStdin": false, "Tty": false, "NetworkDisabled": true,
        "Labels": {"signalbox.hub": "hub", "signalbox.kind": "sandbox", "signalbox.sandbox": "x",
            "signalbox.task": "700000000000", "signalbox.conversation": "talk"},
        "HostConfig": host,
    });
    assert_eq!(body, expected);
}

fn strip_nulls(value: &mut serde_json::Value) {
    if let serde_json::Value::Object(fields) = value {
        fields.retain(|_, field| !field.is_null());
        fields.values_mut().for_each(strip_nulls);
    }
}

#[tokio::test]
async fn from_inside_there_is_no_way_out_and_no_way_up() {
    let yard = Yard::open().await;
    let (lines, _) = yard
        .output_of(
            "ls /sys/class/net; id -u; id -g; cat /proc/1/comm; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status \
             | tr -s '\\t' ' '; ulimit -c; cat /proc/self/oom_score_adj; echo $HOME $PWD; ls /proc/1/fd 2>&1 | tail -n 1; \
             find / -xdev -perm /6000 -type f 2>/dev/null | wc -l; ls /dev | grep -cE '^(sd|vd|nvme|mem|kmsg|fuse)'",
        )
        .await;
    let expected = [
        "lo",
        "10001",
        "10001",
        "tini",
        "CapEff: 0000000000000000",
        "CapBnd: 0000000000000000",
        "NoNewPrivs: 1",
        "Seccomp: 2",
        "0",
        "500",
        "/home/runner /workspace",
        "ls: cannot open directory '/proc/1/fd': Permission denied",
        "0",
        "0",
    ];
    assert_eq!(texts(&lines), expected);
}

#[tokio::test]
async fn writing_works_in_workspace_session_home_and_memory_only() {
    let yard = Yard::open().await;
    let (lines, _) = yard
        .output_of(
            "for d in /workspace /home/runner/.claude /home/runner /tmp /dev/shm; do touch $d/x && echo fine $d; done; \
             for d in / /etc /usr/bin /run /run/signalbox /var/tmp /root /dev /sys/fs/cgroup /proc/sys/kernel; do \
             touch $d/x 2>/dev/null && echo written $d; done; \
             awk '$2 !~ \"^/(proc|dev|sys)\" && $4 ~ /^rw/ {print \"rw\", $2}' /proc/mounts | sort",
        )
        .await;
    let expected = [
        "fine /workspace",
        "fine /home/runner/.claude",
        "fine /home/runner",
        "fine /tmp",
        "fine /dev/shm",
        "rw /home/runner",
        "rw /home/runner/.claude",
        "rw /tmp",
        "rw /workspace",
    ];
    // The engine's own name files are mounted writable, for root alone.
    let mut found = texts(&lines);
    found.retain(|line| !line.starts_with("rw /etc/"));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn limits_hold() {
    let yard = Yard::open().await;
    let (lines, _) = yard
        .output_of(
            "head -c 20000000 /dev/zero >/tmp/big 2>/dev/null || echo tmp is full; \
             (for i in $(seq 100); do sleep 5 & done) 2>&1 | grep -q 'Resource temporarily unavailable' && echo too many",
        )
        .await;
    assert_eq!(texts(&lines), ["tmp is full", "too many"]);
}

#[tokio::test]
async fn the_runner_is_fit_and_what_is_not_is_told() {
    let yard = Yard::open().await;
    let runner = yard.sandboxes.check_image(super::yard::RUNNER).await.unwrap();
    assert_eq!(runner.faults, Vec::<String>::new());
    assert!(runner.cli_version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit())));
    let shell = yard.sandboxes.check_image(&yard.spec("").image).await.unwrap();
    assert_eq!(shell.faults, ["/usr/local/bin/claude must belong to root with mode 0711, not to user 0 with 0755"]);
    let missing = yard.sandboxes.check_image("signalbox-no-such-image").await;
    assert!(matches!(missing, Err(SandboxError::NoImage { .. })), "{missing:?}");
    let mut spec = yard.spec("");
    spec.image = "signalbox-no-such-image".to_owned();
    yard.sandboxes.prepare_directory(&spec.id, None).await.unwrap();
    assert!(matches!(yard.sandboxes.create(spec).await, Err(SandboxError::NoImage { .. })));
}

#[tokio::test]
async fn the_engine_is_described_and_a_missing_one_is_explained() {
    let yard = Yard::open().await;
    let report = yard.sandboxes.engine().await.unwrap();
    assert!(report.version.contains('.') && report.api.starts_with("1.") && report.faults.is_empty(), "{report:?}");
    let missing =
        SandboxSettings { docker: Some("unix:///nowhere/docker.sock".to_owned()), ..settings(Path::new("/")) };
    let error = Sandboxes::connect(missing).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/docker.sock (sandbox.docker); install it with"), "{error}");
    let remote = SandboxSettings { docker: Some("tcp://host:2375".to_owned()), ..settings(Path::new("/")) };
    assert!(matches!(Sandboxes::connect(remote).await, Err(SandboxError::BadAddress { .. })));
}
