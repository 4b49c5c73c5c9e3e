//! What can go wrong in setting the adapter up or asking about it.

use crate::fault::Fault;
use std::path::PathBuf;

/// Why the adapter cannot be set up, or GitHub did not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    /// The private key is none.
    #[error(
        "github.private_key (or the file that SIGNALBOX_GITHUB_PRIVATE_KEY_FILE names) is no private key of a GitHub App: use the \
         .pem file that GitHub made; it begins with -----BEGIN RSA PRIVATE KEY-----"
    )]
    PrivateKey,
    /// The token is none.
    #[error("this is no token of GitHub: one looks like github_pat_11AB… or ghp_…")]
    Token,
    /// The webhook's secret is missing or too short.
    #[error(
        "webhooks need a secret of at least 16 characters: make one (`openssl rand -hex 32`), and set it here and where they \
         are configured at GitHub"
    )]
    WebhookSecret,
    /// The address of the API is none.
    #[error("`{0}` is no address of GitHub's API: use https://api.github.com, or https://HOST/api/v3")]
    ApiUrl(String),
    /// The name is none that people could mention.
    #[error("`{0}` is no name that people could mention: with a token, it is the account's login, without @")]
    Name(String),
    /// A repository's name is none.
    #[error("`{0}` names no repository: write OWNER/NAME")]
    Repository(String),
    /// The authorities to trust cannot be read.
    #[error("github.ca_file ({}) cannot be used: {why}", .path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is nobody of this name.
    #[error("GitHub ({1}) knows no account `{0}`: is it spelled as on its page?")]
    NoAccount(String, String),
    /// There is no HTTP client.
    #[error("no HTTP client could be set up")]
    Client(#[source] reqwest::Error),
    /// GitHub cannot be reached, or what answers is not GitHub.
    #[error("{address} does not answer as GitHub's API")]
    Away {
        /// Where it was looked for.
        address: String,
        /// What came instead.
        #[source]
        fault: Fault,
    },
    /// GitHub did not do what was asked.
    #[error("GitHub did not answer as hoped")]
    Call(#[source] Fault),
}

impl GitHubError {
    /// What a fault of a request to this address means: whether GitHub is there at all comes before all else.
    pub(crate) fn at(address: &str) -> impl Fn(Fault) -> Self + '_ {
        move |fault| match fault {
            Fault::Network(_) | Fault::Unwell(_) | Fault::Garbled => Self::Away { address: address.to_owned(), fault },
            fault => Self::Call(fault),
        }
    }

    /// How to mend it, where it is about what is configured.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Away { .. } => {
                "check github.api_url, and whether this machine reaches it (network, proxy, github.ca_file); docs/github.md"
            }
            _ => "check github.app_id and github.private_key, or github.token; and github.api_url; docs/github.md",
        }
    }
}
