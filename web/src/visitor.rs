//! Who looks at a page, as an extractor: whoever is not signed in is led to where one does that, and back.

use crate::principal::{client_of, identify};
use crate::{App, Problem};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use signalbox_core::account::{Caller, Peer, Scope};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use std::fmt::Write as _;

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The person.
    pub(crate) actor: Actor,
    /// How they have shown who they are.
    pub(crate) caller: Caller,
    /// From where.
    peer: Peer,
}

impl Visitor {
    /// Who it is, where what they have shown is good for managing too.
    ///
    /// # Errors
    /// When it is a token that is good for less.
    pub(crate) async fn for_managing(self, app: &App, asked: &str) -> Result<Actor, Refusal> {
        if self.caller.may(Scope::Manage) {
            return Ok(self.actor);
        }
        app.accounts.note_refusal(&self.caller, &self.peer, asked).await?;
        Err(Refusal::Forbidden("this token is not good for that: it needs the scope `manage`".to_owned()))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let client = client_of(parts);
        match identify(parts, &client, app).await {
            Ok(Some(caller)) if caller.may(Scope::Read) => {
                Ok(Self { actor: caller.actor.clone(), caller, peer: client.peer() })
            }
            Ok(Some(caller)) => {
                let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
                let asked = format!("{} {path}", parts.method);
                let noted = app.accounts.note_refusal(&caller, &client.peer(), &asked).await;
                noted.map_err(|refusal| Problem::from(refusal).into_response())?;
                let refusal =
                    Refusal::Forbidden("this token is not good for looking: it needs the scope `read`".to_owned());
                Err(Problem::from(refusal).into_response())
            }
            Ok(None) => Err(Redirect::to(&sign_in_page(parts)).into_response()),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

fn sign_in_page(parts: &Parts) -> String {
    let wanted = parts.uri.path_and_query().map_or("/", |wanted| wanted.as_str());
    let mut page = "/sign-in?next=".to_owned();
    for byte in wanted.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => page.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(page, "%{byte:02X}")),
        }
    }
    page
}

/// Where somebody who signed in wanted to go: a path of ours, never an address elsewhere.
pub(crate) fn local_path(next: &str) -> &str {
    // Pages fill what stands in braces with what a form holds.
    let elsewhere = !next.starts_with('/') || next.starts_with("//") || next.contains(['\\', '{', '}']);
    if elsewhere || next.chars().any(char::is_control) { "/" } else { next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_led_to_paths_of_ours_only() {
        for ours in ["/", "/tasks/abc?x=1", "/tasks#x"] {
            assert_eq!(local_path(ours), ours);
        }
        for elsewhere in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\n", "javascript:x", "/x?{password}"]
        {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere}");
        }
    }

    #[test]
    fn the_way_back_is_one_value_of_the_query() {
        let request = axum::http::Request::get("/tasks?open=true&x=%20").body(()).unwrap();
        assert_eq!(sign_in_page(&request.into_parts().0), "/sign-in?next=/tasks%3Fopen%3Dtrue%26x%3D%2520");
    }
}
