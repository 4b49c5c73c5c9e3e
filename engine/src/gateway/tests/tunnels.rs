//! The CONNECT proxy.

use super::*;
use rstest::rstest;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A host on loopback that sends back what it gets, with `!` at the end.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
                let _ = to.write_all(b"!").await;
            });
        }
    });
    address
}

/// The settings of a hub where private networks and this port are allowed, as a test needs it.
fn private(port: u16) -> GatewaySettings {
    GatewaySettings { connect: ConnectRules { ports: vec![port], private: true }, ..settings("http://127.0.0.1:1") }
}

fn hosts(names: &[&str]) -> Allowance {
    Allowance { hosts: names.iter().map(|name| name.parse().unwrap()).collect(), ..Allowance::default() }
}

async fn head(connection: &mut UnixStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, connection.read_u8()).await.unwrap().unwrap());
    }
    String::from_utf8(head).unwrap()
}

impl Sandbox {
    async fn connects(&self, target: &str) -> (String, UnixStream) {
        let mut connection = self.connection().await;
        let request = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\nproxy-authorization: x\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let head = head(&mut connection).await;
        (head, connection)
    }
}

#[tokio::test]
async fn bytes_go_both_ways_to_a_listed_host() {
    let address = echo().await;
    let mut sandbox = sandbox(private(address.port())).await;
    sandbox.exit.allow(hosts(&["localhost"]));
    for name in ["localhost", "LocalHost", "localhost."] {
        let (head, mut tunnel) = sandbox.connects(&format!("{name}:{}", address.port())).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(sandbox.notice().await, Notice::Connected { host: "localhost".to_owned() });
        let sent = vec![7; 300_000];
        let (mut from, mut to) = tunnel.split();
        let mut came = Vec::new();
        let (wrote, read) = tokio::join!(
            async {
                to.write_all(&sent).await?;
                to.shutdown().await
            },
            timeout(PATIENCE, from.read_to_end(&mut came))
        );
        wrote.unwrap();
        read.unwrap().unwrap();
        assert!(came.len() == sent.len() + 1 && came.ends_with(b"!"), "{}", came.len());
    }
}

#[rstest]
#[case::not_listed("example.org", 403, "not on this project's list")]
#[case::below_a_listed_one("sub.localhost", 403, "not on this project's list")]
#[case::ipv4("127.0.0.1", 400, "not a host's name")]
#[case::ipv4_in_disguise("2130706433", 400, "not a host's name")]
#[case::ipv4_short("127.1", 400, "not a host's name")]
#[case::ipv6("[::1]", 400, "not a host's name")]
#[case::mapped("[::ffff:127.0.0.1]", 400, "not a host's name")]
#[case::user("localhost@example.org", 400, "not a host's name")]
#[case::another_user("example.org@localhost", 400, "not a host's name")]
#[tokio::test]
async fn what_is_not_listed_is_not_reached(#[case] host: &str, #[case] status: u16, #[case] reason: &str) {
    let address = echo().await;
    let mut sandbox = sandbox(private(address.port())).await;
    sandbox.exit.allow(hosts(&["localhost"]));
    let (head, _tunnel) = sandbox.connects(&format!("{host}:{}", address.port())).await;
    assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    let Notice::HostRefused { host: told, reason: why } = sandbox.notice().await else { panic!("no notice") };
    assert!(told.contains(host) && why.contains(reason), "{told}: {why}");
}

#[tokio::test]
async fn a_name_that_leads_home_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut settings = private(port);
    settings.connect.private = false;
    let mut sandbox = sandbox(settings).await;
    sandbox.exit.allow(hosts(&["localhost"]));
    let (head, _tunnel) = sandbox.connects(&format!("localhost:{port}")).await;
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    let Notice::HostRefused { reason, .. } = sandbox.notice().await else { panic!("no notice") };
    assert!(reason.contains("not public"), "{reason}");
    assert!(timeout(Duration::from_millis(100), listener.accept()).await.is_err(), "someone knocked");
}

#[tokio::test]
async fn only_the_port_for_tls_is_open_by_default() {
    let mut sandbox = sandbox(settings("http://127.0.0.1:1")).await;
    sandbox.exit.allow(hosts(&["localhost"]));
    for target in ["localhost:80", "localhost:22", "localhost:4430"] {
        assert!(sandbox.connects(target).await.0.starts_with("HTTP/1.1 403"), "{target}");
        let Notice::HostRefused { reason, .. } = sandbox.notice().await else { panic!("no notice") };
        assert!(reason.contains("is not open"), "{reason}");
    }
}

#[tokio::test]
async fn nobody_is_reached_before_a_task_is_at_work_nor_by_an_unknown_name() {
    let address = echo().await;
    let sandbox = sandbox(private(address.port())).await;
    let localhost = format!("localhost:{}", address.port());
    assert!(sandbox.connects(&localhost).await.0.starts_with("HTTP/1.1 403"));
    sandbox.exit.allow(hosts(&["*.invalid"]));
    let (head, _tunnel) = sandbox.connects(&format!("nobody.invalid:{}", address.port())).await;
    assert!(head.starts_with("HTTP/1.1 502"), "{head}");
}

#[tokio::test]
async fn a_tunnel_ends_when_its_host_is_no_longer_allowed() {
    let address = echo().await;
    let sandbox = sandbox(private(address.port())).await;
    sandbox.exit.allow(hosts(&["localhost"]));
    let (_, mut tunnel) = sandbox.connects(&format!("localhost:{}", address.port())).await;
    tunnel.write_all(b"a").await.unwrap();
    assert_eq!(tunnel.read_u8().await.unwrap(), b'a');
    sandbox.exit.allow(hosts(&["localhost", "crates.io"]));
    tunnel.write_all(b"b").await.unwrap();
    assert_eq!(tunnel.read_u8().await.unwrap(), b'b');
    sandbox.exit.allow(hosts(&["crates.io"]));
    assert!(timeout(PATIENCE, tunnel.read_u8()).await.unwrap().is_err());
}

#[tokio::test]
async fn a_silent_tunnel_is_closed_and_a_busy_one_is_not() {
    let address = echo().await;
    let mut settings = private(address.port());
    settings.limits.tunnel_silence = Duration::from_millis(300);
    let sandbox = sandbox(settings).await;
    sandbox.exit.allow(hosts(&["localhost"]));
    let (_, mut tunnel) = sandbox.connects(&format!("localhost:{}", address.port())).await;
    for _ in 0..6 {
        tunnel.write_all(b"a").await.unwrap();
        assert_eq!(tunnel.read_u8().await.unwrap(), b'a');
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(timeout(PATIENCE, tunnel.read_u8()).await.unwrap().is_err());
}

#[tokio::test]
async fn closing_the_exit_cuts_its_tunnels() {
    let address = echo().await;
    let sandbox = sandbox(private(address.port())).await;
    sandbox.exit.allow(hosts(&["localhost"]));
    let (_, mut tunnel) = sandbox.connects(&format!("localhost:{}", address.port())).await;
    timeout(PATIENCE, sandbox.exit.close()).await.unwrap();
    assert!(tunnel.read_u8().await.is_err());
}
