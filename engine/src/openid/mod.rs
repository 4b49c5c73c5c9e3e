//! Signing in elsewhere: the hub as a client of OpenID Connect providers, by the authorization code flow with PKCE.
//!
//! What it guarantees: a person is who a provider says only where its ID token is signed by one of the provider's own keys with
//! an algorithm of a short list, was made for this hub and for this very visit, and is fresh; what a provider answers is read up
//! to a size and within a time, never from where a redirect leads; keys are asked for anew when one is unknown, but not more
//! than once a minute. Why this is ours, on ring: docs/decisions/0018.

mod document;
mod fault;
mod fetch;
mod id_token;
mod jwk;
mod provider;
mod providers;
mod secrets;
mod settings;
mod signature;
#[cfg(test)]
mod tests;

pub use document::is_issuer;
pub use fault::{BadProvider, BadToken, Fault};
pub use provider::{Coming, Going, Identified, Provider};
pub use providers::{Providers, Unusable};
pub use secrets::VisitSecrets;
pub use settings::{ProviderSettings, SecondFactor};
