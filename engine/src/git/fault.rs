//! What git's words about a remote mean. Git has no codes for these; its messages are stable under `LC_ALL=C`, and what
//! is not recognised stays what it is: a failure with git's own words.

/// What is wrong with a remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RemoteFault {
    /// Its name has no address.
    #[error("the remote's host is unknown")]
    UnknownHost,
    /// Its address is not of the public internet.
    #[error("the remote's host has a private address, which this hub does not allow")]
    PrivateAddress,
    /// Nobody answers.
    #[error("the remote cannot be reached")]
    Unreachable,
    /// The credential is missing, wrong or not enough.
    #[error("the remote does not accept the credential")]
    Denied,
    /// No such repository, or none that the credential may see.
    #[error("there is no such repository, or the credential may not see it")]
    NotFound,
    /// The host's ssh key is not among those pinned.
    #[error("the host's ssh key is not the one pinned for it")]
    HostKey,
    /// The host's certificate is not trusted.
    #[error("the host's certificate is not trusted")]
    Certificate,
    /// It answers with another address, which is not followed.
    #[error("the remote redirects to another address; use that address")]
    Redirected,
    /// It is a clone without its whole history.
    #[error("the repository is a shallow clone; complete it with `git fetch --unshallow`")]
    Shallow,
    /// The directory belongs to someone else and git does not trust it.
    #[error("the repository belongs to another user of this machine")]
    Ownership,
}

/// First match wins: a host key's failure also says "Could not read from remote repository".
const SIGNS: &[(&str, RemoteFault)] = &[
    ("Host key verification failed", RemoteFault::HostKey),
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", RemoteFault::HostKey),
    ("SSL certificate", RemoteFault::Certificate),
    ("certificate verif", RemoteFault::Certificate),
    ("dubious ownership", RemoteFault::Ownership),
    ("shallow roots are not allowed", RemoteFault::Shallow),
    ("shallow file", RemoteFault::Shallow),
    ("Authentication failed", RemoteFault::Denied),
    ("could not read Username", RemoteFault::Denied),
    ("could not read Password", RemoteFault::Denied),
    ("Permission denied", RemoteFault::Denied),
    ("error: 401", RemoteFault::Denied),
    ("error: 403", RemoteFault::Denied),
    ("error: 301", RemoteFault::Redirected),
    ("error: 302", RemoteFault::Redirected),
    ("error: 307", RemoteFault::Redirected),
    ("error: 308", RemoteFault::Redirected),
    ("error: 404", RemoteFault::NotFound),
    ("Repository not found", RemoteFault::NotFound),
    ("repository not found", RemoteFault::NotFound),
    ("does not appear to be a git repository", RemoteFault::NotFound),
    ("not found: did you run git update-server-info", RemoteFault::NotFound),
    ("' not found", RemoteFault::NotFound),
    ("Could not resolve host", RemoteFault::UnknownHost),
    ("Failed to connect", RemoteFault::Unreachable),
    ("Couldn't connect", RemoteFault::Unreachable),
    ("Connection refused", RemoteFault::Unreachable),
    ("Connection reset", RemoteFault::Unreachable),
    ("Connection closed", RemoteFault::Unreachable),
    ("timed out", RemoteFault::Unreachable),
    ("Operation too slow", RemoteFault::Unreachable),
    ("No route to host", RemoteFault::Unreachable),
    ("Network is unreachable", RemoteFault::Unreachable),
    ("Empty reply from server", RemoteFault::Unreachable),
    ("error: 50", RemoteFault::Unreachable),
    ("unexpected disconnect", RemoteFault::Unreachable),
    ("hung up unexpectedly", RemoteFault::Unreachable),
];

impl RemoteFault {
    /// What git's messages say about the remote, if anything.
    pub(super) fn in_words(stderr: &str) -> Option<Self> {
        SIGNS.iter().find(|(sign, _)| stderr.contains(sign)).map(|(_, fault)| *fault)
    }
}
