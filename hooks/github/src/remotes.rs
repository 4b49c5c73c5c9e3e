//! Git over https: which addresses are repositories on this GitHub, and what opens them. With an App, that is a token of its
//! installation for the one repository, which ends within the hour; it is kept in memory alone.

use crate::api::Api;
use crate::error::GitHubError;
use crate::fault::Fault;
use crate::repo::{Repo, Thread};
use crate::settings::GitHubSettings;
use async_trait::async_trait;
use reqwest::Url;
use signalbox_core::place::Place;
use signalbox_core::port::{Forge, KnownPlace, Refusal, RemoteToken};

/// The name that goes with a token: that of an App's installation; with an account's own any name does.
const USER: &str = "x-access-token";

/// How a place on GitHub is written.
pub const FORM: &str = "write github:owner/name (without .git), or github:owner/name#7 for one issue";

/// The repositories on this GitHub, as git reaches them.
#[derive(Clone)]
pub struct Remotes {
    api: Api,
    host: Host,
}

/// Where the repositories are.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Host {
    name: String,
    port: u16,
}

impl Remotes {
    /// Nothing is asked of GitHub yet.
    ///
    /// # Errors
    /// [`GitHubError`] when the settings cannot work.
    pub fn new(settings: &GitHubSettings) -> Result<Self, GitHubError> {
        settings.check()?;
        let host = Host::of_api(&settings.base()?);
        let host = host.ok_or_else(|| GitHubError::ApiUrl(settings.api_url.clone()))?;
        Ok(Self { api: Api::new(settings)?, host })
    }

    /// Why a repository that somebody named is not known.
    fn unknown(&self, repo: &Repo, fault: &Fault) -> Refusal {
        match fault {
            Fault::NotInstalled => Refusal::NotFound(format!(
                "GitHub has no {repo}, or the App is not installed there: mend the name, or install it (`signalbox doctor` \
                 says from where)"
            )),
            Fault::Moved => Refusal::NotFound(format!("{repo} goes by another name at GitHub now: use that")),
            fault if fault.is_absence() => Refusal::NotFound(format!(
                "GitHub has no {repo} that we may see: mend the name, or give our account access to it"
            )),
            Fault::Credential => Refusal::Forbidden(fault.to_string()),
            fault => Refusal::Unavailable(format!("{} does not answer: {fault}", self.api.base())),
        }
    }

    fn repo(&self, address: &str) -> Option<Repo> {
        let url = Url::parse(address).ok().filter(|url| url.scheme() == "https")?;
        if Host::of(&url)? != self.host {
            return None;
        }
        let path = url.path().trim_matches('/');
        path.strip_suffix(".git").unwrap_or(path).parse().ok()
    }
}

#[async_trait]
impl Forge for Remotes {
    async fn token_for(&self, address: &str) -> Result<Option<RemoteToken>, Refusal> {
        let Some(repo) = self.repo(address) else { return Ok(None) };
        match self.api.token(&repo).await {
            Ok(token) => Ok(Some(RemoteToken { user: USER.to_owned(), token })),
            // What is public can be read all the same.
            Err(Fault::NotInstalled) => {
                tracing::info!(%repo, "the App is not installed at {repo}: git asks for it as nobody");
                Ok(None)
            }
            Err(fault @ Fault::Credential) => Err(Refusal::Forbidden(fault.to_string())),
            Err(fault) => Err(Refusal::Unavailable(fault.to_string())),
        }
    }

    async fn place(&self, place: &Place) -> Result<Option<KnownPlace>, Refusal> {
        if place.kind() != crate::KIND {
            return Ok(None);
        }
        let thread = Thread::of(place);
        let named = thread.as_ref().map(|thread| thread.repo.clone()).or_else(|| Repo::of(place));
        let named = named.ok_or_else(|| Refusal::Invalid(format!("{place} names no repository: {FORM}")))?;
        let found = self.api.repository(&named).await.map_err(|fault| self.unknown(&named, &fault))?;
        let odd = |_| Refusal::Internal(format!("GitHub calls {named} by a name that is none"));
        let repo: Repo = found.full_name.parse().map_err(odd)?;
        let known = match thread {
            Some(thread) => Thread { repo, ..thread }.place(),
            None => repo.place(),
        };
        Ok(known.map(|place| KnownPlace { place, number: found.id.to_string() }))
    }

    async fn forget(&self, address: &str) {
        if let Some(repo) = self.repo(address) {
            self.api.forget_token(&repo);
        }
    }

    async fn is_protected(&self, address: &str, branch: &str) -> Result<bool, Refusal> {
        let Some(repo) = self.repo(address) else { return Ok(false) };
        match self.api.branch(&repo, branch).await {
            Ok(branch) => Ok(branch.protected),
            Err(Fault::NotInstalled) => Ok(false),
            Err(fault) if fault.is_absence() => Ok(false),
            Err(fault) => Err(Refusal::Unavailable(fault.to_string())),
        }
    }
}

impl Host {
    fn of(url: &Url) -> Option<Self> {
        Some(Self { name: url.host_str()?.to_owned(), port: url.port_or_known_default()? })
    }

    /// An API of its own name (`api.github.com`) serves the repositories of the name behind it; one below a path, those of its
    /// own host.
    fn of_api(base: &Url) -> Option<Self> {
        let mut host = Self::of(base)?;
        if let (Some(name), "/") = (host.name.strip_prefix("api."), base.path()) {
            host.name = name.to_owned();
        }
        Some(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://api.github.com", "https://github.com/acme/site.git", true)]
    #[case("https://api.github.com", "https://github.com/acme/site", true)]
    #[case("https://api.github.com", "https://api.github.com/acme/site", false)]
    #[case("https://api.github.com", "https://github.com.evil.example/acme/site", false)]
    #[case("https://api.github.com", "https://github.com:8443/acme/site", false)]
    #[case("https://api.github.com", "https://github.com/acme/site/x", false)]
    #[case("https://api.github.com", "https://github.com/acme/..", false)]
    #[case("https://api.github.com", "ssh://git@github.com/acme/site", false)]
    #[case("https://api.acme.ghe.com", "https://acme.ghe.com/acme/site", true)]
    #[case("https://git.example.org/api/v3", "https://git.example.org/acme/site", true)]
    #[case("https://git.example.org:8443/api/v3", "https://git.example.org:8443/acme/site", true)]
    #[case("https://git.example.org/api/v3", "https://github.com/acme/site", false)]
    fn only_this_githubs_repositories_are_opened(#[case] api: &str, #[case] address: &str, #[case] opens: bool) {
        let settings = GitHubSettings { api_url: api.to_owned(), ..crate::tests::with_token() };
        let remotes = Remotes::new(&settings).unwrap();
        assert_eq!(remotes.repo(address).map(|repo| repo.to_string()), opens.then(|| "acme/site".to_owned()));
    }
}
