//! Which function does which method.

use serde_json::Value;

use super::message::AttachmentKind;
use super::params::Params;
use super::refusal::Refusal;
use super::world::World;
use super::{
    actions, callbacks, commands, deletion, edit, files, group, info, media, reactions, send, topics, webhook,
};

/// Does what a call asks for. `getUpdates` is not among them: it waits.
pub(crate) fn perform(world: &mut World, method: &str, params: &Params) -> Result<Value, Refusal> {
    match method {
        "getMe" => Ok(info::get_me(world)),
        "setWebhook" => webhook::set_webhook(world, params),
        "deleteWebhook" => Ok(webhook::delete_webhook(world, params)),
        "getWebhookInfo" => Ok(webhook::get_webhook_info(world)),
        "sendMessage" => send::send_message(world, params),
        "sendPhoto" => media::send_file(world, params, AttachmentKind::Photo),
        "sendDocument" => media::send_file(world, params, AttachmentKind::Document),
        "sendMediaGroup" => group::send_media_group(world, params),
        "editMessageText" => edit::edit_text(world, params),
        "editMessageCaption" => edit::edit_caption(world, params),
        "editMessageReplyMarkup" => edit::edit_markup(world, params),
        "deleteMessage" => deletion::delete_message(world, params),
        "sendChatAction" => actions::send_chat_action(world, params),
        "setMessageReaction" => reactions::set_message_reaction(world, params),
        "answerCallbackQuery" => callbacks::answer_callback_query(world, params),
        "getFile" => files::get_file(world, params),
        "getChat" => info::get_chat(world, params),
        "getChatMember" => info::get_chat_member(world, params),
        "setMyCommands" => commands::set_my_commands(world, params),
        "getMyCommands" => commands::get_my_commands(world, params),
        "createForumTopic" => topics::create_forum_topic(world, params),
        "closeForumTopic" => topics::close_forum_topic(world, params),
        _ => Err(Refusal::not_found()),
    }
}
