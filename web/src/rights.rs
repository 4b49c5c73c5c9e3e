//! What each route of the API needs. A route that is not listed here is refused to everybody: [`need_of`] is asked before each.
//!
//! This is about what somebody has shown, and what their token is for. What the person themselves may do is for the engine to
//! say; `docs/rights.md` lists both, as tests found them.

use axum::http::Method;
use signalbox_core::account::Scope;

/// What a route needs of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The other end of the hub's own socket: nobody from the network.
    Socket,
    /// A person, or a token for this kind of deed.
    Scope(Scope),
    /// A person who has signed in with a browser; no token will do.
    Presence,
    /// Anything that shows who asks.
    AnyProof,
}

const READ: Need = Need::Scope(Scope::Read);
const WORK: Need = Need::Scope(Scope::Work);
const DECIDE: Need = Need::Scope(Scope::Decide);
const MANAGE: Need = Need::Scope(Scope::Manage);

/// Each route with its methods.
const NEEDS: &[(&str, &[(Method, Need)])] = &[
    ("/api/v1/approvals", &[(Method::GET, READ)]),
    ("/api/v1/approvals/{approval}", &[(Method::GET, READ)]),
    ("/api/v1/approvals/{approval}/decision", &[(Method::POST, DECIDE)]),
    ("/api/v1/audit", &[(Method::GET, MANAGE)]),
    ("/api/v1/audit/head", &[(Method::GET, MANAGE)]),
    ("/api/v1/audit/verification", &[(Method::GET, MANAGE)]),
    ("/api/v1/deliveries", &[(Method::GET, MANAGE)]),
    ("/api/v1/deliveries/{delivery}", &[(Method::GET, MANAGE)]),
    ("/api/v1/deliveries/{delivery}/again", &[(Method::POST, MANAGE)]),
    ("/api/v1/deliveries/{delivery}/receipt", &[(Method::POST, Need::Socket)]),
    ("/api/v1/faults", &[(Method::GET, MANAGE)]),
    ("/api/v1/files", &[(Method::POST, WORK)]),
    ("/api/v1/grants/{grant}", &[(Method::DELETE, DECIDE)]),
    ("/api/v1/hooks", &[(Method::GET, MANAGE), (Method::POST, MANAGE)]),
    ("/api/v1/hooks/{hook}", &[(Method::DELETE, MANAGE)]),
    ("/api/v1/hooks/{hook}/secret", &[(Method::POST, MANAGE)]),
    ("/api/v1/hooks/{hook}/trial", &[(Method::POST, MANAGE)]),
    ("/api/v1/hub", &[(Method::GET, READ)]),
    ("/api/v1/live", &[(Method::GET, READ)]),
    ("/api/v1/me", &[(Method::GET, READ)]),
    ("/api/v1/me/link-code", &[(Method::POST, Need::Presence)]),
    ("/api/v1/me/password", &[(Method::PUT, Need::Presence)]),
    ("/api/v1/me/providers/{provider}", &[(Method::POST, Need::Presence), (Method::DELETE, Need::Presence)]),
    ("/api/v1/me/providers/{provider}/confirmation", &[(Method::POST, Need::Presence)]),
    (
        "/api/v1/me/second-factor",
        &[(Method::POST, Need::Presence), (Method::PUT, Need::Presence), (Method::DELETE, Need::Presence)],
    ),
    ("/api/v1/me/sessions", &[(Method::GET, Need::Presence), (Method::DELETE, Need::Presence)]),
    ("/api/v1/me/sessions/{session}", &[(Method::DELETE, Need::Presence)]),
    ("/api/v1/me/tokens", &[(Method::GET, Need::Presence), (Method::POST, Need::Presence)]),
    ("/api/v1/me/tokens/{token}", &[(Method::DELETE, Need::Presence)]),
    ("/api/v1/openapi.json", &[(Method::GET, Need::AnyProof)]),
    ("/api/v1/places", &[(Method::GET, MANAGE)]),
    ("/api/v1/places/{place}", &[(Method::DELETE, MANAGE)]),
    ("/api/v1/places/{place}/again", &[(Method::POST, MANAGE)]),
    ("/api/v1/places/{place}/deliveries", &[(Method::GET, Need::Socket)]),
    ("/api/v1/projects", &[(Method::GET, READ), (Method::POST, MANAGE)]),
    ("/api/v1/projects/{project}", &[(Method::GET, READ), (Method::PATCH, MANAGE)]),
    ("/api/v1/projects/{project}/credential", &[(Method::PUT, MANAGE), (Method::DELETE, MANAGE)]),
    ("/api/v1/projects/{project}/grants", &[(Method::GET, READ)]),
    ("/api/v1/projects/{project}/places", &[(Method::GET, MANAGE), (Method::POST, MANAGE)]),
    ("/api/v1/projects/{project}/policy/trial", &[(Method::POST, MANAGE)]),
    ("/api/v1/schedules", &[(Method::GET, MANAGE), (Method::POST, MANAGE)]),
    ("/api/v1/schedules/{schedule}", &[(Method::DELETE, MANAGE)]),
    ("/api/v1/schedules/{schedule}/run", &[(Method::POST, MANAGE)]),
    ("/api/v1/session", &[(Method::DELETE, Need::AnyProof)]),
    ("/api/v1/subscriptions", &[(Method::GET, MANAGE), (Method::POST, MANAGE)]),
    ("/api/v1/subscriptions/{subscription}", &[(Method::DELETE, MANAGE)]),
    ("/api/v1/subscriptions/{subscription}/enable", &[(Method::POST, MANAGE)]),
    ("/api/v1/subscriptions/{subscription}/secret", &[(Method::POST, MANAGE)]),
    ("/api/v1/subscriptions/{subscription}/trial", &[(Method::POST, MANAGE)]),
    ("/api/v1/tasks", &[(Method::GET, READ), (Method::POST, WORK)]),
    ("/api/v1/tasks/{task}", &[(Method::GET, READ)]),
    ("/api/v1/tasks/{task}/diff", &[(Method::GET, READ)]),
    ("/api/v1/tasks/{task}/discard", &[(Method::POST, WORK)]),
    ("/api/v1/tasks/{task}/events", &[(Method::GET, READ)]),
    ("/api/v1/tasks/{task}/push", &[(Method::POST, WORK)]),
    ("/api/v1/tasks/{task}/retry", &[(Method::POST, WORK)]),
    ("/api/v1/tasks/{task}/stop", &[(Method::POST, WORK)]),
    ("/api/v1/updates", &[(Method::GET, MANAGE)]),
    ("/api/v1/updates/{source}/{update}", &[(Method::GET, MANAGE)]),
    ("/api/v1/updates/{source}/{update}/again", &[(Method::POST, MANAGE)]),
    ("/api/v1/users", &[(Method::GET, MANAGE), (Method::POST, MANAGE)]),
    ("/api/v1/users/{person}", &[(Method::PATCH, MANAGE), (Method::DELETE, MANAGE)]),
    ("/api/v1/users/{person}/invitation", &[(Method::POST, Need::Presence)]),
    ("/api/v1/users/{person}/link-code", &[(Method::POST, MANAGE)]),
];

