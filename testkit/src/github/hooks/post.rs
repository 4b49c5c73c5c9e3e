//! A POST to a loopback address, by hand: a client library would be the only thing that this crate needs it for.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than this of an answer is not read.
const LONGEST_ANSWER: u64 = 64 << 10;

/// Sends one body and gives the answer's status.
///
/// # Errors
/// When the address is not `http`, there is no connection, or no answer that is HTTP.
pub(crate) async fn post(url: &str, headers: &[(String, String)], body: &[u8]) -> io::Result<u16> {
    let rest = url.strip_prefix("http://").ok_or_else(|| io::Error::other("the address must begin with http://"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut head = format!("POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(head.as_bytes()).await?;
    // Whoever refuses by the head alone may close before all of the body is there; the answer says why.
    let written = stream.write_all(body).await;
    let mut answer = Vec::new();
    let read = stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await;
    match status(&answer) {
        Some(status) => Ok(status),
        None => written.and(read).and(Err(io::Error::new(io::ErrorKind::InvalidData, "no answer in HTTP"))),
    }
}

fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    std::str::from_utf8(line).ok()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
