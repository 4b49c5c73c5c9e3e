//! What opens repositories to git, on a server with an authority of its own.

use super::{provide_crypto, with_token};
use crate::{Credentials, GitHubError, GitHubSettings, Remotes};
use secrecy::ExposeSecret;
use signalbox_core::port::{Forge, Refusal};
use signalbox_testkit::github::{GithubServer, GithubSettings, Role, Visibility};

struct Yard {
    server: GithubServer,
    settings: GitHubSettings,
}

impl Yard {
    fn new() -> Self {
        provide_crypto();
        let server = GithubServer::start(GithubSettings { secure: true, ..GithubSettings::default() }).unwrap();
        let settings = GitHubSettings {
            credentials: Credentials::App { id: server.app_id(), private_key: server.app_key().into() },
            api_url: server.enterprise_url(),
            ca_file: Some(server.ca_file()),
            ..with_token()
        };
        Self { server, settings }
    }

    fn tokens_made(&self) -> usize {
        self.server.calls().iter().filter(|call| call.path.ends_with("/access_tokens")).count()
    }
}

#[tokio::test]
async fn a_token_is_lent_where_the_app_is_installed_and_made_once() {
    let yard = Yard::new();
    let repo = yard.server.repository("acme/site", Visibility::Private);
    repo.installs_app();
    let remotes = Remotes::new(&yard.settings).unwrap();
    let first = remotes.token_for(&repo.clone_url()).await.unwrap().unwrap();
    let second = remotes.token_for(&repo.clone_url()).await.unwrap().unwrap();
    assert_eq!(first.user, "x-access-token");
    assert_eq!(first.token.expose_secret(), second.token.expose_secret());
    assert_eq!(yard.tokens_made(), 1);
    remotes.forget(&repo.clone_url()).await;
    let third = remotes.token_for(&repo.clone_url()).await.unwrap().unwrap();
    assert_ne!(first.token.expose_secret(), third.token.expose_secret());
    assert!(!format!("{first:?}").contains(first.token.expose_secret()));
}

#[tokio::test]
async fn a_place_is_written_as_github_writes_it() {
    let yard = Yard::new();
    let repo = yard.server.repository("Acme/Site", Visibility::Private);
    repo.installs_app();
    let remotes = Remotes::new(&yard.settings).unwrap();
    for (written, known) in [("github:acme/SITE", "github:Acme/Site"), ("github:acme/site#7", "github:Acme/Site#7")] {
        let found = remotes.place(&written.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((found.place.to_string().as_str(), found.number), (known, repo.id().to_string()));
    }
    assert_eq!(remotes.place(&"telegram:1".parse().unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn a_place_that_is_not_there_says_how_to_mend_it() {
    let yard = Yard::new();
    yard.server.repository("acme/site", Visibility::Private);
    let remotes = Remotes::new(&yard.settings).unwrap();
    let said = async |remotes: &Remotes, place: &str| remotes.place(&place.parse().unwrap()).await.unwrap_err();
    for nowhere in ["github:acme/nothing", "github:acme/site"] {
        let said = said(&remotes, nowhere).await;
        assert!(matches!(&said, Refusal::NotFound(why) if why.contains("install it")), "{said:?}");
    }
    for odd in ["github:acme/site.git", "github:acme"] {
        let said = said(&remotes, odd).await;
        assert!(matches!(&said, Refusal::Invalid(why) if why.contains("without .git")), "{said:?}");
    }
    let one = GitHubSettings { api_url: "http://127.0.0.1:9".to_owned(), ..with_token() };
    let away = said(&Remotes::new(&one).unwrap(), "github:acme/site").await;
    assert!(matches!(&away, Refusal::Unavailable(why) if why.starts_with("http://127.0.0.1:9")), "{away:?}");
}

#[tokio::test]
async fn elsewhere_git_asks_as_nobody() {
    let yard = Yard::new();
    let repo = yard.server.repository("acme/site", Visibility::Public);
    let remotes = Remotes::new(&yard.settings).unwrap();
    assert!(remotes.token_for(&repo.clone_url()).await.unwrap().is_none(), "the App is not installed");
    assert!(remotes.token_for("https://example.org/acme/site.git").await.unwrap().is_none());
    let one = GitHubSettings { ca_file: None, api_url: yard.settings.api_url.clone(), ..with_token() };
    let lent = Remotes::new(&one).unwrap().token_for(&repo.clone_url()).await.unwrap().unwrap();
    assert_eq!(lent.token.expose_secret(), "ghp_secret", "one account's token opens all that it may open");
}

#[tokio::test]
async fn an_authority_that_was_not_named_is_not_trusted() {
    let yard = Yard::new();
    let repo = yard.server.repository("acme/site", Visibility::Private);
    repo.installs_app();
    let trusting = GitHubSettings { ca_file: None, ..yard.settings.clone() };
    let refused = Remotes::new(&trusting).unwrap().token_for(&repo.clone_url()).await;
    assert!(matches!(refused, Err(Refusal::Unavailable(_))), "{refused:?}");
    let folder = tempfile_with("no certificate\n");
    for file in [folder.path().join("ca.pem"), folder.path().join("missing.pem")] {
        let unusable = GitHubSettings { ca_file: Some(file.clone()), ..yard.settings.clone() };
        assert!(matches!(Remotes::new(&unusable), Err(GitHubError::CaFile { path, .. }) if path == file));
    }
}

#[tokio::test]
async fn which_branches_are_guarded_is_githubs_to_say() {
    let yard = Yard::new();
    let ann = yard.server.user("ann");
    let repo = yard.server.repository("acme/site", Visibility::Private);
    repo.grants(&ann, Role::Write);
    repo.installs_app();
    ann.pushes(&repo, "release/1.0", &[("a.txt", "a\n")]);
    repo.protects("release/1.0");
    let remotes = Remotes::new(&yard.settings).unwrap();
    let url = repo.clone_url();
    for (branch, guarded) in [("release/1.0", true), ("main", false), ("signalbox/new", false)] {
        assert_eq!(remotes.is_protected(&url, branch).await, Ok(guarded), "{branch}");
    }
    assert_eq!(remotes.is_protected("https://example.org/acme/site.git", "release/1.0").await, Ok(false));
}

fn tempfile_with(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), text).unwrap();
    folder
}
