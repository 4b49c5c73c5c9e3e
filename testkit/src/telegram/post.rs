//! A POST of JSON to a loopback address, by hand: a client library would be the only thing that this crate needs it for.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than this of an answer's head is not read.
const LONGEST_HEAD: u64 = 16 << 10;

/// Where a webhook is: the parts of its `http://` address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    authority: String,
    path: String,
}

impl Address {
    /// Takes `http://` addresses of this machine alone.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let loopback = host == "localhost" || host.parse().is_ok_and(|host: Ipv4Addr| host.is_loopback());
        let port = if authority == host { ":80" } else { "" };
        let path = if path.is_empty() { "/" } else { path };
        loopback.then(|| Self { authority: format!("{authority}{port}"), path: path.to_owned() })
    }
}

/// Sends one body and gives the answer's status.
///
/// # Errors
/// When there is no connection, or no answer that is HTTP.
pub(crate) async fn post(address: &Address, secret: Option<&str>, body: &str) -> io::Result<u16> {
    let mut stream = TcpStream::connect(&address.authority).await?;
    let secret = secret.map(|secret| format!("X-Telegram-Bot-Api-Secret-Token: {secret}\r\n")).unwrap_or_default();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{secret}Connection: close\r\n\r\n",
        address.path,
        address.authority,
        body.len(),
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_HEAD).read_to_end(&mut answer).await?;
    status(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no answer in HTTP"))
}

fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
