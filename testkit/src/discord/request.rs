//! A request of the bot's, taken apart: JSON, or a form with a JSON part and files.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Query};
use axum::http::{Request as HttpRequest, header};
use bytes::Bytes;
use serde_json::Value;

use super::Snowflake;
use super::form::Faults;
use super::refusal::{Reason, Refusal};

/// A file that came with a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Upload {
    /// The number in `files[n]`.
    pub(crate) number: Option<u64>,
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path's parts behind the version, decoded.
    pub(crate) path: Vec<String>,
    pub(crate) query: HashMap<String, String>,
    pub(crate) authorization: Option<String>,
    /// The body; null if there is none.
    pub(crate) body: Value,
    pub(crate) files: Vec<Upload>,
    /// What is wrong with the body, if it could not be read.
    pub(crate) unreadable: Option<Refusal>,
}

impl Request {
    /// Reads a request whose path is given without the version.
    pub(crate) async fn read(request: HttpRequest<Body>, path: &str) -> Self {
        let authorization = header_in(&request, header::AUTHORIZATION);
        let content_type = header_in(&request, header::CONTENT_TYPE);
        let is_form = content_type.is_some_and(|kind| kind.starts_with("multipart/form-data"));
        let method = request.method().to_string();
        let query = Query::try_from_uri(request.uri()).map(|Query(query)| query).unwrap_or_default();
        let read = if is_form { read_form(request).await } else { read_json(request).await };
        let (body, files, unreadable) = match read {
            Ok((body, files)) => (body, files, None),
            Err(refusal) => (Value::Null, Vec::new(), Some(refusal)),
        };
        let path = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        Self { method, path, query, authorization, body, files, unreadable }
    }

    pub(crate) fn written_path(&self) -> String {
        self.path.iter().map(|part| format!("/{part}")).collect()
    }
}

fn header_in(request: &HttpRequest<Body>, name: header::HeaderName) -> Option<String> {
    Some(request.headers().get(name)?.to_str().ok()?.to_owned())
}

type Read = Result<(Value, Vec<Upload>), Refusal>;

async fn read_json(request: HttpRequest<Body>) -> Read {
    let bytes = Bytes::from_request(request, &()).await.map_err(|_| Reason::TooLarge)?;
    if bytes.is_empty() {
        return Ok((Value::Null, Vec::new()));
    }
    let body = serde_json::from_slice(&bytes).map_err(|_| Reason::InvalidJson)?;
    Ok((body, Vec::new()))
}

async fn read_form(request: HttpRequest<Body>) -> Read {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Reason::InvalidJson)?;
    let (mut body, mut files) = (Value::Null, Vec::new());
    while let Some(field) = form.next_field().await.map_err(|_| Reason::InvalidJson)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|_| Reason::TooLarge)?;
        if name == "payload_json" {
            body = serde_json::from_slice(&bytes).map_err(|_| Reason::InvalidJson)?;
            continue;
        }
        let number = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')?.parse().ok());
        if number.is_none() {
            let mut faults = Faults::default();
            faults.add(&name, "UNKNOWN_FIELD", "A form has payload_json and files[n]");
            faults.refuse()?;
        }
        files.push(Upload { number, name: file.unwrap_or(name), content_type, bytes });
    }
    Ok((body, files))
}

/// An id in a path.
pub(crate) fn id_in(part: &str) -> Result<Snowflake, Refusal> {
    part.parse().map_err(|_| {
        let mut faults = Faults::default();
        faults.add("id", "NUMBER_TYPE_COERCE", format!("Value \"{part}\" is not snowflake."));
        faults.refuse().err().unwrap_or_else(|| Reason::NotFound.into())
    })
}

/// A part of a path with its percent signs resolved.
fn decoded(part: &str) -> String {
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
