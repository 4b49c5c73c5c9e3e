//! What git is given to reach one remote once: the address as checked, the credential, and nothing else.
//!
//! A token reaches git through a credential helper that reads two environment variables of that one process and is
//! bound to the remote's host; redirects are not followed. An ssh key lies in a file with mode 0600 in the hub's
//! private directory for as long as git runs. curl and ssh are told the address that was checked; ssh checks the host
//! key under the host's name, and only against the keys given.

use super::address::{PrivateAddresses, first_reachable, resolve};
use super::command::Invocation;
use super::credential::Credential;
use super::error::GitError;
use super::fault::RemoteFault;
use super::local::Host;
use super::remote::Remote;
use secrecy::{ExposeSecret, SecretString};
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// Answers git's question for a credential from the environment; runs in a shell whose builtins are all it uses.
const HELPER: &str = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \
                      \"$SIGNALBOX_GIT_USER\" \"$SIGNALBOX_GIT_TOKEN\"; }; f";

/// What does not change between remotes.
#[derive(Debug)]
pub(super) struct Means {
    pub(super) ssh: PathBuf,
    pub(super) private: PathBuf,
    pub(super) private_addresses: PrivateAddresses,
    pub(super) certificates: Option<PathBuf>,
}

/// The way to one remote, to be used at once: the addresses in it were checked just now.
#[derive(Debug)]
pub(super) struct Access {
    /// What git is given as the repository.
    pub(super) address: String,
    protocol: &'static str,
    config: Vec<(String, String)>,
    env: Vec<(&'static str, String)>,
    secret: Option<SecretString>,
    host: Option<Host>,
    /// Removed when this goes.
    files: Vec<NamedTempFile>,
}

impl Means {
    /// Prepares the way to a remote.
    pub(super) async fn access(&self, remote: &Remote, credential: &Credential) -> Result<Access, GitError> {
        let addresses = match remote.endpoint() {
            Some((host, port)) => resolve(host, port, self.private_addresses).await.map_err(plain)?,
            None => Vec::new(),
        };
        match (remote, credential) {
            (Remote::Https { .. }, Credential::None) => Ok(self.https(remote, &addresses)),
            (Remote::Https { .. }, Credential::Token { user, token }) => {
                self.https(remote, &addresses).with_token(remote, user, token)
            }
            (Remote::Ssh { host, port, .. }, Credential::None | Credential::SshKey { .. }) => {
                let address = first_reachable(&addresses, *port).await.map_err(plain)?;
                self.ssh(remote, credential, Pinned { host, port: *port, address })
            }
            (Remote::Local(path), Credential::None) => self.local(remote, path),
            _ => Err(GitError::WrongCredential),
        }
    }

    fn https(&self, remote: &Remote, addresses: &[IpAddr]) -> Access {
        let mut access = Access::new(remote, "https");
        if let Some((host, port)) = remote.endpoint().filter(|(host, _)| host.parse::<IpAddr>().is_err()) {
            let pinned: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            access.config.push(("http.curloptResolve".to_owned(), format!("{host}:{port}:{}", pinned.join(","))));
        }
        if let Some(file) = &self.certificates {
            access.env.push(("GIT_SSL_CAINFO", file.display().to_string()));
        }
        access
    }

    fn ssh(&self, remote: &Remote, credential: &Credential, pinned: Pinned<'_>) -> Result<Access, GitError> {
        let mut access = Access::new(remote, "ssh");
        let (key, known_hosts) = match credential {
            Credential::SshKey { private_key, known_hosts } => (Some(private_key), known_hosts.as_str()),
            _ => (None, ""),
        };
        let known_hosts = self.private_file(known_hosts)?;
        let key = key.map(|key| self.private_file(key.expose_secret())).transpose()?;
        let identity = key.as_ref().map_or(Path::new("none"), |file| file.path());
        let command = ssh_command(&self.ssh, &pinned, (identity, known_hosts.path()));
        access.env.push(("GIT_SSH_COMMAND", command));
        access.env.push(("GIT_SSH_VARIANT", "ssh".to_owned()));
        access.files.extend(key.into_iter().chain([known_hosts]));
        Ok(access)
    }

    fn local(&self, remote: &Remote, path: &Path) -> Result<Access, GitError> {
        let mut access = Access::new(remote, "file");
        let host = Host::of(path, &self.private)?;
        if let Some(trust) = &host.trust {
            access.env.push(("GIT_CONFIG_GLOBAL", trust.path().display().to_string()));
        }
        access.host = Some(host);
        Ok(access)
    }

