//! A repository's name, and the places that belong to it.

use signalbox_core::place::Place;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// A repository: `owner/name`. It is the same in any case.
#[derive(Debug, Clone)]
pub(crate) struct Repo {
    pub(crate) owner: String,
    pub(crate) name: String,
}

/// A text that names no repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoRepo;

/// An issue or pull request: a place where people talk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Thread {
    pub(crate) repo: Repo,
    pub(crate) number: u64,
}

impl Repo {
    /// What is bound here holds in all of its issues and pull requests.
    pub(crate) fn place(&self) -> Option<Place> {
        Place::new(crate::KIND, &self.to_string()).ok()
    }

    /// Reads it from a place.
    pub(crate) fn of(place: &Place) -> Option<Self> {
        (place.kind() == crate::KIND).then(|| place.address().parse().ok())?
    }
}

impl PartialEq for Repo {
    fn eq(&self, other: &Self) -> bool {
        self.owner.eq_ignore_ascii_case(&other.owner) && self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl Eq for Repo {}

impl Hash for Repo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().to_ascii_lowercase().hash(state);
    }
}

impl fmt::Display for Repo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl FromStr for Repo {
    type Err = NoRepo;

    /// The names become parts of addresses, so nothing but what GitHub allows in them is taken. None of its repositories has a
    /// name that ends in `.git`.
    fn from_str(text: &str) -> Result<Self, NoRepo> {
        let (owner, name) = text.split_once('/').ok_or(NoRepo)?;
        let sound = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            (1..=100).contains(&part.len()) && part.bytes().all(allowed) && part.bytes().any(|byte| byte != b'.')
        };
        if !sound(owner) || !sound(name) || name.to_ascii_lowercase().ends_with(".git") {
            return Err(NoRepo);
        }
        Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
    }
}

impl Thread {
    /// As a place.
    pub(crate) fn place(&self) -> Option<Place> {
        Place::new(crate::KIND, &self.to_string()).ok()
    }

    /// Reads it from a place.
    pub(crate) fn of(place: &Place) -> Option<Self> {
        (place.kind() == crate::KIND).then(|| place.address().parse().ok())?
    }
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repo, self.number)
    }
}

impl FromStr for Thread {
    type Err = NoRepo;
    fn from_str(text: &str) -> Result<Self, NoRepo> {
        let (repo, number) = text.split_once('#').ok_or(NoRepo)?;
        Ok(Self { repo: repo.parse()?, number: number.parse().map_err(|_| NoRepo)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_a_place_and_is_found_again_in_it() {
        let thread: Thread = "Acme/web.site_1#42".parse().unwrap();
        let place = thread.place().unwrap();
        assert_eq!(place.to_string(), "github:Acme/web.site_1#42");
        assert_eq!(Thread::of(&place), Some(thread.clone()));
        assert_eq!(thread.repo.place().unwrap().to_string(), "github:Acme/web.site_1");
        assert_eq!(Thread::of(&thread.repo.place().unwrap()), None);
        assert_eq!(Repo::of(&thread.repo.place().unwrap()), Some(thread.repo));
        assert_eq!(Repo::of(&place), None);
        assert_eq!(Thread::of(&"telegram:1".parse().unwrap()), None);
    }

    #[test]
    fn a_repository_is_the_same_in_any_case() {
        let (one, other): (Repo, Repo) = ("Acme/Site".parse().unwrap(), "acme/SITE".parse().unwrap());
        assert_eq!(one, other);
        assert_eq!(std::collections::HashSet::from([one, other]).len(), 1);
    }

    #[test]
    fn what_could_lead_elsewhere_names_no_repository() {
        for text in
            ["a/b.git", "a/b.Git", "", "a", "a/", "/b", "../b", "a/..", "a/b/c", "a/b?c", "a/b#", "a b/c", "a/b%2f"]
        {
            assert!(text.parse::<Repo>().is_err(), "{text}");
        }
    }
}
