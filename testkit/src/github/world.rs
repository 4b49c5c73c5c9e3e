//! All that the server knows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use rand::RngExt;

use super::account::{Account, AccountKind};
use super::app::{App, Hook, Installation};
use super::call::Call;
use super::caller::Token;
use super::clock::{Clock, unix_time};
use super::faults::Faults;
use super::git::Bare;
use super::grants::Grants;
use super::hooks::Hooks;
use super::jwt;
use super::limits::Limits;
use super::repository::{Repository, Visibility};
use super::settings::GithubSettings;

/// The first id of all.
const FIRST_ID: u64 = 1001;

/// All that the server knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: GithubSettings,
    /// `http://127.0.0.1:PORT`, or with https `https://localhost:PORT`.
    pub(crate) web: String,
    pub(crate) clock: Clock,
    pub(crate) accounts: BTreeMap<u64, Account>,
    pub(crate) apps: BTreeMap<u64, App>,
    /// The App that is tested.
    pub(crate) app: u64,
    pub(crate) installations: BTreeMap<u64, Installation>,
    pub(crate) repositories: BTreeMap<u64, Repository>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) manifests: BTreeSet<String>,
    pub(crate) hooks: Hooks,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) calls: Vec<Call>,
    pub(crate) complaints: Vec<String>,
    directory: PathBuf,
    next_id: u64,
}

impl World {
    pub(crate) fn new(settings: GithubSettings, web: String, directory: PathBuf) -> Self {
        let mut world = Self {
            web,
            clock: Clock::new(settings.clock_rate),
            accounts: BTreeMap::new(),
            apps: BTreeMap::new(),
            app: 0,
            installations: BTreeMap::new(),
            repositories: BTreeMap::new(),
            tokens: HashMap::new(),
            manifests: BTreeSet::new(),
            hooks: Hooks::default(),
            limits: Limits::new(settings.hourly, settings.creations),
            faults: Faults::default(),
            calls: Vec::new(),
            complaints: Vec::new(),
            directory,
            next_id: FIRST_ID,
            settings,
        };
        let settings = world.settings.clone();
        let owner = world.account("signalbox-makers", AccountKind::Organization);
        world.app = world.add_app(&settings.app_slug, owner, settings.app_permissions, settings.app_events);
        let app = world.app;
        if let Some(app) = world.apps.get_mut(&app) {
            app.key = jwt::public_half(&settings.app_key).unwrap_or_default();
            app.hook.secret = Some(settings.webhook_secret);
        }
        world
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// An account by its name, made if there is none.
    pub(crate) fn account(&mut self, login: &str, kind: AccountKind) -> u64 {
        if let Some(known) = self.account_named(login) {
            return known.id;
        }
        let id = self.next_id();
        let (login, made) = (login.to_owned(), unix_time());
        self.accounts.insert(id, Account { id, kind, login, name: None, email: None, made });
        id
    }

    pub(crate) fn account_named(&self, login: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.login.eq_ignore_ascii_case(login))
    }

    pub(crate) fn login(&self, account: u64) -> &str {
        self.accounts.get(&account).map_or("ghost", |account| account.login.as_str())
    }

    pub(crate) fn add_app(&mut self, slug: &str, owner: u64, permissions: Grants, events: Vec<String>) -> u64 {
        let (id, hook) = (self.next_id(), self.next_id());
        let bot = self.account(&format!("{slug}[bot]"), AccountKind::Bot);
        let hook = Hook { id: hook, ..Hook::default() };
        let client_id = format!("Iv23li{}", secret(14));
        let (slug, key, made) = (slug.to_owned(), Vec::new(), unix_time());
        self.apps.insert(id, App { id, slug, client_id, owner, bot, permissions, events, key, hook, made });
        id
    }

    /// Makes an empty repository.
    ///
    /// # Panics
    /// When git cannot make one.
    pub(crate) fn add_repository(&mut self, owner: u64, name: &str, visibility: Visibility) -> u64 {
        let id = self.next_id();
        let bare = Bare::init(self.directory.join(format!("{id}.git")), "main");
        let git = match bare {
            Ok(bare) => bare,
            Err(error) => panic!("no repository: {}", error.0),
        };
        let repository = Repository {
            id,
            owner,
            name: name.to_owned(),
            visibility,
            archived: false,
            default_branch: "main".to_owned(),
            parent: None,
            roles: BTreeMap::new(),
            protected: BTreeSet::new(),
            labels: Vec::new(),
            issues: BTreeMap::new(),
            last_number: 0,
            suites: BTreeMap::new(),
            runs: BTreeMap::new(),
            hooks: Vec::new(),
            git,
            told: BTreeMap::new(),
            made: unix_time(),
            pushed: unix_time(),
        };
        self.repositories.insert(id, repository);
        id
    }

    pub(crate) fn repository_named(&self, owner: &str, name: &str) -> Option<&Repository> {
        let owner = self.account_named(owner)?.id;
        self.repositories.values().find(|one| one.owner == owner && one.name.eq_ignore_ascii_case(name))
    }

    /// `team/app`.
    pub(crate) fn full_name(&self, repository: &Repository) -> String {
        format!("{}/{}", self.login(repository.owner), repository.name)
    }
}

/// Letters and digits that nobody guesses.
pub(crate) fn secret(length: usize) -> String {
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut random = rand::rng();
    (0..length).map(|_| char::from(letters[random.random_range(0..letters.len())])).collect()
}

/// A GUID.
pub(crate) fn guid() -> String {
    let bytes: [u8; 16] = rand::rng().random();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-11f0-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..28])
}
