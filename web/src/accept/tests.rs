use super::*;
use crate::settings::{Patience, WebSettings};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

const HEAD: Duration = Duration::from_millis(300);

struct Place {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

async fn serve(connections: u32, connections_per_address: u32, router: Router) -> Place {
    let patience = Patience { connections, connections_per_address, head: HEAD };
    let doorway = Doorway::new(Arc::new(WebSettings { patience, ..WebSettings::default() }), None);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let serving = tokio::spawn(accept(listener, doorway, router, stop.clone()));
    Place { address, stop, serving }
}

impl Place {
    async fn reached_from(&self, own: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{own}:0").parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// What somebody at an address is answered; nothing where they are turned away.
    async fn answers(&self, own: &str) -> String {
        let mut connection = self.reached_from(own).await;
        let _ = connection.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        rest_of(&mut connection).await
    }
}

async fn rest_of(connection: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    let _ = connection.read_to_end(&mut rest).await;
    String::from_utf8_lossy(&rest).into_owned()
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test]
async fn whoever_does_not_say_what_they_want_is_let_go_of() {
    let place = serve(10, 10, hello()).await;
    let began = Instant::now();
    let (mut silent, mut slow) = (place.reached_from("127.0.0.1").await, place.reached_from("127.0.0.1").await);
    let dripping = async {
        slow.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        while slow.write_all(b"X-A: b\r\n").await.is_ok() {
            tokio::time::sleep(HEAD / 10).await;
        }
    };
    let (said, ()) = tokio::join!(rest_of(&mut silent), dripping);
    assert_eq!(said, "");
    assert!((HEAD..HEAD * 10).contains(&began.elapsed()), "{:?}", began.elapsed());
    // The same once something was answered.
    let mut kept = place.reached_from("127.0.0.1").await;
    kept.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(rest_of(&mut kept).await.ends_with("hello"));
}

#[tokio::test]
async fn one_address_does_not_keep_out_another() {
    let place = serve(10, 3, hello()).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(place.reached_from("127.0.0.2").await);
    }
    assert_eq!(place.answers("127.0.0.2").await, "");
    assert!(place.answers("127.0.0.3").await.ends_with("hello"));
    drop(held);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(place.answers("127.0.0.2").await.ends_with("hello"), "a seat is free again");
}

#[tokio::test]
async fn where_every_seat_is_taken_the_next_one_waits_for_it() {
    let place = serve(2, 2, hello()).await;
    let _held = [place.reached_from("127.0.0.2").await, place.reached_from("127.0.0.2").await];
    let began = Instant::now();
    assert!(place.answers("127.0.0.3").await.ends_with("hello"));
    assert!(began.elapsed() >= HEAD / 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn nobody_keeps_the_hub_from_stopping() {
    let router = hello().route("/much", get(|| async { vec![b'x'; 64 << 20] })).route("/never", get(never));
    let place = serve(10, 10, router).await;
    let mut held = Vec::new();
    for head in
        ["", "GET / HTTP/1.1\r\nX-A", "GET /much HTTP/1.1\r\nHost: a\r\n\r\n", "GET /never HTTP/1.1\r\nHost: a\r\n\r\n"]
    {
        let mut connection = place.reached_from("127.0.0.1").await;
        connection.write_all(head.as_bytes()).await.unwrap();
        held.push(connection);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    place.stop.cancel();
    place.serving.await.unwrap();
    assert!((GRACE..GRACE * 2).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert!(TcpStream::connect(place.address).await.is_err());
}

async fn never() -> &'static str {
    std::future::pending().await
}

#[tokio::test]
async fn a_connection_may_become_one_of_another_kind() {
    async fn upgrade(mut request: Request) -> Response {
        let becoming = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut raw = hyper_util::rt::TokioIo::new(becoming.await.unwrap());
            let mut said = [0; 4];
            raw.read_exact(&mut said).await.unwrap();
            raw.write_all(&said).await.unwrap();
        });
        let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "echo")];
        (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
    }
    let place = serve(10, 10, Router::new().route("/", get(upgrade))).await;
    let mut connection = place.reached_from("127.0.0.1").await;
    connection.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n").await.unwrap();
    tokio::time::sleep(HEAD * 2).await;
    connection.write_all(b"abcd").await.unwrap();
    let said = rest_of(&mut connection).await;
    assert!(said.starts_with("HTTP/1.1 101") && said.ends_with("abcd"), "{said}");
}
