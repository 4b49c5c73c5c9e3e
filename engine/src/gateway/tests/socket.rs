//! The socket's file.

use super::*;
use std::os::unix::fs::PermissionsExt;

async fn open(gateway: &Gateway, socket: &Path) -> Result<(Exit, Notices), GatewayError> {
    gateway.open(&SandboxId::new("s1"), socket, TOKEN.into()).await
}

#[tokio::test]
async fn the_socket_is_open_to_the_sandboxs_user_and_removed_in_the_end() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("gateway.sock");
    let (exit, _notices) = open(&gateway(settings("http://127.0.0.1:1")), &socket).await.unwrap();
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o666);
    timeout(PATIENCE, exit.close()).await.unwrap();
    assert!(!socket.exists());
}

#[tokio::test]
async fn a_stale_socket_is_replaced_and_its_late_owner_leaves_the_new_one_alone() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("gateway.sock");
    let gateway = gateway(settings("http://127.0.0.1:1"));
    let (first, _first_notices) = open(&gateway, &socket).await.unwrap();
    let (_second, _second_notices) = open(&gateway, &socket).await.unwrap();
    drop(first);
    assert!(UnixStream::connect(&socket).await.is_ok());
}

#[tokio::test]
async fn what_is_not_a_socket_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("precious");
    std::fs::write(&file, "x").unwrap();
    let gateway = gateway(settings("http://127.0.0.1:1"));
    assert!(matches!(open(&gateway, &file).await, Err(GatewayError::NotASocket(_))));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "x");
    let nowhere = home.path().join("missing/gateway.sock");
    assert!(matches!(open(&gateway, &nowhere).await, Err(GatewayError::Bind { .. })));
}

#[tokio::test]
async fn a_dropped_exit_hears_nobody_any_more() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("gateway.sock");
    let (exit, mut notices) = open(&gateway(settings("http://127.0.0.1:1")), &socket).await.unwrap();
    let mut connection = UnixStream::connect(&socket).await.unwrap();
    drop(exit);
    assert!(timeout(PATIENCE, connection.read_u8()).await.unwrap().is_err());
    assert!(UnixStream::connect(&socket).await.is_err());
    assert_eq!(timeout(PATIENCE, notices.recv()).await.unwrap(), None);
}

#[tokio::test]
async fn closing_waits_for_an_answer_under_way_to_be_accounted_for() {
    let (say, model) = StandIn::streaming().await;
    let sandbox = working(&model).await;
    say.send("data: {}\n\n".into()).await.unwrap();
    let _answer = sandbox.ask(&question()).await;
    assert_eq!(timeout(PATIENCE, sandbox.exit.close()).await.unwrap().requests, 1);
}
