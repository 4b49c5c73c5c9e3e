//! What sandboxes use of memory and disk.

use super::connect::Sandboxes;
use super::error::SandboxError;
use bollard::Docker;
use bollard::query_parameters::StatsOptions;
use futures::{StreamExt, TryStreamExt};
use http::Uri;
use http::uri::PathAndQuery;
use serde::Deserialize;
use std::collections::HashMap;

/// What a running sandbox uses now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Memory without the page cache that could be dropped.
    pub memory_bytes: u64,
    /// Processes and threads.
    pub pids: u64,
}

/// What a sandbox's volumes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskUsage {
    /// The workspace.
    pub workspace_bytes: u64,
    /// The Claude session.
    pub session_bytes: u64,
}

/// The engine's answer, of which only the volumes matter; `Volumes` up to API 1.51, `VolumeUsage` after it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataUsage {
    #[serde(default)]
    volumes: Option<Vec<VolumeEntry>>,
    #[serde(default)]
    volume_usage: Option<VolumeUsage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VolumeUsage {
    #[serde(default)]
    items: Option<Vec<VolumeEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VolumeEntry {
    name: String,
    #[serde(default)]
    usage_data: Option<UsageData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UsageData {
    size: i64,
}

impl Sandboxes {
    /// The size of each volume of the engine, by name.
    pub(super) async fn volume_sizes(&self) -> Result<HashMap<String, u64>, SandboxError> {
        // bollard reads only the newest engines' form of this answer, so the bytes are taken through a request of
        // another kind that hands them over unread.
        let raw = self.docker.clone().with_request_modifier(to_data_usage);
        let answer = raw.export_container("any").try_fold(Vec::new(), async |mut all, part| {
            all.extend_from_slice(&part);
            Ok(all)
        });
        let doing = "measure volumes";
        let answer = answer.await.map_err(SandboxError::of(doing, "any"))?;
        let usage: DataUsage =
            serde_json::from_slice(&answer).map_err(|source| SandboxError::of(doing, "any")(source.into()))?;
        let entries = usage.volumes.or(usage.volume_usage.and_then(|usage| usage.items)).unwrap_or_default();
        let size = |entry: &VolumeEntry| entry.usage_data.as_ref().and_then(|data| u64::try_from(data.size).ok());
        Ok(entries.into_iter().map(|entry| (size(&entry).unwrap_or(0), entry.name)).map(|(s, n)| (n, s)).collect())
    }
}

fn to_data_usage(mut request: bollard::BollardRequest) -> bollard::BollardRequest {
    let mut parts = request.uri().clone().into_parts();
    let path = request.uri().path().replace("/containers/any/export", "/system/df?type=volume&verbose=1");
    parts.path_and_query = path.parse::<PathAndQuery>().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

/// Asks the engine for one measurement.
pub(super) async fn measure(docker: &Docker, container: &str) -> Result<Usage, SandboxError> {
    let options = StatsOptions { stream: false, one_shot: true };
    let gone = || SandboxError::Missing { id: container.to_owned() };
    let stats = Box::pin(docker.stats(container, Some(options))).next().await.ok_or_else(gone)?;
    let stats = stats.map_err(SandboxError::of("measure a sandbox", container))?;
    let memory = stats.memory_stats.unwrap_or_default();
    let details = memory.stats.unwrap_or_default();
    let cache = details.get("total_inactive_file").or(details.get("inactive_file")).copied().unwrap_or(0);
    Ok(Usage {
        memory_bytes: memory.usage.unwrap_or(0).saturating_sub(cache),
        pids: stats.pids_stats.and_then(|pids| pids.current).unwrap_or(0),
    })
}