/// Those by which somebody shows who they are, and which need nothing before.
pub(crate) const OPEN: &[(&str, Method)] = &[
    ("/api/v1/session", Method::POST),
    ("/api/v1/session/code", Method::POST),
    ("/api/v1/session/visit", Method::POST),
    ("/api/v1/token", Method::POST),
    ("/api/v1/welcome", Method::POST),
    ("/api/v1/welcome/visit", Method::POST),
];

/// One method of one route, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The method.
    pub method: Method,
    /// The route, with names in braces.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
}

/// Every route that needs something, in order.
pub fn all() -> Vec<Listed> {
    let of = |(path, methods): &(&'static str, &'static [(Method, Need)])| {
        let path = *path;
        methods.iter().map(move |(method, need)| Listed { method: method.clone(), path, need: *need })
    };
    NEEDS.iter().flat_map(of).collect()
}

/// What a route needs; none where it is not listed.
pub(crate) fn need_of(method: &Method, path: &str) -> Option<Need> {
    let (_, methods) = NEEDS.iter().find(|(route, _)| *route == path)?;
    // A HEAD is a GET that keeps its body to itself.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    methods.iter().find(|(known, _)| known == method).map(|(_, need)| *need)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::extract::Request;
    use std::collections::BTreeSet;
    use tower::ServiceExt as _;

    const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

    /// The paths of a router, as it shows itself to whoever mends it.
    fn paths(shown: &str) -> BTreeSet<String> {
        let begins = shown.split('"').filter(|part| part.starts_with("/api/"));
        begins.map(str::to_owned).collect()
    }

    /// Whether a route takes a method: it answers anything but that it does not.
    async fn takes(path: &str, method: &Method) -> bool {
        let router = crate::api::routes().with_state(crate::tests::app(&[]));
        let concrete: String = path.replace(['{', '}'], "");
        let request = Request::builder().method(method).uri(concrete).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap().status() != axum::http::StatusCode::METHOD_NOT_ALLOWED
    }

    #[tokio::test]
    async fn every_route_is_listed_with_what_it_needs_and_none_else() {
        let routes = paths(&format!("{:?}", crate::api::routes()));
        assert!(routes.len() > 30, "{routes:?}");
        let mut real = BTreeSet::new();
        for path in &routes {
            for method in METHODS {
                if takes(path, &method).await {
                    real.insert((path.clone(), method.to_string()));
                }
            }
        }
        let listed = NEEDS.iter().flat_map(|(path, methods)| methods.iter().map(move |(method, _)| (*path, method)));
        let listed = listed.chain(OPEN.iter().map(|(path, method)| (*path, method)));
        let listed: BTreeSet<_> = listed.map(|(path, method)| (path.to_owned(), method.to_string())).collect();
        let unlisted: Vec<_> = real.difference(&listed).collect();
        let gone: Vec<_> = listed.difference(&real).collect();
        assert!(unlisted.is_empty(), "say in rights.rs what these need: {unlisted:?}");
        assert!(gone.is_empty(), "these are listed in rights.rs, but are no routes: {gone:?}");
    }

    #[test]
    fn what_is_not_listed_needs_what_nobody_has() {
        assert_eq!(need_of(&Method::GET, "/api/v1/unheard"), None);
        assert_eq!(need_of(&Method::DELETE, "/api/v1/tasks"), None);
        assert_eq!(need_of(&Method::HEAD, "/api/v1/tasks"), Some(READ));
    }
}
