//! A request to the API, taken apart.

use std::collections::{BTreeMap, HashMap};

use axum::body::Body;
use axum::extract::{FromRequest, Query};
use axum::http::Request as HttpRequest;
use bytes::Bytes;
use serde_json::Value;

use super::refusal::Refusal;

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path without `/api/v3`, as it was written.
    pub(crate) written: String,
    /// Its parts, decoded.
    pub(crate) path: Vec<String>,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) written_query: String,
    pub(crate) headers: HashMap<String, String>,
    /// The body; null if there is none.
    pub(crate) body: Value,
    pub(crate) unreadable: Option<Refusal>,
}

impl Request {
    pub(crate) async fn read(request: HttpRequest<Body>, path: &str) -> Self {
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let headers = request.headers().iter().filter_map(header).collect();
        let method = request.method().to_string();
        let query = Query::try_from_uri(request.uri()).map(|Query(query)| query).unwrap_or_default();
        let written_query = request.uri().query().unwrap_or_default().to_owned();
        let (body, unreadable) = match read_json(request).await {
            Ok(body) => (body, None),
            Err(refusal) => (Value::Null, Some(refusal)),
        };
        let parts = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        Self { method, written: path.to_owned(), path: parts, query, written_query, headers, body, unreadable }
    }

    /// Refuses what the route does not know behind its question mark.
    ///
    /// # Errors
    /// Naming the first that is unknown.
    pub(crate) fn check_query(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.query.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Refusal::unknown("query parameter", name)),
            None => Ok(()),
        }
    }

    /// Whether a media type is asked for: `diff`, `raw`.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.headers.get("accept").is_some_and(|accept| {
            [format!("application/vnd.github.{kind}"), format!("application/vnd.github.v3.{kind}")]
                .iter()
                .any(|wanted| accept.starts_with(wanted.as_str()))
        })
    }
}

async fn read_json(request: HttpRequest<Body>) -> Result<Value, Refusal> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|_| Refusal::new(413, "Payload too big"))?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|_| Refusal::new(400, "Problems parsing JSON"))
}

/// A part of a path with its percent signs resolved.
pub(crate) fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A part of a path that is a number.
///
/// # Errors
/// When it is none: there is nothing by that name.
pub(crate) fn number(part: &str) -> Result<u64, Refusal> {
    part.parse().map_err(|_| Refusal::not_found())
}
