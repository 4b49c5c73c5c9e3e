//! A guild as the server keeps it: who is in it, and which roles there are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Snowflake;
use super::account::Account;
use super::room::ALL_PERMISSIONS;
use super::snowflake::iso;

/// A role.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) id: Snowflake,
    pub(crate) name: String,
}

impl Role {
    pub(crate) fn to_json(&self) -> Value {
        let colors = json!({"primary_color": 0, "secondary_color": null, "tertiary_color": null});
        json!({
            "id": self.id, "name": self.name, "color": 0, "colors": colors, "hoist": false, "managed": false,
            "mentionable": true, "permissions": ALL_PERMISSIONS.to_string(), "position": 0, "flags": 0,
        })
    }
}

/// A guild.
#[derive(Debug, Clone)]
pub(crate) struct GuildState {
    pub(crate) id: Snowflake,
    pub(crate) name: String,
    pub(crate) owner: Snowflake,
    /// The members with their roles; the bot is one while it has not been kicked.
    pub(crate) members: BTreeMap<Snowflake, Vec<Snowflake>>,
    pub(crate) roles: Vec<Role>,
}

impl GuildState {
    /// Of a guild's fields, those that its reading and its event share.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "owner_id": self.owner, "icon": null, "splash": null, "banner": null,
            "discovery_splash": null, "description": null, "vanity_url_code": null, "application_id": null,
            "afk_channel_id": null, "afk_timeout": 300, "system_channel_id": null, "system_channel_flags": 0,
            "rules_channel_id": null, "public_updates_channel_id": null, "safety_alerts_channel_id": null,
            "default_message_notifications": 0, "explicit_content_filter": 0, "verification_level": 0,
            "mfa_level": 0, "nsfw_level": 0, "preferred_locale": "en-US", "premium_tier": 0,
            "premium_progress_bar_enabled": false, "features": [], "emojis": [], "stickers": [],
            "roles": self.roles.iter().map(Role::to_json).collect::<Vec<_>>(),
        })
    }

    /// A member without the user, as it goes with messages.
    pub(crate) fn member_json(&self, user: Snowflake) -> Option<Value> {
        let roles = self.members.get(&user)?;
        Some(json!({
            "roles": roles, "nick": null, "avatar": null, "joined_at": iso(self.id.made()), "deaf": false,
            "mute": false, "flags": 0, "pending": false, "premium_since": null, "communication_disabled_until": null,
        }))
    }

    /// A member with the user in it.
    pub(crate) fn full_member_json(&self, account: &Account) -> Option<Value> {
        let mut member = self.member_json(account.id)?;
        member["user"] = account.to_json();
        Some(member)
    }
}
