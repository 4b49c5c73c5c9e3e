//! What a person did with a command, a button, a menu or a form, in its lane.

use crate::channels::Setting;
use crate::discord::Shared;
use crate::handle::{Acknowledged, Trouble};
use crate::hear::{Doing, Me, Where, identity};
use crate::interaction::{First, first, prompt, said};
use crate::place;
use crate::shown::{Asked, asked, close};
use crate::snowflake::Snowflake;
use crate::wire::Interaction;
use signalbox_core::desk::Said;
use std::sync::Arc;

/// One interaction being handled.
pub(crate) struct Act<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) me: Me,
    pub(crate) id: &'a str,
    pub(crate) interaction: &'a Interaction,
    pub(crate) acknowledged: &'a Acknowledged,
}

impl Act<'_> {
    /// Hands it to the desk, and shows what the desk has for this person alone.
    pub(crate) async fn handle(&self) -> Result<(), Trouble> {
        let Some((first, what, sender, channel)) = self.read() else { return self.pass_over().await };
        // With the form open, the words are still to come.
        if matches!(first, First::Form(_)) && self.acknowledged.given().await {
            return self.pass_over().await;
        }
        let setting = self.shared.setting_of(self.interaction).await?;
        let Some(here) = Where::of(channel, setting) else { return self.pass_over().await };
        let asked = self.ask(&first, sender, setting).await?;
        let pressed = self.interaction.message.as_ref().map(|message| message.id);
        let here = asked.thread.unwrap_or(here);
        self.shared.channels.use_one(place::channel(&here.place).unwrap_or(channel));
        let heard = here.heard(
            self.me,
            Doing {
                id: self.id.to_owned(),
                sender: identity(sender),
                manner: self.me.manner(setting),
                message: asked.message.or(pressed),
                what,
            },
        );
        let answered = self.shared.desk.hear(heard).await?;
        if self.acknowledged.given().await {
            close(self, &first, asked.shown, answered).await;
        }
        Ok(())
    }

    fn read(&self) -> Option<(First, Said, Snowflake, Snowflake)> {
        let of = self.interaction;
        Some((first(of)?, said(of)?, of.account()?.id, of.channel_id()?))
    }

    /// Shows what is asked, where work is asked for by somebody who is known.
    async fn ask(&self, first: &First, sender: Snowflake, setting: Setting) -> Result<Asked, Trouble> {
        let shown = *first == First::Shown && self.shared.desk.knows(&identity(sender)).await?;
        if !shown || !self.acknowledged.given().await {
            return Ok(Asked::default());
        }
        Ok(asked(self, setting).await?)
    }

    async fn pass_over(&self) -> Result<(), Trouble> {
        Ok(self.shared.desk.pass_over(&self.me.source(), vec![self.id.to_owned()]).await?)
    }

    /// What is asked, where work is asked for.
    pub(crate) fn prompt(&self) -> Option<String> {
        prompt(&self.interaction.data)
    }
}
