//! The provider as a thing to start, watch, upset and stop.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::key::SigningKey;
use super::misdeed::Misdeed;
use super::page::fields;
use super::routes::{Shared, chosen, locked, router};
use super::settings::OpenIdSettings;
use super::world::World;

/// A stand-in for a provider, listening until it is stopped or dropped.
pub struct OpenIdServer {
    address: SocketAddr,
    world: Shared,
    server: JoinHandle<()>,
}

impl OpenIdServer {
    /// Starts to listen. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound, or no key is made.
    pub fn start(settings: OpenIdSettings) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let key = SigningKey::new(settings.kind)?;
        let world = Arc::new(Mutex::new(World::new(settings, format!("http://{address}"), key)));
        let routes = router(world.clone());
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::warn!(%error, "the provider's stand-in ended badly");
            }
        });
        Ok(Self { address, world, server })
    }

    /// Who it is.
    pub fn issuer(&self) -> String {
        locked(&self.world).issuer.clone()
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The client that it knows, and its secret.
    pub fn client(&self) -> (String, String) {
        let world = locked(&self.world);
        (world.settings.client_id.clone(), world.settings.client_secret.clone())
    }

    /// Registers an address that people may be sent back to.
    pub fn sends_back_to(&self, redirect: &str) {
        locked(&self.world).redirects.push(redirect.to_owned());
    }

    /// Somebody follows a client's link, and chooses who they are; gives where they go then.
    ///
    /// # Errors
    /// What the provider's page would say instead.
    pub fn chooses(&self, link: &str, person: &str) -> Result<String, String> {
        let (address, query) = link.split_once('?').unwrap_or_default();
        if address != format!("{}/authorize", self.issuer()) {
            return Err(format!("{address} is not the provider's page"));
        }
        let mut asked = fields(query);
        asked.insert("person".to_owned(), person.to_owned());
        chosen(&mut locked(&self.world), &asked).map_err(str::to_owned)
    }

    /// People showed it who they are so long ago, where they are not asked anew.
    pub fn remembers_for(&self, long: Duration) {
        locked(&self.world).signed_in_for = i64::try_from(long.as_secs()).unwrap_or(i64::MAX);
    }

    /// From now on this is wrong.
    pub fn misbehaves(&self, misdeed: Misdeed) {
        locked(&self.world).misdeed = Some(misdeed);
    }

    /// Nothing is wrong any more.
    pub fn behaves(&self) {
        locked(&self.world).misdeed = None;
    }

    /// It signs with a new key; the old one is worth nothing.
    ///
    /// # Errors
    /// When no key is made.
    pub fn rotates(&self) -> io::Result<()> {
        let mut world = locked(&self.world);
        world.key = SigningKey::new(world.key.kind)?;
        Ok(())
    }

    /// How often something was asked: `document`, `keys` or `token`.
    pub fn asked(&self, what: &str) -> usize {
        locked(&self.world).calls.iter().filter(|call| *call == what).count()
    }
}

impl Drop for OpenIdServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}
