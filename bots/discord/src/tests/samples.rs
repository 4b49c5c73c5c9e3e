//! Payloads as Discord sends them, and cards.

use crate::hear::Me;
use crate::wire::{Interaction, Message};
use serde_json::{Value, json};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context};
use signalbox_core::id::{ApprovalId, ConversationId, ProjectId, RunId, TaskId, ToolUseId, UserId};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::ToolCall;
use std::time::Duration;

pub(super) const BOT: &str = "1040000000000000001";
pub(super) const CHANNEL: &str = "1050000000000000001";

pub(super) fn me() -> Me {
    Me { application: "1030000000000000001".parse().unwrap(), bot: BOT.parse().unwrap() }
}

/// A message in a guild, as `MESSAGE_CREATE` has it; `changes` replace fields of it, null takes them out.
pub(super) fn message(content: &str, changes: Value) -> Message {
    let mut message = json!({
        "type": 0, "tts": false, "timestamp": "2026-11-25T12:00:00.000000+00:00", "pinned": false,
        "nonce": "1441000000000000000", "mentions": [], "mention_roles": [], "mention_everyone": false,
        "member": {"roles": [], "joined_at": "2025-01-01T00:00:00+00:00", "deaf": false, "mute": false, "flags": 0},
        "id": "1060000000000000001", "flags": 0, "embeds": [], "edited_timestamp": null, "content": content,
        "components": [], "channel_type": 0, "channel_id": CHANNEL, "guild_id": "1020000000000000001",
        "author": {
            "username": "ann", "public_flags": 0, "id": "1010000000000000001", "global_name": "Ann",
            "discriminator": "0", "avatar": null, "clan": null,
        },
        "attachments": [],
    });
    for (name, value) in changes.as_object().unwrap() {
        message[name] = value.clone();
    }
    serde_json::from_value(message).unwrap()
}

/// An answer to a message of this account.
pub(super) fn answering(author: &str) -> Value {
    json!({
        "type": 19,
        "message_reference": {
            "type": 0, "message_id": "1060000000000000000", "channel_id": CHANNEL, "guild_id": "1020000000000000001",
        },
        "referenced_message": {
            "id": "1060000000000000000", "type": 0, "content": "…", "channel_id": CHANNEL,
            "author": {"id": author, "username": "somebody", "discriminator": "0"},
        },
    })
}

/// An interaction in a guild.
pub(super) fn interaction(kind: u8, data: Value) -> Interaction {
    serde_json::from_value(json!({
        "version": 1, "type": kind, "token": "aW50ZXJhY3Rpb24", "locale": "en-US", "id": "1070000000000000001",
        "member": {
            "user": {"username": "ann", "id": "1010000000000000001", "discriminator": "0", "avatar": null},
            "roles": [], "permissions": "2251799813685247", "joined_at": "2025-01-01T00:00:00+00:00",
        },
        "guild_id": "1020000000000000001", "entitlements": [], "context": 0, "app_permissions": "2251799813685247",
        "channel_id": CHANNEL, "channel": {"id": CHANNEL, "type": 0, "name": "general", "permissions": "8"},
        "application_id": "1030000000000000001", "data": data,
        "message": if kind == 3 { json!({"id": "1060000000000000002", "content": "…"}) } else { Value::Null },
    }))
    .unwrap()
}

pub(super) fn approval_id() -> ApprovalId {
    ApprovalId::from_entropy(7)
}

pub(super) fn now() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000)
}

/// An open approval of this call.
pub(super) fn approval(tool: &str, input: Value) -> Approval {
    let call = ToolCall {
        id: ToolUseId::new("toolu_1"),
        tool: tool.to_owned(),
        input,
        cwd: "/workspace".to_owned(),
        agent: None,
    };
    Approval {
        id: approval_id(),
        task: TaskId::from_entropy(7),
        run: RunId::new("r"),
        conversation: ConversationId::new("c"),
        project: ProjectId::new("p"),
        requester: UserId::new("u"),
        kind: ApprovalKind::of(&call),
        hash: call.hash(),
        call,
        request: "q".to_owned(),
        reason: "no rule allows it".to_owned(),
        dangerous: false,
        may_have_run: false,
        votes_needed: 1,
        state: ApprovalState::Open,
        parked: false,
        decision: None,
        opened_at: now(),
        expires_at: now() + Duration::from_secs(3600),
        context: Context { requester: "Ann".to_owned(), project: "demo".to_owned(), ..Context::default() },
    }
}
