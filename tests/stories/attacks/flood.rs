//! Many and slow: whoever only wants that nobody else is heard is let go of, while others go on being answered.

use super::{Attack, attack};
use crate::github::Team;
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use ring::hmac;
use signalbox_testkit::github::Visibility;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

pub(super) const ABOUT: &str = "At the door, many and slow: Somebody at one address who wants that nobody else is heard, while \
    GitHub, at another, is to be answered within two seconds; the hub's memory is measured. A client's patience is set to a \
    second (`web.patience`), and an address may have twenty connections.";

/// From where the attacks are made, and from where others are.
const ATTACKER: &str = "127.0.0.2:0";
const OTHERS: &str = "127.0.0.1:0";
/// What is set as `web.patience`, and as `web.connections_per_address`.
const PATIENCE: Duration = Duration::from_secs(1);
const SEATS: usize = 20;
/// The largest that GitHub sends.
const LARGE: usize = 25 << 20;

/// How long the slowest may be let go of late: these machines are slow and shared.
const SLACK: Duration = Duration::from_secs(8);

struct Flood {
    hub: SocketAddr,
    pid: u32,
    secret: String,
}

type Make = fn(&Flood) -> BoxFuture<'_, ()>;

/// What is done.
const FLOODS: [(Attack, Make); 7] = [
    (
        attack(
            "heads of requests that never end, a line at a time",
            "Slowloris, 2009; CWE-400, uncontrolled consumption",
        ),
        |flood| Box::pin(flood.drips("GET /healthz HTTP/1.1\r\n", "X-A: b\r\n", "")),
    ),
    (attack("connections on which nothing is said", "CWE-770, allocation of resources without limits"), |flood| {
        Box::pin(flood.drips("", "", ""))
    }),
    (attack("bodies that come a byte at a time", "R-U-Dead-Yet, 2011; CWE-400, uncontrolled consumption"), |flood| {
        Box::pin(flood.drips(WEBHOOK, "x", "408"))
    }),
    (
        attack("more connections than one address may have", "CWE-770, allocation of resources without limits"),
        |flood| Box::pin(flood.connects_without_end()),
    ),
    (attack("twenty payloads of 25 MB without a signature, at once", "Argo CD, CVE-2024-40634"), |flood| {
        Box::pin(flood.sends_much("", 32 << 20, &["401"]))
    }),
    (attack("the same, with signatures that were made up", "Argo CD, CVE-2024-40634; CWE-770"), |flood| {
        Box::pin(flood.sends_much(FORGED, 400 << 20, &["401", "503"]))
    }),
    (
        attack(
            "a body that is said to be larger than any, and never sent",
            "CWE-770, allocation of resources without limits",
        ),
        |flood| Box::pin(flood.says_that_much_comes()),
    ),
];

const HELD: Attack = attack(
    "clients that neither send nor read on when the hub is to stop",
    "CWE-833, deadlock; nginx, worker_shutdown_timeout",
);

/// A webhook of which only the body is still to come; its signature could be one.
const WEBHOOK: &str = concat!(
    "POST /hooks/github HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000000\r\nX-Hub-Signature-256: sha256=",
    "0123456789012345678901234567890123456789012345678901234567890123\r\n\r\n",
);
const FORGED: &str = "X-Hub-Signature-256: sha256=0123456789012345678901234567890123456789012345678901234567890123\r\n";

pub(super) fn attacks() -> Vec<&'static Attack> {
    FLOODS.iter().map(|(attack, _)| attack).chain([&HELD]).collect()
}

impl Flood {
    async fn connection(&self, from: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(from.parse().unwrap()).unwrap();
        socket.connect(self.hub).await.unwrap()
    }

    /// Takes every seat and sends piece after piece; each has to be let go of, and is told so if it asked for something.
    async fn drips(&self, head: &str, piece: &str, told: &str) {
        let one = |_| async move {
            let mut connection = self.connection(ATTACKER).await;
            connection.write_all(head.as_bytes()).await.unwrap();
            let (mut reading, mut writing) = connection.split();
            let dripping = async {
                while writing.write_all(piece.as_bytes()).await.is_ok() {
                    sleep(PATIENCE / 20).await;
                }
                std::future::pending().await
            };
            let answer = tokio::select! {
                answer = rest(&mut reading) => answer,
                () = dripping => unreachable!("it never ends"),
            };
            assert!(answer.contains(told), "{answer}");
        };
        let all = timeout(PATIENCE * 2 + SLACK, join_all((0..SEATS).map(one))).await;
        assert!(all.is_ok(), "they are still let speak");
    }

