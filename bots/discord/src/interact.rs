//! The first answer to an interaction. Discord waits three seconds for it, so it is given as soon as the interaction is
//! stored, whatever its lane is busy with.

use crate::discord::Shared;
use crate::handle::Acknowledged;
use crate::hear::{Where, identity};
use crate::interaction::{first, suggestions, takes_prompt, typed, verb};
use crate::snowflake::Snowflake;
use crate::wire::Interaction;
use serde_json::Value;
use signalbox_core::desk::Typing;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long an interaction's token can be used.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// Discord's code for an interaction that had its first answer already.
const HAD_ONE: u64 = 40_060;
/// How long suggestions may take.
const SUGGESTING: Duration = Duration::from_millis(1500);

/// Gives the first answer beside everything else. One whose time is over gets none: what was done counts all the same.
pub(crate) fn acknowledge(shared: &Arc<Shared>, interaction: &Interaction) -> Acknowledged {
    let Some(first) = first(interaction).filter(|_| is_young(interaction.id)) else { return Acknowledged::never() };
    let (tell, acknowledged) = Acknowledged::later();
    let (rest, interaction) = (shared.clone(), interaction.clone());
    shared.lanes.beside(async move {
        let given = match rest.rest.answer(&interaction, first.body()).await {
            Ok(()) => true,
            Err(error) if error.code() == HAD_ONE => true,
            Err(error) => {
                tracing::info!(interaction = %interaction.id, error = %error, "interaction {} has no first answer", interaction.id);
                false
            }
        };
        let _ = tell.send(Some(given));
    });
    acknowledged
}

/// Whether its handling never has to wait for files or threads.
pub(crate) fn is_quick(interaction: &Interaction) -> bool {
    verb(&interaction.data).is_none_or(|verb| !takes_prompt(verb))
}

fn is_young(id: Snowflake) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(Duration::from_millis(id.millis())) < LIFE
}

/// What may stand in the argument that is being typed, as the body of an answer; nothing where that takes too long.
pub(crate) async fn suggest(shared: &Shared, interaction: &Interaction) -> Value {
    let suggested = tokio::time::timeout(SUGGESTING, suggested(shared, interaction)).await;
    suggestions(&suggested.ok().flatten().unwrap_or_default())
}

async fn suggested(shared: &Shared, interaction: &Interaction) -> Option<Vec<signalbox_core::desk::Suggestion>> {
    let (argument, beginning) = typed(&interaction.data)?;
    let here = Where::of(interaction.channel_id()?, shared.setting_of(interaction).await.ok()?)?;
    let sender = identity(interaction.account()?.id);
    let typing = Typing { place: here.place, sender, verb: verb(&interaction.data)?, argument, beginning };
    shared.desk.suggest(&typing).await.ok()
}
