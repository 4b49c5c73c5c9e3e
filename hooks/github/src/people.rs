//! What GitHub lets somebody do in a repository: the most that they may do from there. Asked at the moment it matters, and
//! never taken from what a webhook says of it.

use crate::calls::Permission;
use signalbox_core::people::Role;

/// The most that somebody may do; none for who may nothing there, or is not who they were.
pub(crate) fn at_most(permission: &Permission, account: u64) -> Option<Role> {
    // The login may have passed on to somebody else.
    if permission.user.as_ref().is_some_and(|user| user.id != account) {
        return None;
    }
    let known = permission.role_name.as_deref().and_then(role);
    known.or_else(|| role(&permission.permission))
}

fn role(word: &str) -> Option<Role> {
    match word {
        "admin" => Some(Role::Owner),
        "maintain" => Some(Role::Maintainer),
        "write" => Some(Role::Member),
        "triage" | "read" => Some(Role::Viewer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("admin", Some("admin"), Some(Role::Owner))]
    #[case("write", Some("maintain"), Some(Role::Maintainer))]
    #[case("write", Some("write"), Some(Role::Member))]
    #[case("read", Some("triage"), Some(Role::Viewer))]
    #[case("read", Some("read"), Some(Role::Viewer))]
    #[case("write", Some("release-captain"), Some(Role::Member))]
    #[case("write", None, Some(Role::Member))]
    #[case("none", Some("none"), None)]
    #[case("none", None, None)]
    #[case("root", Some("superuser"), None)]
    fn roles_are_read_from_github(#[case] permission: &str, #[case] role: Option<&str>, #[case] most: Option<Role>) {
        let answer =
            serde_json::json!({"permission": permission, "role_name": role, "user": {"login": "ann", "id": 5}});
        let answer: Permission = serde_json::from_value(answer).unwrap();
        assert_eq!(at_most(&answer, 5), most);
        assert_eq!(at_most(&answer, 6), None, "another account has the login now");
    }
}