    /// Connects again and again, and keeps what it gets.
    async fn connects_without_end(&self) {
        let mut held = Vec::new();
        for _ in 0..SEATS * 10 {
            held.push(self.connection(ATTACKER).await);
        }
        sleep(PATIENCE / 2).await;
        let open = held.iter().filter(
            |one| matches!(one.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock),
        );
        assert!(open.count() <= SEATS);
    }

    /// Sends twenty large payloads at once, with these headers.
    async fn sends_much(&self, headers: &str, most: u64, answers: &[&str]) {
        let head = format!("POST /hooks/github HTTP/1.1\r\nHost: hub\r\nContent-Length: {LARGE}\r\n{headers}\r\n");
        let (head, body, before) = (&head, &vec![b'['; LARGE], self.peak());
        let one = |_| async move {
            let mut connection = self.connection(ATTACKER).await;
            let (mut reading, mut writing) = connection.split();
            let sending = async {
                writing.write_all(head.as_bytes()).await?;
                writing.write_all(body).await
            };
            // Who still sends may find the connection closed before the answer is read.
            let sent = sending.map(|sent| sent.is_ok());
            let (answer, _) =
                tokio::join!(timeout(PATIENCE * 2 + SLACK, rest(&mut reading)), timeout(PATIENCE * 2 + SLACK, sent));
            answer.expect("an answer in time")
        };
        let said = join_all((0..SEATS).map(one)).await;
        let known = |answer: &&String| answer.is_empty() || answers.iter().any(|known| answer[9..].starts_with(known));
        let unknown: Vec<_> = said.iter().filter(|answer| !known(answer)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(said.iter().any(|answer| !answer.is_empty()), "none was answered");
        let grown = self.peak() - before;
        assert!(grown <= most, "{} MiB more were kept", grown >> 20);
    }

    async fn says_that_much_comes(&self) {
        let mut connection = self.connection(ATTACKER).await;
        let head = format!("POST /hooks/github HTTP/1.1\r\nHost: hub\r\n{FORGED}Content-Length: 99000000000\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        timeout(PATIENCE, connection.read_exact(&mut answer)).await.expect("an answer at once").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413");
    }

    /// GitHub brings something while all of that goes on.
    async fn github_is_answered(&self) -> Duration {
        let (body, began) = ("{}", Instant::now());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes()), body.as_bytes());
        let signature: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut connection = self.connection(OTHERS).await;
        let request = format!(
            "POST /hooks/github HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nX-GitHub-Event: ping\r\n\
             X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut connection).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        began.elapsed()
    }

    /// The most memory that the hub ever had, in bytes.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }
}

async fn rest(from: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut rest = Vec::new();
    let _ = from.read_to_end(&mut rest).await;
    String::from_utf8_lossy(&rest).into_owned()
}

#[tokio::test]
async fn who_is_many_or_slow_keeps_nobody_else_from_being_heard() {
    let (seats, patience) = (SEATS.to_string(), format!("{}s", PATIENCE.as_secs()));
    let mut team = Team::with(Visibility::Private, "", |world| {
        world.with("SIGNALBOX_WEB_CONNECTIONS_PER_ADDRESS", &seats).with("SIGNALBOX_WEB_PATIENCE", &patience)
    })
    .await;
    let hub = team.hub.take().unwrap();
    let address = team.web.trim_start_matches("http://").parse().unwrap();
    let flood = Flood { hub: address, pid: hub.pid(), secret: team.github.webhook_secret() };
    for (attack, make) in FLOODS {
        let others = async {
            sleep(PATIENCE / 4).await;
            flood.github_is_answered().await
        };
        let ((), took) = tokio::join!(make(&flood), others);
        assert!(took < PATIENCE * 2, "{}: {took:?}", attack.tries);
        // What was held is free again.
        sleep(PATIENCE / 4).await;
    }
    let mut held = Vec::new();
    for said in ["", "GET /healthz HTTP/1.1\r\nX", WEBHOOK, "GET /metrics HTTP/1.1\r\nHost: hub\r\n\r\n"] {
        let mut connection = flood.connection(ATTACKER).await;
        connection.write_all(said.as_bytes()).await.unwrap();
        held.push(connection);
    }
    let began = Instant::now();
    hub.stops().await;
    assert!(began.elapsed() < SLACK, "{}: {:?}", HELD.tries, began.elapsed());
    team.ends().await;
}
