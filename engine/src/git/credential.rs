//! What opens a remote.

use secrecy::SecretString;

/// A project's credential for its remote, as the caller unsealed it for this one use.
#[derive(Debug, Clone)]
pub enum Credential {
    /// None: public repositories by https, and directories of the hub's disk.
    None,
    /// For https.
    Token {
        /// The name that the token goes with; GitHub takes any, `x-access-token` for an App's.
        user: String,
        /// The token or password.
        token: SecretString,
    },
    /// For ssh.
    SshKey {
        /// An OpenSSH private key without a passphrase.
        private_key: SecretString,
        /// Lines as in `known_hosts`: the host's keys are pinned, none is learnt.
        known_hosts: String,
    },
}
