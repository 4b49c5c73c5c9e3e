//! Reads a request's parameters in all the ways in which the API takes them: query, form, JSON, parts with files.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Query};
use axum::http::{Method, Request, Uri, header};
use bytes::{Bytes, BytesMut};
use serde_json::{Map, Value};

use super::params::Upload;
use super::refusal::Refusal;

/// Bodies that are too large are still read up to here: who is cut off while writing does not read the refusal.
const MOST_READ: usize = 256 << 20;
/// What is no file is not longer.
const LONGEST_VALUE: usize = 1 << 20;

/// Parameters as they came.
#[derive(Debug, Default)]
pub(crate) struct Raw {
    pub(crate) values: Map<String, Value>,
    pub(crate) files: BTreeMap<String, Upload>,
    /// Whether the values have types: those of JSON have, all others are text.
    pub(crate) typed: bool,
}

/// Reads query and body.
pub(crate) async fn read(request: Request<Body>, largest: usize) -> Result<Raw, Refusal> {
    let mut raw = Raw::default();
    add_pairs(&mut raw, request.uri())?;
    if request.method() == Method::GET {
        return Ok(raw);
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        add_parts(&mut raw, request, largest).await?;
        return Ok(raw);
    }
    let form = kind.starts_with("application/x-www-form-urlencoded");
    let body = axum::body::to_bytes(request.into_body(), MOST_READ).await.map_err(|_| Refusal::too_large())?;
    if form {
        let query = String::from_utf8_lossy(&body);
        let uri = format!("/?{query}").parse().map_err(|_| Refusal::bad("the form cannot be read"))?;
        add_pairs(&mut raw, &uri)?;
    } else if !body.is_empty() {
        add_json(&mut raw, &body)?;
    }
    Ok(raw)
}

fn add_pairs(raw: &mut Raw, uri: &Uri) -> Result<(), Refusal> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let Query(pairs) = pairs.map_err(|_| Refusal::bad("the query cannot be read"))?;
    raw.values.extend(pairs.into_iter().map(|(name, value)| (name, Value::String(value))));
    Ok(())
}

fn add_json(raw: &mut Raw, body: &Bytes) -> Result<(), Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(values)) => raw.values.extend(values),
        Ok(Value::Null) => {}
        _ => return Err(Refusal::bad("can't parse parameters JSON object")),
    }
    raw.typed = true;
    Ok(())
}

async fn add_parts(raw: &mut Raw, request: Request<Body>, largest: usize) -> Result<(), Refusal> {
    let broken = |_| Refusal::bad("the parts of the request cannot be read");
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Refusal::bad("no boundary"))?;
    let mut too_large = false;
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let mime = part.content_type().map(str::to_owned);
        let most = if file_name.is_some() { largest } else { LONGEST_VALUE };
        let Some(bytes) = whole(&mut part, most).await? else {
            too_large = true;
            continue;
        };
        if let Some(file_name) = file_name {
            let name_of_file = Some(file_name).filter(|name| !name.is_empty());
            raw.files.insert(name, Upload { name: name_of_file, mime, bytes });
        } else {
            let text = String::from_utf8(bytes.into()).map_err(|_| Refusal::bad("strings must be encoded in UTF-8"))?;
            raw.values.insert(name, Value::String(text));
        }
    }
    if too_large { Err(Refusal::too_large()) } else { Ok(()) }
}

/// A part's bytes; `None`, but read to its end, if it is too large.
async fn whole(part: &mut Field<'_>, largest: usize) -> Result<Option<Bytes>, Refusal> {
    let (mut bytes, mut length) = (BytesMut::new(), 0);
    while let Some(chunk) = part.chunk().await.map_err(|_| Refusal::bad("the request broke off"))? {
        length += chunk.len();
        if length <= largest {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((length <= largest).then(|| bytes.freeze()))
}
