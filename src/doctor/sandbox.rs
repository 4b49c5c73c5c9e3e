//! Docker, and the image that sandboxes are made of.

use super::finding::{Finding, chain};
use crate::config::Config;
use crate::hub::connect_docker;
use signalbox_core::id::NodeId;
use signalbox_engine::claude::PINNED_CLI;
use signalbox_engine::sandbox::{DiskEnforcement, EngineReport, ImageReport, SandboxError, Sandboxes};

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    // Looking needs no name of its own: nothing is made that a hub would have to find again.
    let sandboxes = match connect_docker(config, &NodeId::new("doctor")).await {
        Ok(sandboxes) => sandboxes,
        Err(error) => return vec![no_engine(&error)],
    };
    let mut findings = match sandboxes.engine().await {
        Ok(report) => of_engine(&report),
        Err(error) => return vec![no_engine(&error)],
    };
    findings.push(check_image(&sandboxes, &config.sandbox.image).await);
    findings
}

fn no_engine(error: &SandboxError) -> Finding {
    let mend = "another socket is named with sandbox.docker; a hub in a container needs the host's mounted";
    Finding::fail("docker", chain(error), mend)
}

fn of_engine(report: &EngineReport) -> Vec<Finding> {
    let what =
        format!("engine {}, API {}, cgroup {}, {}", report.version, report.api, report.cgroup, report.storage_driver);
    let mut findings = vec![Finding::ok("docker", what)];
    findings.extend(report.faults.iter().map(|fault| Finding::fail("docker", fault.clone(), "sandboxes need it")));
    findings.push(match report.disk {
        DiskEnforcement::ProjectQuota => {
            Finding::ok("disk limit", "the file system holds sandboxes to it (project quota)")
        }
        DiskEnforcement::Watchdog => Finding::warn(
            "disk limit",
            "the hub measures sandboxes and kills those that write too much",
            "for a limit that cannot be overrun, put Docker's data on xfs with project quotas (pquota)",
        ),
    });
    findings
}

async fn check_image(sandboxes: &Sandboxes, image: &str) -> Finding {
    match sandboxes.check_image(image).await {
        Ok(report) => of_image(image, &report),
        Err(error) => {
            Finding::fail("image", chain(&error), format!("`make image` builds {image}; or set sandbox.image"))
        }
    }
}

fn of_image(image: &str, report: &ImageReport) -> Finding {
    if !report.faults.is_empty() {
        let faults = report.faults.join("; ");
        return Finding::fail(
            "image",
            format!("{image}: {faults}"),
            "build it anew with `make image`, or mend what it is made of",
        );
    }
    match report.cli_version.as_deref() {
        Some(PINNED_CLI) => Finding::ok("image", format!("{image} with Claude Code {PINNED_CLI}")),
        other => Finding::warn(
            "image",
            format!(
                "{image} holds Claude Code {}, not {PINNED_CLI}, which this hub was tested with",
                other.unwrap_or("of no known version")
            ),
            "build it anew with `make image`",
        ),
    }
}
