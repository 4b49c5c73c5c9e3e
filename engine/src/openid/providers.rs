//! The providers of a hub, by name.

use super::fault::BadProvider;
use super::provider::Provider;
use super::settings::ProviderSettings;

/// The providers by which people may sign in, in the order of their names.
#[derive(Default)]
pub struct Providers(Vec<Provider>);

/// One of them cannot be used as it is configured.
#[derive(Debug, thiserror::Error)]
#[error("the provider `{name}` (openid.{name}) cannot be used")]
pub struct Unusable {
    /// Its name.
    pub name: String,
    /// Why.
    #[source]
    pub source: BadProvider,
}

impl Providers {
    /// Makes a client for each; nothing is asked yet.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn new(all: Vec<ProviderSettings>) -> Result<Self, Unusable> {
        let made = all.into_iter().map(|settings| {
            let name = settings.name.clone();
            Provider::new(settings).map_err(|source| Unusable { name, source })
        });
        made.collect::<Result<_, _>>().map(Self)
    }

    /// The one of this name.
    pub fn named(&self, name: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.settings().name == name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }
}
