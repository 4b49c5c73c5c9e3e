//! Where a project's repository is: https, ssh, or a directory of the hub's own disk. Everything else is refused.
//!
//! An address is taken apart here and put together again for git, so that git, curl and ssh cannot read it in another
//! way than the check of the host's address did.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Component, Path, PathBuf};

/// The address of a repository. `Display` shows it as git is given it; it never holds a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// `https://host[:port]/path`.
    Https {
        /// A name or an address, an IPv6 address without brackets.
        host: String,
        /// 443 unless told.
        port: u16,
        /// With its leading slash.
        path: String,
    },
    /// `ssh://user@host[:port]/path` or `user@host:path`.
    Ssh {
        /// `git` unless told.
        user: String,
        /// A name or an address, an IPv6 address without brackets.
        host: String,
        /// 22 unless told.
        port: u16,
        /// Begins with a slash, or is relative to the user's home.
        path: String,
    },
    /// A repository's absolute path on the hub's disk; for operators only, who can read it anyway.
    Local(PathBuf),
}

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteRefused {
    /// Nothing was given.
    #[error("no repository address given; use https://host/path, ssh://git@host/path or git@host:path")]
    Empty,
    /// It would be read as an option.
    #[error("a repository address cannot begin with a hyphen")]
    LooksLikeOption,
    /// Control characters or blanks in it.
    #[error("a repository address cannot have blanks or control characters in it")]
    Unprintable,
    /// `ext::`, `fd::` and their like run programs.
    #[error("`{0}::` is a transport helper; use https or ssh")]
    Helper(String),
    /// Another protocol than https and ssh.
    #[error("the protocol `{0}` is not allowed; use https://host/path, ssh://git@host/path or git@host:path")]
    Protocol(String),
    /// `file://`.
    #[error("`file://` is not allowed; an operator can add a repository of the hub's disk by its absolute path")]
    File,
    /// A user or a password in an https address.
    #[error("the address holds a credential; give the address without it, and the token as the project's credential")]
    EmbeddedCredential,
    /// The host is missing or is none.
    #[error("`{0}` is not a host name or address")]
    Host(String),
    /// The port is none.
    #[error("`{0}` is not a port")]
    Port(String),
    /// The user is none.
    #[error("`{0}` is not a user name")]
    User(String),
    /// The path is missing, or has characters that a repository's path does not need.
    #[error("the address has no usable path to a repository")]
    Path,
    /// A path that is not absolute.
    #[error("a repository of the hub's disk needs its absolute path, without `..`")]
    NotAbsolute,
}

impl Remote {
    /// Reads an address. An absolute path becomes [`Remote::Local`]: who may give one is the caller's to decide.
    pub fn parse(text: &str) -> Result<Self, RemoteRefused> {
        if text.is_empty() {
            return Err(RemoteRefused::Empty);
        }
        if text.starts_with('-') {
            return Err(RemoteRefused::LooksLikeOption);
        }
        if text.starts_with('/') {
            return local(text);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(RemoteRefused::Unprintable);
        }
        match text.split_once("://") {
            Some((scheme, rest)) if !scheme.contains("::") => by_scheme(scheme, rest),
            _ => short_ssh(text),
        }
    }

    /// Whether both are reached in the same way at the same host and port, so that what opens the one may be shown to the other.
    pub(crate) fn is_at_the_server_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Https { .. }, Self::Https { .. }) | (Self::Ssh { .. }, Self::Ssh { .. }) => {
                self.endpoint() == other.endpoint()
            }
            (Self::Https { .. } | Self::Ssh { .. } | Self::Local(_), _) => false,
        }
    }

    /// The host's name and port, when it is on another machine.
    pub(super) fn endpoint(&self) -> Option<(&str, u16)> {
        match self {
            Self::Https { host, port, .. } | Self::Ssh { host, port, .. } => Some((host, *port)),
            Self::Local(_) => None,
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Https { host, port: 443, path } => write!(f, "https://{}{path}", bracketed(host)),
            Self::Https { host, port, path } => write!(f, "https://{}:{port}{path}", bracketed(host)),
            Self::Ssh { user, host, path, .. } if !path.starts_with('/') => {
                write!(f, "{user}@{}:{path}", bracketed(host))
            }
            Self::Ssh { user, host, port: 22, path } => write!(f, "ssh://{user}@{}{path}", bracketed(host)),
            Self::Ssh { user, host, port, path } => write!(f, "ssh://{user}@{}:{port}{path}", bracketed(host)),
            Self::Local(path) => write!(f, "{}", path.display()),
        }
    }
}

