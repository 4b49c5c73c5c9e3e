//! What the adapter makes of what Telegram sends, and what it sends to Telegram.

/// Installs the product's one crypto provider, as its main does; clients of HTTPS cannot be made without.
pub(crate) fn provide_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
