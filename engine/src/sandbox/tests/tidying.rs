//! Finding what is there, and the folders.

use super::super::*;
use super::yard::{Yard, next_text, rest_of};
use signalbox_core::id::{ConversationId, SandboxId, TaskId};
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn a_hub_finds_its_own_by_label_in_every_state() {
    let yard = Yard::open().await;
    let other = Yard::open().await;
    other.run("sleep 30").await;
    let mut warm = yard.spec("true");
    (warm.task, warm.conversation) = (None, None);
    let warm_id = warm.id.clone();
    yard.sandboxes.prepare_directory(&warm_id, None).await.unwrap();
    yard.sandboxes.create(warm).await.unwrap();
    let running = yard.run("sleep 30").await;
    let paused = yard.run("sleep 30").await;
    paused.control.pause().await.unwrap();
    let ended = yard.run("true").await;
    let ended_id = ended.control.id().clone();
    rest_of(ended).await;
    let found = yard.sandboxes.find().await.unwrap();
    let state = |id: &SandboxId| found.iter().find(|found| found.id == *id).map(|found| found.state);
    assert_eq!(found.len(), 4);
    assert_eq!(state(&warm_id), Some(FoundState::Created));
    assert_eq!(state(running.control.id()), Some(FoundState::Running));
    assert_eq!(state(paused.control.id()), Some(FoundState::Paused));
    assert_eq!(state(&ended_id), Some(FoundState::Exited));
    let of =
        |id: &SandboxId| found.iter().find(|found| found.id == *id).map(|f| (f.task.clone(), f.conversation.clone()));
    assert_eq!(of(&warm_id), Some((None, None)));
    assert_eq!(of(&ended_id), Some((Some(TaskId::from_entropy(7)), Some(ConversationId::new("talk")))));
}

#[tokio::test]
async fn volumes_outlive_their_container_and_go_when_told() {
    let yard = Yard::open().await;
    let mut spec = yard.spec("echo kept > file");
    let volumes = spec.volumes.clone();
    let first = yard.run_spec(spec.clone()).await;
    let control = first.control.clone();
    rest_of(first).await;
    let busy = yard.sandboxes.remove_volumes(&volumes).await;
    assert!(matches!(busy, Err(SandboxError::Engine { .. })), "{busy:?}");
    control.remove().await.unwrap();
    spec.id = SandboxId::new("another");
    spec.cli_args = vec!["cat file".to_owned()];
    let mut second = yard.run_spec(spec).await;
    assert_eq!(next_text(&mut second).await, "kept");
    second.control.remove().await.unwrap();
    let mut names: Vec<_> = yard.sandboxes.list_volumes().await.unwrap();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    let talk = || Some(ConversationId::new("talk"));
    let expected =
        [&volumes.session, &volumes.workspace].map(|n| FoundVolume { name: n.clone(), conversation: talk() });
    assert_eq!(names, expected);
    yard.sandboxes.remove_volumes(&volumes).await.unwrap();
    yard.sandboxes.remove_volumes(&volumes).await.expect("removing twice is no fault");
    assert_eq!(yard.sandboxes.list_volumes().await.unwrap(), []);
}

#[tokio::test]
async fn the_folder_can_be_passed_and_its_seed_read_by_the_sandbox() {
    let yard = Yard::open().await;
    let seed = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&seed, "bundle").unwrap();
    for mode in [0o600, 0o644] {
        std::fs::set_permissions(&seed, PermissionsExt::from_mode(mode)).unwrap();
        let spec = yard.spec("cat /run/signalbox/seed.bundle; echo; touch /run/signalbox/x || ls /run/signalbox");
        yard.sandboxes.prepare_directory(&spec.id, Some(seed.path())).await.unwrap();
        let directory = yard.sandboxes.prepare_directory(&spec.id, Some(seed.path())).await.unwrap();
        assert_eq!(std::fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o711);
        let created = yard.sandboxes.create(spec).await.unwrap();
        let mut sandbox = yard.sandboxes.start(created).await.unwrap();
        assert_eq!(next_text(&mut sandbox).await, "bundle");
    }
}

#[tokio::test]
async fn an_id_that_would_lead_elsewhere_is_refused() {
    let yard = Yard::open().await;
    for id in ["", "../../etc", "a/b", "a.b", "-x", "ä", &"a".repeat(65)] {
        let id = SandboxId::new(id);
        assert!(matches!(yard.sandboxes.prepare_directory(&id, None).await, Err(SandboxError::BadName { .. })));
        assert!(matches!(yard.sandboxes.reattach(&id, 0).await, Err(SandboxError::BadName { .. })));
        let spec = SandboxSpec { id, ..yard.spec("true") };
        assert!(matches!(yard.sandboxes.create(spec).await, Err(SandboxError::BadName { .. })));
    }
}
