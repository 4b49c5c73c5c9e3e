//! What a hub process does. `serve` takes all roles; `--roles` splits them over several processes on one database.

use crate::hub::HubOptions;
use clap::ValueEnum;
use signalbox_engine::engine::Roles;

/// One role of a hub process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Takes tasks from the queue and runs them.
    Worker,
    /// Sends what is owed to places.
    Delivery,
    /// Answers on the TCP address.
    Web,
    /// Listens to chats, and speaks there.
    Chat,
}

/// The hub with the roles that were named; with all when none was.
pub(crate) fn serving(named: &[Role]) -> HubOptions {
    let plays = |role| named.is_empty() || named.contains(&role);
    HubOptions {
        serve_web: plays(Role::Web),
        chat: plays(Role::Chat),
        roles: Roles { work: plays(Role::Worker), deliver: plays(Role::Delivery) || plays(Role::Chat) },
        ad_hoc: false,
    }
}

/// A hub for one task with a terminal as its place.
pub(crate) fn one_task() -> HubOptions {
    HubOptions { serve_web: false, chat: false, roles: Roles { work: true, deliver: true }, ad_hoc: true }
}

/// A hub that only answers one command.
pub(crate) fn one_answer() -> HubOptions {
    HubOptions { serve_web: false, chat: false, roles: Roles { work: false, deliver: false }, ad_hoc: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naming_none_means_all() {
        let all = serving(&[]);
        assert!(all.serve_web && all.roles.work && all.roles.deliver);
        let one = serving(&[Role::Delivery]);
        assert!(!one.serve_web && !one.roles.work && one.roles.deliver);
    }
}
