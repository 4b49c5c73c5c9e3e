//! Messages are written and changed, by whomever.

use std::time::{Duration, Instant, SystemTime};

use super::Snowflake;
use super::draft::Draft;
use super::form::Faults;
use super::mentions;
use super::message::{Message, Version};
use super::refusal::{Reason, Refusal};
use super::room::{Permission, Room, RoomKind};
use super::view::EPHEMERAL;
use super::world::World;

/// How long an enforced nonce gives back the first message.
const NONCE_LIFE: Duration = Duration::from_secs(300);

/// A message to be written.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) channel: Snowflake,
    pub(crate) author: Snowflake,
    pub(crate) draft: Draft,
    pub(crate) ephemeral_to: Option<Snowflake>,
    pub(crate) thinking: bool,
    pub(crate) interaction: Option<Snowflake>,
}

impl Post {
    /// A plain message.
    pub(crate) fn new(channel: Snowflake, author: Snowflake, draft: Draft) -> Self {
        Self { channel, author, draft, ephemeral_to: None, thinking: false, interaction: None }
    }
}

/// Whether the bot may write a draft here.
pub(crate) fn check_may_write(world: &World, channel: Snowflake, draft: &Draft) -> Result<(), Refusal> {
    let room = world.room(channel)?;
    match &room.kind {
        RoomKind::Direct { user } => check_takes_messages(world, *user)?,
        RoomKind::Text { .. } => room.require(Permission::Send)?,
        RoomKind::Thread(thread) => {
            world.rooms.get(&thread.parent).map_or(Ok(()), |parent| parent.require(Permission::SendInThreads))?;
            room.require(Permission::SendInThreads)?;
            check_open(room)?;
            if thread.locked {
                room.require(Permission::ManageThreads).map_err(|_| Reason::ThreadLocked)?;
            }
        }
    }
    if draft.added.is_empty() { Ok(()) } else { room.require(Permission::Attach) }
}

fn check_takes_messages(world: &World, user: Snowflake) -> Result<(), Refusal> {
    let takes = world.users.get(&user).is_some_and(|account| account.takes_messages);
    let bot = world.application.bot;
    let shares =
        world.guilds.values().any(|guild| guild.members.contains_key(&user) && guild.members.contains_key(&bot));
    if takes && shares { Ok(()) } else { Err(Reason::CannotMessageUser.into()) }
}

/// A thread that is archived and locked takes no more; an archived one is opened by the next message.
pub(crate) fn check_open(room: &Room) -> Result<(), Refusal> {
    let closed = room.thread().is_some_and(|thread| thread.archived && thread.locked);
    if closed { Err(Reason::ThreadArchived.into()) } else { Ok(()) }
}

/// The message that was written under the same enforced nonce.
pub(crate) fn written_before(world: &mut World, channel: Snowflake, draft: &Draft) -> Option<Message> {
    let now = world.clock.now();
    world.nonces.retain(|(_, _, at, _)| now < *at + NONCE_LIFE);
    let nonce = draft.nonce.as_ref().filter(|_| draft.enforce_nonce)?;
    let (.., message) = world.nonces.iter().find(|(place, other, ..)| *place == channel && other == nonce)?;
    world.rooms.get(&channel)?.messages.get(message).cloned()
}

/// Writes a message and lets sessions hear of it.
pub(crate) fn write(world: &mut World, post: Post) -> Result<Message, Refusal> {
    let reply_to = answered(world, post.channel, &post.draft)?;
    let message = compose(world, post, reply_to);
    if message.is_empty() && !message.thinking {
        return Err(Reason::EmptyMessage.into());
    }
    let opens = {
        let room = world.rooms.get_mut(&message.channel).ok_or(Reason::UnknownChannel)?;
        room.messages.insert(message.id, message.clone());
        room.thread_mut().is_some_and(|thread| std::mem::replace(&mut thread.archived, false))
    };
    if opens {
        world.emit_room("THREAD_UPDATE", message.channel);
    }
    world.emit_message("MESSAGE_CREATE", &message);
    Ok(message)
}

/// The message that a draft answers, with its author.
fn answered(world: &World, channel: Snowflake, draft: &Draft) -> Result<Option<(Snowflake, Snowflake)>, Refusal> {
    let Some(answers) = draft.answers else { return Ok(None) };
    let found = world.rooms.get(&channel).and_then(|room| room.message(answers.message).ok());
    if let (None, true) = (found, answers.must_exist) {
        let mut faults = Faults::default();
        faults.add("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
        faults.refuse()?;
    }
    Ok(found.map(|message| (message.id, message.author)))
}

fn compose(world: &mut World, post: Post, reply_to: Option<(Snowflake, Snowflake)>) -> Message {
    let Post { channel, author, draft, ephemeral_to, thinking, interaction } = post;
    let id = world.ids.next();
    let content = draft.content.unwrap_or_default();
    if let (Some(nonce), true) = (&draft.nonce, draft.enforce_nonce) {
        world.nonces.push((channel, nonce.clone(), world.clock.now(), id));
    }
    Message {
        id,
        channel,
        author,
        author_name: world.name_of(author),
        from_bot: author == world.application.bot,
        pings: mentions::allowed(&content, &draft.allowed, reply_to.map(|(_, author)| author)),
        content,
        components: draft.components.unwrap_or_default(),
        attachments: draft.added,
        reply_to: reply_to.map(|(message, _)| message),
        nonce: draft.nonce,
        reactions: Vec::new(),
        ephemeral_to,
        thinking,
        thread: None,
        interaction,
        flags: draft.flags & !EPHEMERAL,
        versions: Vec::new(),
        written: Instant::now(),
        edited: None,
    }
}

/// Changes a message and lets sessions hear of it.
pub(crate) fn change(world: &mut World, channel: Snowflake, id: Snowflake, draft: Draft) -> Result<Message, Refusal> {
    let room = world.rooms.get_mut(&channel).ok_or(Reason::UnknownChannel)?;
    let message = room.messages.get(&id).ok_or(Reason::UnknownMessage)?;
    let mut changed = message.clone();
    apply(&mut changed, draft);
    if changed.is_empty() {
        return Err(Reason::EmptyMessage.into());
    }
    room.messages.insert(id, changed.clone());
    world.emit_message("MESSAGE_UPDATE", &changed);
    Ok(changed)
}

fn apply(message: &mut Message, draft: Draft) {
    if !message.thinking {
        message.versions.push(Version { content: message.content.clone(), until: Instant::now() });
    }
    if let Some(content) = draft.content {
        message.content = content;
    }
    if let Some(components) = draft.components {
        message.components = components;
    }
    if let Some(kept) = draft.kept {
        message.attachments.retain(|attachment| kept.contains(&attachment.id));
    }
    message.attachments.extend(draft.added);
    message.thinking = false;
    message.edited = Some(SystemTime::now());
}

/// Removes a message and lets sessions hear of it.
pub(crate) fn remove(world: &mut World, channel: Snowflake, id: Snowflake) -> Result<(), Refusal> {
    let room = world.rooms.get_mut(&channel).ok_or(Reason::UnknownChannel)?;
    let message = room.messages.remove(&id).ok_or(Reason::UnknownMessage)?;
    room.deleted.push(message.clone());
    world.emit_removal(&message);
    Ok(())
}
