//! `signalbox doctor`: what is wrong with this installation, and how to mend it. Each check says one thing; nothing is
//! changed, and nothing that costs money is asked of the model's side.

mod audit;
mod certificate;
mod chats;
mod finding;
mod home;
mod hub;
mod model;
mod providers;
mod sandbox;
mod selftest;
mod services;
mod subscriptions;

use crate::args::DoctorArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::logging::{self, Loudness};
use crate::show::Look;
use crate::surroundings::Surroundings;
use finding::{Finding, Grade};
use std::io::{self, Write as _};

/// Checks everything and prints what was found.
///
/// # Errors
/// When standard output is gone.
pub(crate) async fn doctor(args: DoctorArgs, surroundings: &Surroundings) -> anyhow::Result<Exit> {
    let findings = match surroundings.config() {
        Ok(config) => {
            logging::start(&config.log, Loudness::Quiet)?;
            let sound = Finding::ok("configuration", "it is sound");
            let mut findings = vec![sound];
            findings.extend(examine(config, surroundings).await);
            findings
        }
        Err(faults) => faults.0.into_iter().map(|fault| Finding::fail("configuration", fault, MEND_CONFIG)).collect(),
    };
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&findings)?)?;
    } else {
        write!(out, "{}", finding::report(&findings, Look::of_stdout()))?;
    }
    let healthy = findings.iter().all(|finding| finding.grade != Grade::Fail);
    Ok(if healthy { Exit::Done } else { Exit::NotReady })
}

const MEND_CONFIG: &str = "`signalbox config print-default` shows every key and what it means";

/// All checks, in the order in which a fault in one explains the next.
async fn examine(config: Config, surroundings: &Surroundings) -> Vec<Finding> {
    let mut findings = home::check(&config, surroundings);
    let running = hub::running(&config).await;
    findings.push(hub::check_database(&config, running.as_ref()).await);
    findings.extend(services::check_redis(&config).await);
    findings.push(services::check_git(&config).await);
    findings.extend(sandbox::check(&config).await);
    if findings.iter().all(|finding| finding.grade != Grade::Fail) {
        findings.push(selftest::check(&config).await);
    }
    findings.extend(model::check(&config).await);
    findings.extend(certificate::check(&config));
    findings.extend(providers::check(&config).await);
    findings.extend(chats::check(&config).await);
    findings.extend(hub::check_hub(running.as_ref()).await);
    findings.extend(subscriptions::check(running.as_ref()).await);
    findings.extend(audit::check(running.as_ref()).await);
    findings
}
