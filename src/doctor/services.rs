//! What the hub relies on beside Docker: git, and Redis where it is set.

use super::finding::Finding;
use crate::config::Config;
use reqwest::Url;
use secrecy::ExposeSecret as _;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The oldest git whose checks of what it receives are relied upon.
const OLDEST_GIT: (u32, u32) = (2, 39);

pub(super) async fn check_git(config: &Config) -> Finding {
    let program = if config.git.program.is_empty() { "git" } else { config.git.program.as_str() };
    let said = Command::new(program).arg("--version").env("LC_ALL", "C").output().await;
    let text = match said {
        Ok(said) => String::from_utf8_lossy(&said.stdout).trim().to_owned(),
        Err(error) => {
            return Finding::fail(
                "git",
                format!("{program} cannot be run: {error}"),
                "install git, or set git.program",
            );
        }
    };
    match version(&text) {
        Some(found) if found >= OLDEST_GIT => Finding::ok("git", text),
        Some(_) => Finding::fail("git", format!("{text} is too old"), "use git 2.39 or later"),
        None => Finding::fail("git", format!("{program} does not tell its version"), "set git.program to a real git"),
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("git version ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

pub(super) async fn check_redis(config: &Config) -> Option<Finding> {
    let url = config.redis.url.expose_secret();
    if url.is_empty() {
        return None;
    }
    let mend = "check redis.url and the server; meanwhile the nodes find work by polling";
    let address = Url::parse(url).ok().and_then(|url| Some((url.host_str()?.to_owned(), url.port().unwrap_or(6379))));
    let Some((host, port)) = address else {
        return Some(Finding::fail("redis", "redis.url names no host", "write redis://host:6379/0"));
    };
    // The address may hold a password: only host and port are shown.
    Some(match timeout(PATIENCE, knock(&host, port)).await {
        Ok(Ok(true)) => Finding::ok("redis", format!("{host}:{port} answers")),
        Ok(Ok(false)) => Finding::warn("redis", format!("what answers at {host}:{port} is no Redis"), mend),
        Ok(Err(error)) => Finding::warn("redis", format!("{host}:{port} cannot be reached: {error}"), mend),
        Err(_) => Finding::warn("redis", format!("{host}:{port} does not answer"), mend),
    })
}

/// Whether a Redis answers; one that wants a password first is one too.
async fn knock(host: &str, port: u16) -> io::Result<bool> {
    let mut server = TcpStream::connect((host, port)).await?;
    server.write_all(b"PING\r\n").await?;
    let mut answer = [0; 7];
    let length = server.read(&mut answer).await?;
    Ok([&b"+PONG"[..], b"-NOAUTH", b"-NOPERM"].iter().any(|known| answer[..length].starts_with(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_distributions_write_them() {
        assert_eq!(version("git version 2.39.5"), Some((2, 39)));
        assert_eq!(version("git version 2.45.1.windows.1"), Some((2, 45)));
        assert_eq!(version("hg 5"), None);
    }

    #[tokio::test]
    async fn only_a_redis_answers_like_one() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            for answer in ["+PONG\r\n", "-NOAUTH Authentication required.\r\n", "HTTP/1.1 400\r\n"] {
                let (mut client, _) = listener.accept().await.unwrap();
                client.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let mut found = Vec::new();
        for _ in 0..3 {
            found.push(knock("127.0.0.1", port).await.unwrap());
        }
        assert_eq!(found, [true, true, false]);
    }
}
