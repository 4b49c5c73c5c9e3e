//! Passwords: what is accepted as one, and how one is kept and checked.
//!
//! Argon2id with OWASP's parameters (19 MiB, two passes), a few at a time, so that a crowd that guesses costs neither the memory
//! nor the processors that tasks need. A check takes as long where there is nothing to check against.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::port::Refusal;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// The shortest password, in characters.
const SHORTEST: usize = 12;
/// The longest, in bytes.
const LONGEST: usize = 1024;
/// How many guesses a password has to withstand, as a power of ten.
const GUESSES: f64 = 9.0;
/// Memory in KiB, passes and lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// How many are worked on at a time.
const AT_A_TIME: usize = 2;
/// How long one may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Keeps and checks passwords.
#[derive(Clone)]
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    /// What a password is checked against where there is none.
    nobody: Arc<OnceLock<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_A_TIME)), nobody: Arc::default() }
    }
}

/// A password could not be worked on.
#[derive(Debug, thiserror::Error)]
pub(super) enum PasswordError {
    /// Too many wait already.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The algorithm failed.
    #[error("a password could not be hashed: {0}")]
    Failed(argon2::password_hash::Error),
    /// The work was given up.
    #[error("the work on a password was given up")]
    GivenUp,
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => {
                Self::Unavailable("too many sign in at this moment; try again in a few seconds".to_owned())
            }
            error => crate::hub::internal("a password could not be worked on", &error),
        }
    }
}

impl Passwords {
    /// The hash to be kept, as a PHC string.
    pub(super) async fn hash(&self, password: &SecretString) -> Result<String, PasswordError> {
        let password = password.clone();
        self.work(move || hash(&password)).await?
    }

    /// Whether it is the password that was kept; takes as long where none was.
    pub(super) async fn check(&self, password: &SecretString, kept: Option<String>) -> Result<bool, PasswordError> {
        let (password, nobody) = (password.clone(), self.nobody.clone());
        self.work(move || {
            let known = kept.is_some();
            let against = kept.unwrap_or_else(|| nobody_of(&nobody));
            matches(&password, &against) && known
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| PasswordError::Busy)?.map_err(|_| PasswordError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| PasswordError::GivenUp)
    }
}

/// Refuses what is too easily guessed. There is no rule about what kinds of characters it has.
pub(super) fn check_rules(password: &SecretString, name: &str) -> Result<(), Refusal> {
    let password = password.expose_secret();
    if password.chars().count() < SHORTEST {
        return Err(Refusal::Invalid(format!(
            "the password is too short: use at least {SHORTEST} characters; a few words with blanks between them do well"
        )));
    }
    if password.len() > LONGEST {
        return Err(Refusal::Invalid(format!("the password is too long: use at most {LONGEST} bytes")));
    }
    // Passwords that lists of stolen ones begin with, keyboard walks, repetitions, dates, and the person's or the hub's name.
    if zxcvbn::zxcvbn(password, &[name, "signalbox"]).guesses_log10() < GUESSES {
        return Err(Refusal::Invalid(
            "this password is among those that are guessed first: use a longer one, or a few words that do not belong \
             together"
                .to_owned(),
        ));
    }
    Ok(())
}

fn argon2() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &SecretString) -> Result<String, PasswordError> {
    let hashed = argon2().and_then(|argon2| argon2.hash_password(password.expose_secret().as_bytes()));
    hashed.map(|hash| hash.to_string()).map_err(PasswordError::Failed)
}

fn matches(password: &SecretString, against: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(against) else { return false };
    // Nothing longer was ever kept, and nobody may have us hash megabytes.
    let tried = password.expose_secret().as_bytes();
    let tried = tried.get(..LONGEST + 1).unwrap_or(tried);
    argon2().and_then(|argon2| argon2.verify_password(tried, &parsed)).is_ok()
}

fn nobody_of(nobody: &OnceLock<String>) -> String {
    let make = || {
        let random = data_encoding::HEXLOWER.encode(&rand::random::<[u8; 32]>());
        hash(&SecretString::from(random)).unwrap_or_default()
    };
    nobody.get_or_init(make).clone()
}
