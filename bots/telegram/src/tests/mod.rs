//! What the adapter makes of what Telegram sends, and what it sends to Telegram: against a server that holds state and refuses
//! like the real one.

mod breaking;
mod desk;
mod editing;
mod hostile;
mod layouts;
mod listening;
mod meaning;
mod pacing;
mod pressing;
mod rig;
mod samples;
mod sending;
mod webhooks;

/// Installs the product's one crypto provider, as its main does; clients of HTTPS cannot be made without.
pub(crate) fn provide_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
