//! An answer that is no error: its status, its body, and the headers that belong to it.

use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::refusal::Refusal;
use super::request::Request;

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Nothing,
    Json(Value),
    /// Of this type.
    Text(&'static str, Vec<u8>),
}

/// An answer that is no error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(&'static str, String)>,
}

pub(crate) type Outcome = Result<Reply, Refusal>;

impl Reply {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, content: Content::Json(body), headers: Vec::new() }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    pub(crate) fn created(body: Value) -> Self {
        Self::new(201, body)
    }

    pub(crate) fn nothing() -> Self {
        Self { status: 204, content: Content::Nothing, headers: Vec::new() }
    }

    pub(crate) fn text(kind: &'static str, text: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, content: Content::Text(kind, text.into()), headers: Vec::new() }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The tag by which a later request can ask whether anything has changed.
    pub(crate) fn tag(&self) -> String {
        let bytes = match &self.content {
            Content::Nothing => Vec::new(),
            Content::Json(body) => body.to_string().into_bytes(),
            Content::Text(_, bytes) => bytes.clone(),
        };
        let digest = digest(&SHA256, &bytes);
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("W/\"{hex}\"")
    }
}

/// One page of a list, with links to the others.
///
/// # Errors
/// When the page that is asked for cannot be one.
pub(crate) fn page(request: &Request, base: &str, items: Vec<Value>) -> Outcome {
    page_within(request, base, items, Value::Array)
}

/// The same for a list that lies within an object.
///
/// # Errors
/// When the page that is asked for cannot be one.
pub(crate) fn page_within(
    request: &Request,
    base: &str,
    items: Vec<Value>,
    wrap: impl Fn(Vec<Value>) -> Value,
) -> Outcome {
    let asked = |name: &str, default: usize| match request.query.get(name) {
        Some(text) => text.parse().map_err(|_| Refusal::new(400, format!("Invalid {name} parameter"))),
        None => Ok(default),
    };
    let (size, page) = (asked("per_page", 30)?.clamp(1, 100), asked("page", 1)?.max(1));
    let last = items.len().div_ceil(size).max(1);
    let shown = items.into_iter().skip((page - 1) * size).take(size).collect();
    let reply = Reply::ok(wrap(shown));
    let link = |page: usize, rel: &str| format!("<{base}{}>; rel=\"{rel}\"", with_page(request, page));
    let mut links = Vec::new();
    if page > 1 {
        links.push(link(page - 1, "prev"));
    }
    if page < last {
        links.extend([link(page + 1, "next"), link(last, "last")]);
    }
    if page > 1 {
        links.push(link(1, "first"));
    }
    Ok(if links.is_empty() { reply } else { reply.with("link", links.join(", ")) })
}

fn with_page(request: &Request, page: usize) -> String {
    let others = request.written_query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page="));
    let page = format!("page={page}");
    let query: Vec<&str> = others.chain([page.as_str()]).collect();
    format!("{}?{}", request.written, query.join("&"))
}
