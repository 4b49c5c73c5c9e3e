//! The chats: whether their tokens are good, and what people need to bring the bot into their places.

use super::finding::{Finding, chain};
use crate::config::Config;
use crate::hub::{discord_settings, github_settings, telegram_settings};

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(settings) = telegram_settings(config) {
        findings.push(match signalbox_telegram::examine(&settings).await {
            Ok(about) => telegram(&about),
            Err(error) => {
                Finding::fail("telegram", chain(&error), "check telegram.token and telegram.api_url; docs/telegram.md")
            }
        });
    }
    if let Some(settings) = discord_settings(config) {
        match signalbox_discord::examine(&settings).await {
            Ok(about) => findings.extend(discord(&about)),
            Err(error) => {
                findings.push(Finding::fail(
                    "discord",
                    chain(&error),
                    "check discord.token and discord.api_url; docs/discord.md",
                ));
            }
        }
    }
    if let Some(settings) = github_settings(config) {
        match signalbox_github::examine(&settings).await {
            Ok(about) => findings.extend(github(&about)),
            Err(error) => {
                findings.push(Finding::fail("github", chain(&error), error.mend()));
            }
        }
    }
    findings
}

fn telegram(about: &signalbox_telegram::About) -> Finding {
    let what = format!("@{0} answers; people write to it at https://t.me/{0}", about.username);
    if about.can_join_groups {
        return Finding::ok("telegram", what);
    }
    Finding::warn(
        "telegram",
        format!("{what}; it cannot be added to groups"),
        "to allow it: /setjoingroups at @BotFather",
    )
}

fn discord(about: &signalbox_discord::About) -> Vec<Finding> {
    let mut findings = vec![Finding::ok(
        "discord",
        format!("{} answers, in {} servers; invite it by {}", about.name, about.guilds, about.invite),
    )];
    if !about.message_content_intent {
        findings.push(Finding::warn(
            "discord",
            "it may not read messages that do not mention it: in its threads every message has to",
            "turn on Message Content Intent in the Developer Portal, under Bot",
        ));
    }
    findings
}

fn github(about: &signalbox_github::About) -> Vec<Finding> {
    let page = about.page.as_ref().map(|page| format!("; install it from {page}")).unwrap_or_default();
    let what = format!("{} answers; people mention it as @{}{page}", about.login, about.name);
    let missing = about.missing.iter().map(|missing| Finding::warn("github", &missing.what, &missing.mend));
    std::iter::once(Finding::ok("github", what)).chain(missing).collect()
}
