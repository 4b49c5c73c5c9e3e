//! What every request from the network passes first, whoever asks: it must have come by a way that nobody can listen in on, under
//! our own name, and must not have been sent by somebody else's page. And what every answer carries.

use crate::client::{Client, Connection};
use crate::connection::Transport;
use crate::cookie::Cookie;
use crate::limits::{Limits, Whom};
use crate::{App, Problem};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use signalbox_core::port::Refusal;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

/// What pages may load, and from where: nothing but our own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// What pages may use of the device: nothing.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";

/// What the guard goes by.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) app: App,
    pub(crate) limits: Arc<Limits>,
}

/// Lets a request pass, or answers it with why not.
pub(crate) async fn guard(
    State(Guard { app, limits }): State<Guard>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let tls = request.extensions().get::<Transport>().is_some_and(|transport| transport.tls);
    let connection = Connection { peer: peer.ip().to_canonical(), tls };
    let judged = Client::of(&app.web, connection, request.headers());
    let judged = judged.and_then(|client| {
        limits.count(Whom::Address(client.address), Instant::now())?;
        same_origin(&client, &request).map(|()| client)
    });
    match judged {
        Ok(client) => {
            let https = client.https;
            request.extensions_mut().insert(client);
            request.extensions_mut().insert(limits);
            with_headers(next.run(request).await, https)
        }
        Err(problem) => problem.into_response(),
    }
}

/// A browser says from where a request was sent; a page of somebody else's may not change anything here, nor open a stream, in
/// the name of whoever looks at it.
fn same_origin(client: &Client, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    if is_harmless(request.method(), headers) {
        return Ok(());
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let origin = headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
    let own = match (site, origin) {
        (Some(site), _) if site != b"same-origin" && site != b"none" => false,
        (_, Some(origin)) => origin.eq_ignore_ascii_case(client.origin().as_bytes()),
        (Some(_), None) => true,
        // A browser says one or the other; what brings a browser's cookie without them is none that we know.
        (None, None) => Cookie::Session.brought(client, headers).is_none(),
    };
    let foreign = "this request was not sent by a page of this hub; if it was, set web.public_url to the address that your \
                   browser shows";
    if own { Ok(()) } else { Err(Problem::of(StatusCode::FORBIDDEN, Refusal::Forbidden(foreign.to_owned()))) }
}

fn is_harmless(method: &Method, headers: &HeaderMap) -> bool {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    reads && !headers.contains_key(header::UPGRADE)
}

/// What every answer carries, also to those whom the guard does not ask: monitors and platforms.
pub(crate) async fn headed(request: Request, next: Next) -> Response {
    let tls = request.extensions().get::<Transport>().is_some_and(|transport| transport.tls);
    with_headers(next.run(request).await, tls)
}

fn with_headers(mut response: Response, https: bool) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
