//! How a place addresses us: what makes a line a command there, and what becomes of the rest.

/// How a place addresses us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// What `/command` means.
    pub slash: Slash,
    /// Every spelling of our name that calls us: `@signalbox`, or `<@1234>` and `<@!1234>`. Case does not matter.
    pub mentions: Vec<String>,
    /// What text means that calls nobody.
    pub plain: Plain,
    /// How quotations and code are marked in the text.
    pub markup: Markup,
}

/// What `/command` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slash {
    /// Nothing: only a mention is heard.
    Ignored,
    /// A command; `/command@name` is none.
    Command,
    /// A command; `/command@name` too where the name is this one (without `@`), and for somebody else otherwise.
    CommandFor(String),
}

/// What text means that calls nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// It is a task: in a private chat, in a thread of ours, in a reply to one of our cards.
    IsTask,
    /// It is not for us. What people type there may also be meant for other bots, so an unknown command is met with
    /// silence unless it calls us by name or is one slip of the finger away from a command of ours.
    IsIgnored,
}

/// How quotations and code are marked in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Not in the text but beside it, so a command must begin the message. What stands in a quotation or a code block
    /// at the beginning must not be handed in.
    Beside,
    /// GitHub's Markdown: only what its page shows is heard. Plain mail, too, is read well enough by it.
    Github,
    /// Discord's Markdown: `> ` quotes a line, `>>> ` everything to the end.
    Discord,
}

impl Manner {
    /// A private chat in Telegram with the bot of this user name.
    pub fn telegram_private(bot: &str) -> Self {
        let slash = Slash::CommandFor(bot.to_owned());
        Self { slash, mentions: vec![format!("@{bot}")], plain: Plain::IsTask, markup: Markup::Beside }
    }

    /// A group in Telegram with the bot of this user name. A reply to the bot is read as in private.
    pub fn telegram_group(bot: &str) -> Self {
        Self { plain: Plain::IsIgnored, ..Self::telegram_private(bot) }
    }

    /// A direct message in Discord to the bot of this id, or a thread of the bot's.
    pub fn discord_private(bot: &str) -> Self {
        let mentions = vec![format!("<@{bot}>"), format!("<@!{bot}>")];
        Self { slash: Slash::Command, mentions, plain: Plain::IsTask, markup: Markup::Discord }
    }

    /// A channel in Discord.
    pub fn discord_channel(bot: &str) -> Self {
        Self { plain: Plain::IsIgnored, ..Self::discord_private(bot) }
    }

    /// Comments on GitHub, where we go by this login, with or without the `[bot]` of an App.
    pub fn github(login: &str) -> Self {
        let name = login.strip_suffix("[bot]").unwrap_or(login);
        let mentions = vec![format!("@{name}"), format!("@{name}[bot]")];
        Self { slash: Slash::Command, mentions, plain: Plain::IsIgnored, markup: Markup::Github }
    }

    /// Whether a command must begin the message, rather than any line of it.
    pub(super) fn wants_the_beginning(&self) -> bool {
        self.markup == Markup::Beside || self.plain == Plain::IsTask
    }

    /// A command as it is typed here.
    pub(super) fn typed(&self, command: &str) -> String {
        match (&self.slash, self.mentions.first()) {
            (Slash::Ignored, Some(mention)) => format!("{mention} {command}"),
            (Slash::Ignored | Slash::Command | Slash::CommandFor(_), _) => format!("/{command}"),
        }
    }
}