fn local(text: &str) -> Result<Remote, RemoteRefused> {
    let path = Path::new(text);
    if text.chars().any(char::is_control) {
        return Err(RemoteRefused::Unprintable);
    }
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(RemoteRefused::NotAbsolute);
    }
    Ok(Remote::Local(path.components().collect()))
}

fn by_scheme(scheme: &str, rest: &str) -> Result<Remote, RemoteRefused> {
    match scheme.to_ascii_lowercase().as_str() {
        "https" => https(rest),
        "ssh" | "git+ssh" | "ssh+git" => ssh(rest),
        "file" => Err(RemoteRefused::File),
        other => Err(RemoteRefused::Protocol(other.chars().take(32).collect())),
    }
}

fn https(rest: &str) -> Result<Remote, RemoteRefused> {
    let (authority, path) = split_path(rest)?;
    if authority.contains('@') {
        return Err(RemoteRefused::EmbeddedCredential);
    }
    let (host, port) = host_and_port(authority, 443)?;
    Ok(Remote::Https { host, port, path: checked_path(path)? })
}

fn ssh(rest: &str) -> Result<Remote, RemoteRefused> {
    let (authority, path) = split_path(rest)?;
    let (user, endpoint) = authority.rsplit_once('@').unwrap_or(("git", authority));
    if user.contains(':') {
        return Err(RemoteRefused::EmbeddedCredential);
    }
    let (host, port) = host_and_port(endpoint, 22)?;
    Ok(Remote::Ssh { user: checked_user(user)?, host, port, path: checked_path(path)? })
}

/// `user@host:path`, scp's form.
fn short_ssh(text: &str) -> Result<Remote, RemoteRefused> {
    if let Some((helper, _)) = text.split_once("::").filter(|(helper, _)| is_word(helper)) {
        return Err(RemoteRefused::Helper(helper.to_owned()));
    }
    let colon = if let Some(bracket) = text.find("]:") { Some(bracket + 1) } else { text.find(':') };
    let Some((authority, path)) = colon.map(|at| (&text[..at], &text[at + 1..])) else {
        return Err(RemoteRefused::NotAbsolute);
    };
    if authority.contains('/') {
        return Err(RemoteRefused::NotAbsolute);
    }
    let (user, host) = authority.rsplit_once('@').unwrap_or(("git", authority));
    let (host, port) = host_and_port(host, 22)?;
    Ok(Remote::Ssh { user: checked_user(user)?, host, port, path: checked_path(path)? })
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+'))
}

fn split_path(rest: &str) -> Result<(&str, &str), RemoteRefused> {
    let slash = rest.find('/').ok_or(RemoteRefused::Path)?;
    Ok(rest.split_at(slash))
}

/// Refuses what a query, a fragment or a shell could be made of; a repository's path needs none of it.
fn checked_path(path: &str) -> Result<String, RemoteRefused> {
    let bare = path.trim_matches('/');
    let plain = |c: char| c.is_alphanumeric() || "._~/-%+@,=".contains(c);
    if bare.is_empty() || path.starts_with('-') || !path.chars().all(plain) {
        return Err(RemoteRefused::Path);
    }
    Ok(path.trim_end_matches('/').to_owned())
}

fn checked_user(user: &str) -> Result<String, RemoteRefused> {
    let plain = user.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+'));
    if user.is_empty() || user.starts_with('-') || !plain {
        return Err(RemoteRefused::User(user.chars().take(32).collect()));
    }
    Ok(user.to_owned())
}

fn host_and_port(authority: &str, default: u16) -> Result<(String, u16), RemoteRefused> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or(RemoteRefused::Host(authority.to_owned()))?)),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let six = authority.starts_with('[');
    let fits = if six { host.parse::<Ipv6Addr>().is_ok() } else { is_host(host) };
    if !fits {
        return Err(RemoteRefused::Host(host.chars().take(80).collect()));
    }
    Ok((host.to_ascii_lowercase(), port.map_or(Ok(default), checked_port)?))
}

fn checked_port(text: &str) -> Result<u16, RemoteRefused> {
    let port = text.parse::<u16>().ok().filter(|port| *port != 0 && !text.starts_with('+'));
    port.ok_or_else(|| RemoteRefused::Port(text.chars().take(16).collect()))
}

/// A DNS name, or an IPv4 address in four decimal parts: `0x7f.1` and `2130706433` are addresses to some resolvers.
fn is_host(host: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let last = host.rsplit('.').next().unwrap_or(host);
    let numeric = last.starts_with(|c: char| c.is_ascii_digit());
    host.len() <= 253 && host.split('.').all(label) && (!numeric || host.parse::<Ipv4Addr>().is_ok())
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}