    /// A file with mode 0600; OpenSSH wants the line end that people lose when they paste a key.
    pub(super) fn private_file(&self, content: &str) -> Result<NamedTempFile, GitError> {
        let write = || -> std::io::Result<NamedTempFile> {
            let mut file = NamedTempFile::with_prefix_in("ssh-", &self.private)?;
            file.write_all(content.trim_end().as_bytes())?;
            file.write_all(b"\n")?;
            Ok(file)
        };
        write().map_err(GitError::Disk)
    }
}

impl Access {
    fn new(remote: &Remote, protocol: &'static str) -> Self {
        let (config, env, files) = (Vec::new(), Vec::new(), Vec::new());
        Self { address: remote.to_string(), protocol, config, env, secret: None, host: None, files }
    }

    fn with_token(mut self, remote: &Remote, user: &str, token: &SecretString) -> Result<Self, GitError> {
        let broken = |text: &str| text.is_empty() || text.contains(['\n', '\r', '\0']);
        if broken(user) || broken(token.expose_secret()) {
            return Err(GitError::WrongCredential);
        }
        let origin = remote.to_string();
        let end = origin["https://".len()..].find('/').map_or(origin.len(), |at| at + "https://".len());
        self.config.push((format!("credential.{}.helper", &origin[..end]), HELPER.to_owned()));
        self.env.push(("SIGNALBOX_GIT_USER", user.to_owned()));
        self.env.push(("SIGNALBOX_GIT_TOKEN", token.expose_secret().to_owned()));
        self.secret = Some(token.clone());
        Ok(self)
    }

    /// A git command with this way open to it; `serving_side` is what git starts in a repository of the hub's disk.
    pub(super) fn invocation(&self, what: &'static str, timeout: Duration) -> Invocation {
        let mut invocation = Invocation::new(what, timeout).env("GIT_ALLOW_PROTOCOL", self.protocol);
        for (key, value) in &self.config {
            invocation = invocation.config(key, value);
        }
        for (key, value) in &self.env {
            invocation = invocation.env(key, value);
        }
        if let Some(secret) = &self.secret {
            invocation = invocation.hiding(secret.clone());
        }
        if let Some(host) = &self.host {
            let (option, side) =
                if what == "push" { ("receive-pack", "receive-pack") } else { ("upload-pack", "upload-pack") };
            invocation = invocation.args([format!("--{option}={}", host.command(side))]);
        }
        invocation
    }
}

struct Pinned<'a> {
    host: &'a str,
    port: u16,
    address: IpAddr,
}

/// `HostKeyAlias` is looked up as it stands, so it must have the form in which `known_hosts` names other ports.
fn ssh_command(ssh: &Path, pinned: &Pinned<'_>, (identity, known_hosts): (&Path, &Path)) -> String {
    let alias = match pinned.port {
        22 => pinned.host.to_owned(),
        port => format!("[{}]:{port}", pinned.host),
    };
    let options = [
        format!("HostName={}", pinned.address),
        format!("HostKeyAlias={alias}"),
        format!("IdentityFile={}", ssh_quoted(identity)),
        format!("UserKnownHostsFile={}", ssh_quoted(known_hosts)),
        "GlobalKnownHostsFile=/dev/null".to_owned(),
        "StrictHostKeyChecking=yes".to_owned(),
        "UpdateHostKeys=no".to_owned(),
        "CheckHostIP=no".to_owned(),
        "IdentitiesOnly=yes".to_owned(),
        "IdentityAgent=none".to_owned(),
        "PreferredAuthentications=publickey".to_owned(),
        "BatchMode=yes".to_owned(),
        "ClearAllForwardings=yes".to_owned(),
        "ConnectTimeout=20".to_owned(),
        "ServerAliveInterval=15".to_owned(),
        "ServerAliveCountMax=4".to_owned(),
    ];
    let options: String = options.iter().map(|option| format!(" -o {}", shell_quoted(option))).collect();
    format!("{} -F /dev/null{options}", shell_quoted(&ssh.display().to_string()))
}

/// ssh splits file names at blanks and replaces what follows a percent sign.
fn ssh_quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('%', "%%"))
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn plain(fault: RemoteFault) -> GitError {
    GitError::Remote { fault, detail: String::new() }
}
