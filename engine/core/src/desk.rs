//! The desk: where adapters hand in what they heard. It understands, acts and answers; the adapter verifies the sender,
//! hands in the raw update before it acknowledges it, and shows what comes back.
//!
//! Nothing here is trusted but what the platform itself vouches for: which account sent what, in which place. Whether that
//! account is anybody, and what they may do, is judged by the desk at this moment.

use crate::card::ReplyCard;
use crate::command::{Manner, Verb};
use crate::ground::Ground;
use crate::people::{Identity, Role};
use crate::place::Place;
use crate::policy::Trigger;
use crate::port::Refusal;
use crate::task::Attachment;
use async_trait::async_trait;
use bytes::Bytes;

/// An update as a platform sent it, to be stored before it is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Who sends it: the adapter's own name for its account at the platform, at most 64 characters.
    pub source: String,
    /// The platform's id of it: the same when it is sent again.
    pub id: String,
    /// What was sent, byte for byte.
    pub raw: String,
}

/// How many people see what is said in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// One person and us.
    Private,
    /// Those who were let in.
    Shared,
    /// Anybody who wants to.
    Public,
}

impl Privacy {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Shared => "shared",
            Self::Public => "public",
        }
    }
}

/// Something that a person did in a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The update that it came in, by source and id: it is done with once this is.
    pub source: String,
    /// See `source`.
    pub id: String,
    /// Where.
    pub place: Place,
    /// The place that it is part of: a topic's group, a thread's channel. What is bound there holds here too.
    pub parent: Option<Place>,
    /// Who sees what is said there.
    pub privacy: Privacy,
    /// Whether the whole place is one conversation (a private chat, a topic, a thread); where it is not, each request that
    /// answers nothing begins one.
    pub one_conversation: bool,
    /// The account, as the platform vouches for it.
    pub sender: Identity,
    /// The most that the platform itself lets the account do in the place, where it says so: nobody may do more from here.
    pub at_most: Option<Role>,
    /// How the place addresses us.
    pub manner: Manner,
    /// The message, where what they did is one or belongs to one: what is said in return answers it.
    pub message: Option<String>,
    /// What the place works on, where that is not the repository's default branch.
    pub ground: Option<Ground>,
    /// What the request is about, for Claude to read beside it: quoted, and marked as such.
    pub about: Option<String>,
    /// What they did.
    pub what: Said,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// They wrote something.
    Words {
        /// The text; what stands in a quotation or a code block beside the text is not in it.
        text: String,
        /// The message of ours (or theirs) that it answers.
        answers: Option<String>,
        /// Files that came with it.
        files: Vec<Attachment>,
        /// What did not come along, a sentence each: too large, gone.
        missing: Vec<String>,
    },
    /// They filled in a command's form.
    Form {
        /// The command.
        verb: Verb,
        /// Its arguments by name.
        fields: Vec<(String, String)>,
    },
    /// They pressed a button.
    Pressed {
        /// What it carries, as it came back from the platform.
        code: String,
    },
    /// They chose options in a menu.
    Chosen {
        /// What the menu carries: that of its first option.
        code: String,
        /// The numbers of the options.
        options: Vec<u8>,
    },
    /// They wrote the words that a button wanted.
    Filled {
        /// What the button carries.
        code: String,
        /// The words.
        words: String,
    },
}

/// What the adapter shows at once to whoever did it, beside what the outbox owes to the place.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// Nothing: it was not for us, or nobody is to learn that we heard.
    Silence,
    /// Nothing more: the outbox has it.
    Owed,
    /// A short note for this person alone, at most 200 characters: a toast, an answer that others do not see.
    Note(String),
    /// Such a note that says no more than what the cards here are about to show: good for a toast, not for a message that
    /// stays.
    Seen(String),
    /// The answer to a command whose form others did not see: for this person alone. Only a [`Said::Form`] where others read
    /// along has one.
    Reply(Box<ReplyCard>),
    /// A note, and the message with the button is a copy that nobody knew of: its buttons are to be taken away.
    Stray(String),
}

