//! Accounts elsewhere by the names that people know: a login may be given up and taken by somebody else, so what is kept is
//! the account's number.

use crate::args::AddUserArgs;
use crate::config::Config;
use crate::exit::WrongUsage;
use crate::hub::github_settings;
use anyhow::Context as _;

/// The same with the number of the GitHub account in the place of its login.
pub(super) async fn looked_up(args: AddUserArgs, config: &Config) -> anyhow::Result<AddUserArgs> {
    let Some(login) = args.github.as_deref().filter(|account| account.parse::<u64>().is_err()) else { return Ok(args) };
    let settings = github_settings(config).ok_or_else(|| {
        let how = format!("`gh api users/{login} --jq .id` tells it");
        WrongUsage(format!("GitHub is not configured, so --github takes the account's number only; {how}"))
    })?;
    let found = signalbox_github::find_account(&settings, login).await;
    let id = found.with_context(|| format!("--github {login} cannot be looked up"))?;
    Ok(AddUserArgs { github: Some(id.to_string()), ..args })
}
