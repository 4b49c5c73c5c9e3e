//! `getMe`, `getChat` and `getChatMember`.

use serde_json::{Value, json};

use super::params::Params;
use super::refusal::Refusal;
use super::room::{Room, Standing};
use super::world::World;

/// The bot itself.
pub(crate) fn get_me(world: &World) -> Value {
    let mut me = world.user_json(world.bot);
    me["can_join_groups"] = true.into();
    me["can_read_all_group_messages"] = (!world.settings.privacy_mode).into();
    me["supports_inline_queries"] = false.into();
    me["can_connect_to_business"] = false.into();
    me["has_main_web_app"] = false.into();
    me
}

/// A chat, with what only this method tells.
pub(crate) fn get_chat(world: &World, params: &Params) -> Result<Value, Refusal> {
    let mut chat = world.chat_json(world.open_room(params)?);
    chat["accent_color_id"] = 0.into();
    chat["max_reaction_count"] = 11.into();
    let gifts = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"];
    chat["accepted_gift_types"] = gifts.iter().map(|gift| ((*gift).to_owned(), Value::Bool(false))).collect();
    Ok(chat)
}

/// How somebody stands in a chat.
pub(crate) fn get_chat_member(world: &World, params: &Params) -> Result<Value, Refusal> {
    let room = world.open_room(params)?;
    let user = params.integer("user_id").unwrap_or_default();
    if world.people.get(user).is_none() {
        return Err(Refusal::bad("user not found"));
    }
    Ok(world.member_json(room, user))
}

impl World {
    /// A member of a chat, or somebody who is none.
    pub(crate) fn member_json(&self, room: &Room, user: i64) -> Value {
        let json = self.user_json(user);
        if user == self.bot {
            return self.bot_json(room.bot);
        }
        match room.members.iter().position(|member| *member == user) {
            Some(0) if room.kind.is_group() => json!({"status": "creator", "user": json, "is_anonymous": false}),
            Some(_) => json!({"status": "member", "user": json}),
            None => json!({"status": "left", "user": json}),
        }
    }

    /// The bot as a member.
    pub(crate) fn bot_json(&self, standing: Standing) -> Value {
        let user = self.user_json(self.bot);
        match standing {
            Standing::Member => json!({"status": "member", "user": user}),
            Standing::Kicked => json!({"status": "kicked", "user": user, "until_date": 0}),
            Standing::Administrator => json!({
                "status": "administrator",
                "user": user,
                "can_be_edited": false,
                "is_anonymous": false,
                "can_manage_chat": true,
                "can_delete_messages": true,
                "can_manage_video_chats": false,
                "can_restrict_members": false,
                "can_promote_members": false,
                "can_change_info": false,
                "can_invite_users": false,
                "can_post_stories": false,
                "can_edit_stories": false,
                "can_delete_stories": false,
                "can_pin_messages": true,
                "can_manage_topics": true,
            }),
        }
    }
}