/// One suggestion while a command is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is shown, at most 100 characters.
    pub label: String,
    /// What is filled in.
    pub value: String,
}

/// What happened to a place, as its platform told us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceChange {
    /// We cannot speak there any more: removed, blocked, closed, deleted. Nothing is sent there until it is back.
    Lost(String),
    /// We can speak there (again).
    Back,
    /// It goes by another name now; everything bound to it moves along.
    Moved(Place),
}

/// Where adapters hand in what they heard.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// Stores updates, in their order. Once this has returned they may be acknowledged. Those that were there before
    /// change nothing. Returns how many are new.
    async fn receive(&self, updates: Vec<Update>) -> Result<usize, Refusal>;
    /// Updates of a source that were received and not handled yet, in the order in which they were received: the oldest ones,
    /// or those that came after the one of this id.
    async fn unhandled(&self, source: &str, after: Option<&str>, limit: u32) -> Result<Vec<Update>, Refusal>;
    /// Marks updates as done with, where there was nothing in them for us.
    async fn pass_over(&self, source: &str, ids: Vec<String>) -> Result<(), Refusal>;
    /// Marks updates as done with from which nothing came, though something should have, and why. Admins see it, and may have
    /// them handed out by [`Desk::unhandled`] once more.
    async fn give_up(&self, source: &str, ids: Vec<String>, _why: &str) -> Result<(), Refusal> {
        self.pass_over(source, ids).await
    }
    /// Notes why updates could not be handled yet: they still wait. Admins see it.
    async fn put_off(&self, _source: &str, _ids: &[String], _why: &str) -> Result<(), Refusal> {
        Ok(())
    }
    /// Acts on what a person did, owes what is said in return, and marks the update as handled. Safe to repeat.
    async fn hear(&self, heard: Heard) -> Result<Answered, Refusal>;
    /// Whether an account is linked to somebody: only then is there any sign that we heard.
    async fn knows(&self, account: &Identity) -> Result<bool, Refusal>;
    /// Whether the policy of the place's project lets this begin work; where none is bound, the answer to it says so.
    async fn heeds(&self, place: &Place, parent: Option<&Place>, trigger: Trigger) -> Result<bool, Refusal>;
    /// Keeps a file that came with a message of a linked account.
    async fn keep_file(&self, sender: &Identity, file: NewFile) -> Result<Attachment, Refusal>;
    /// Reads a file that is to be handed over.
    async fn read_file(&self, file: &Attachment) -> Result<Bytes, Refusal>;
    /// What may stand in an argument of a command, by its beginning.
    async fn suggest(&self, heard: &Typing) -> Result<Vec<Suggestion>, Refusal>;
    /// Whether a place is the one that is bound under its name, by the number by which its platform knows it: names pass on to
    /// others. Where it is another, admins can see so, and nothing of it is to be heard.
    async fn recognises(&self, place: &Place, number: &str) -> Result<bool, Refusal>;
    /// Notes what happened to a place; admins can look it up.
    async fn place_changed(&self, place: &Place, change: PlaceChange) -> Result<(), Refusal>;
    /// What an adapter noted last under a key of its own.
    async fn noted(&self, source: &str, key: &str) -> Result<Option<String>, Refusal>;
    /// Notes something small under a key of the adapter's own, for its next life: a session, where it has read to.
    async fn note(&self, source: &str, key: &str, value: &str) -> Result<(), Refusal>;
    /// Takes or keeps the right to be the one who listens to a source, for `seconds` from now; false while another node
    /// has it.
    async fn listen(&self, source: &str, seconds: u64) -> Result<bool, Refusal>;
    /// Lets another node listen.
    async fn hang_up(&self, source: &str) -> Result<(), Refusal>;
}

/// A file on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The name it came with; what cannot be a file's name is replaced.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub content: Bytes,
}

/// A command that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// Where.
    pub place: Place,
    /// Who.
    pub sender: Identity,
    /// The command.
    pub verb: Verb,
    /// The argument's name.
    pub argument: String,
    /// What is typed so far.
    pub beginning: String,
}
