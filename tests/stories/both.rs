//! One approval shown in Telegram and in Discord at once, and tapped in both at the same moment: one decision, and both
//! cards tell the same.

use crate::harness::{PATIENCE, World};
use serde_json::json;
use signalbox_testkit::discord::{DiscordServer, DiscordSettings};
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::{TelegramServer, TelegramSettings};
use std::time::Duration;

/// How often both tap.
const ROUNDS: usize = 200;

#[tokio::test]
async fn two_taps_within_a_millisecond_make_one_decision_and_both_cards_tell_the_same() {
    // Only the race is of interest: the platforms' limits are off, and the hub's own pace is out of the way.
    let telegram = TelegramServer::start(TelegramSettings { limits: false, ..TelegramSettings::default() }).unwrap();
    let discord = DiscordServer::start(DiscordSettings { limits: false, ..DiscordSettings::default() }).unwrap();
    let world = World::new().await;
    let world = world
        .with("SIGNALBOX_TELEGRAM_TOKEN", &telegram.token())
        .with("SIGNALBOX_TELEGRAM_API_URL", &telegram.base_url())
        .with("SIGNALBOX_TELEGRAM_CHAT_PER_SECOND", "1000")
        .with("SIGNALBOX_TELEGRAM_GROUP_PER_MINUTE", "60000")
        .with("SIGNALBOX_TELEGRAM_ALL_PER_SECOND", "1000")
        .with("SIGNALBOX_DISCORD_TOKEN", &DiscordSettings::default().token)
        .with("SIGNALBOX_DISCORD_API_URL", &discord.base_url())
        .with("SIGNALBOX_DISCORD_GATEWAY_URL", &discord.gateway_url())
        .with("SIGNALBOX_LIMITS_TURNS", "0")
        .with("SIGNALBOX_LIMITS_BUDGET_USD", "0");
    let (ann, bea) = (telegram.user("Ann"), discord.user("Bea"));
    let guild = discord.guild("Team", &[&bea]);
    let channel = guild.channel("approvals");
    let chat = telegram.private(&ann);
    let hub = world.serves().await;
    prepare(&world, &format!("discord:{}", channel.id()), ann.id(), bea.id().get()).await;
    let script = (0..ROUNDS).fold(Script::new(), |script, round| {
        script.tool("Bash", json!({"command": format!("echo {round} >> ran.txt")}))
    });
    ann.says(&chat, &script.say("all done").to_string());
    let (mut first_in_telegram, mut allowed) = (0, 0);
    for round in 0..ROUNDS {
        let asks = format!("echo {round} >> ran.txt");
        let card = telegram
            .wait_for(&chat, |message| message.text.contains(&asks) && message.button("Once").is_some(), PATIENCE)
            .await;
        let other = discord
            .wait_for(&channel, |message| message.content.contains(&asks) && message.button("Once").is_some(), PATIENCE)
            .await;
        // One says yes, the other no, in turns.
        let (here, there) = if round % 2 == 0 { ("Once", "Deny") } else { ("Deny", "Once") };
        if round % 4 < 2 {
            let _ = ann.presses(&chat, card.id, here);
            let _ = bea.presses(&channel, other.id, there);
        } else {
            let _ = bea.presses(&channel, other.id, there);
            let _ = ann.presses(&chat, card.id, here);
        }
        let told =
            telegram.wait_for(&chat, |message| message.id == card.id && message.buttons.is_empty(), PATIENCE).await;
        let verdict = verdict_in(&told.text);
        let same = |message: &signalbox_testkit::discord::Message| {
            message.id == other.id
                && message.labels().is_empty()
                && message.content.replace('\\', "").contains(&verdict)
        };
        discord.wait_for(&channel, same, PATIENCE).await;
        first_in_telegram += usize::from(verdict.contains("(telegram)"));
        allowed += usize::from(verdict.starts_with("Allowed"));
    }
    let outcome =
        telegram.wait_for(&chat, |message| message.from_bot && message.text.contains("done in"), PATIENCE).await;
    assert!(
        outcome.text.contains(&format!("+{allowed} −0")),
        "{allowed} were allowed, and so many ran: {}",
        outcome.text
    );
    assert!(first_in_telegram > 0 && first_in_telegram < ROUNDS, "both places won now and then: {first_in_telegram}");
    world.is_quiet().await;
    hub.stops().await;
    telegram.stop().await;
    discord.stop().await;
    world.ends().await;
}

async fn prepare(world: &World, also_in: &str, ann: i64, bea: u64) {
    let policy = world.folder().join("policy.toml");
    std::fs::write(&policy, format!("version = 1\n[approval]\nby = [\"member\"]\nplaces = [\"{also_in}\"]\n")).unwrap();
    let (repository, policy) = (world.repository(), policy.display().to_string());
    let (ann, bea) = (ann.to_string(), bea.to_string());
    for arguments in [
        vec!["project", "add", "demo", "--git", repository.to_str().unwrap(), "--policy", &policy],
        vec!["user", "add", "Ann", "--role", "member", "--project", "demo", "--telegram", &ann],
        vec!["user", "add", "Bea", "--role", "member", "--project", "demo", "--discord", &bea],
        vec!["bind", "demo", also_in],
    ] {
        let said = world.says(&arguments).await;
        assert_eq!(said.code(), 0, "{arguments:?}: {}", said.stderr);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
}

/// The line that says what was decided, by whom and where.
fn verdict_in(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("Allowed by") || line.starts_with("Denied by"));
    line.expect("a verdict").trim().to_owned()
}
