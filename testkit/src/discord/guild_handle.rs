//! A guild, as a test holds it.

use std::sync::Arc;

use super::Snowflake;
use super::channel::Channel;
use super::shared::Shared;
use super::user::User;

/// A guild.
#[derive(Clone)]
pub struct Guild {
    shared: Arc<Shared>,
    id: Snowflake,
}

impl From<&Guild> for Snowflake {
    fn from(guild: &Guild) -> Self {
        guild.id
    }
}

impl Guild {
    pub(crate) fn new(shared: Arc<Shared>, id: Snowflake) -> Self {
        Self { shared, id }
    }

    /// Its id.
    pub fn id(&self) -> Snowflake {
        self.id
    }

    /// A new channel.
    pub fn channel(&self, name: &str) -> Channel {
        let id = self.shared.change(|world| world.add_channel(self.id, name));
        Channel::new(self.shared.clone(), id)
    }

    /// A new role for these members; to be mentioned as `<@&ID>`.
    pub fn role(&self, name: &str, members: &[&User]) -> Snowflake {
        let members: Vec<_> = members.iter().map(|user| user.id()).collect();
        self.shared.change(|world| world.add_role(self.id, name, &members))
    }

    /// A user becomes a member.
    pub fn admits(&self, user: &User) {
        self.shared.change(|world| world.join(self.id, user.id()));
    }

    /// A member has to go.
    pub fn removes(&self, user: &User) {
        self.shared.change(|world| world.leave(self.id, user.id()));
    }

    /// The bot has to go.
    pub fn kicks_bot(&self) {
        self.shared.change(|world| world.leave(self.id, world.application.bot));
    }

    /// The bot comes back.
    pub fn invites_bot(&self) {
        self.shared.change(|world| world.join(self.id, world.application.bot));
    }
}
