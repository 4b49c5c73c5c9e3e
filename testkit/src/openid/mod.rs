//! A stand-in for an OpenID Connect provider: discovery, a page where somebody chooses who they are, codes, tokens and keys.
//!
//! It refuses what real ones refuse: an unknown client, a redirect address that is not registered, a code that comes twice or
//! without its verifier, a wrong secret. And it can be told to do what no good one does.

mod key;
mod misdeed;
mod page;
mod request;
mod routes;
mod server;
mod settings;
mod token;
mod world;

pub use key::Kind;
pub use misdeed::{Endpoint, Misdeed};
pub use server::OpenIdServer;
pub use settings::OpenIdSettings;
