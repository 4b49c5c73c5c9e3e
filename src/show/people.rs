//! People.

use super::Look;
use super::clean::prose;
use super::table::Table;
use signalbox_core::port::Person;

/// People, one a line.
pub(crate) fn people(people: &[Person], look: Look) -> String {
    let mut table = Table::new(&["PERSON", "ROLES", "ACCOUNTS"]);
    for person in people {
        let admin = person.admin.then(|| "admin of the hub".to_owned());
        let roles = person.roles.iter().map(|(project, role)| format!("{role} of {project}"));
        let roles: Vec<_> = admin.into_iter().chain(roles).collect();
        let accounts: Vec<_> = person.accounts.iter().map(|one| format!("{}:{}", one.platform, one.account)).collect();
        table.row([person.name.clone(), roles.join(", "), prose(&accounts.join(", "))]);
    }
    table.render("nobody; `signalbox user add` adds somebody", look)
}
