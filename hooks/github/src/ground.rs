//! What a request at a pull request works on.

use crate::hear::Head;
use signalbox_core::ground::{Ground, Onto};

/// A branch of the repository itself is worked on; what comes from a fork is only read.
pub(crate) fn ground(number: u64, head: &Head) -> Ground {
    let (reference, onto) = if head.is_ours {
        (format!("refs/heads/{}", head.branch), Onto::Branch(head.branch.clone()))
    } else {
        (format!("refs/pull/{number}/head"), Onto::Nowhere)
    };
    Ground { reference, commit: head.commit.clone(), onto, inside: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_is_only_read() {
        let head = |is_ours| Head { branch: "topic".to_owned(), commit: "a1".to_owned(), is_ours };
        let ours = ground(7, &head(true));
        assert_eq!((ours.reference.as_str(), ours.branch()), ("refs/heads/topic", Some("topic")));
        let fork = ground(7, &head(false));
        assert_eq!((fork.reference.as_str(), fork.is_read_only()), ("refs/pull/7/head", true));
    }
}
