//! My account: who I am here, how I sign in, where I am signed in, and the tokens of my programs.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact};
use super::moment::when;
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use signalbox_core::account::{LinkedProvider, Me, Scope, SessionKind, SessionReport, TokenReport};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/account", get(show_account))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    me: Me,
    accounts: Vec<(String, Markup)>,
    providers: Vec<ProviderRow>,
    done: Option<&'static str>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    scopes: [Scope; 4],
}

struct ProviderRow {
    name: String,
    label: String,
    account: Option<Markup>,
}

/// What was done elsewhere, for which somebody was sent back here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

struct SessionRow {
    id: String,
    what: &'static str,
    provider: Option<String>,
    device: Markup,
    address: Option<String>,
    seen: Markup,
    current: bool,
}

struct TokenRow {
    id: String,
    name: Markup,
    scopes: String,
    used: Option<Markup>,
    expires: Option<Markup>,
}

async fn show_account(
    State(app): State<App>,
    Visitor { actor, caller, .. }: Visitor,
    Asked(Done { done }): Asked<Done>,
) -> Shown {
    let me = app.accounts.me(&caller).await?;
    let sessions = app.accounts.sessions(&caller).await?;
    let sessions = sessions.into_iter().map(|report| session(report, &me.providers)).collect();
    let tokens = app.accounts.tokens(&caller).await?.iter().map(token).collect();
    let elsewhere = me.person.accounts.iter().filter(|linked| linked.provider().is_none());
    let accounts = elsewhere.map(|linked| (linked.platform.clone(), exact(&linked.account))).collect();
    let providers = me.providers.iter().map(provider).collect();
    let done = told(&done);
    let frame = Frame::of(&app, &actor, Section::Nowhere, "My account").await?;
    page(&AccountPage { frame, me, accounts, providers, done, sessions, tokens, scopes: Scope::ALL })
}

fn told(done: &str) -> Option<&'static str> {
    match done {
        "linked" => Some("Linked. From now on you can sign in there, too."),
        "confirmed" => Some("You have shown who you are; that does for a quarter of an hour."),
        _ => None,
    }
}

fn provider(linked: &LinkedProvider) -> ProviderRow {
    ProviderRow {
        name: linked.button.name.clone(),
        label: linked.button.label.clone(),
        account: linked.account.as_deref().map(exact),
    }
}

fn session(session: SessionReport, providers: &[LinkedProvider]) -> SessionRow {
    let label = |name: &String| {
        let known = providers.iter().find(|one| one.button.name == *name);
        known.map_or_else(|| name.clone(), |one| one.button.label.clone())
    };
    SessionRow {
        provider: session.provider.as_ref().map(label),
        what: match session.kind {
            SessionKind::Browser => "Browser",
            SessionKind::Program => "Program",
        },
        device: exact(&device(session.device.as_deref().unwrap_or("unnamed"))),
        address: session.address,
        seen: when(session.seen_at),
        current: session.current,
        id: session.id,
    }
}

/// A browser's name as people know it. What programs call themselves is left as it is.
fn device(named: &str) -> String {
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| named.contains(mark)).map(|(_, name)| *name);
    // The order counts: most browsers call themselves Safari, too, and many Chrome.
    let browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    match (first(&browsers), first(&systems)) {
        (Some(browser), Some(system)) if named.starts_with("Mozilla/") => format!("{browser} on {system}"),
        _ => named.to_owned(),
    }
}

fn token(token: &TokenReport) -> TokenRow {
    let scopes: Vec<_> =
        Scope::ALL.into_iter().filter(|scope| token.scopes.permit(*scope)).map(Scope::as_str).collect();
    TokenRow {
        id: token.id.clone(),
        name: exact(&token.name),
        scopes: scopes.join(", "),
        used: token.used_at.map(when),
        expires: token.expires_at.map(when),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 \
                       Safari/537.36 Edg/141.0.0.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/18.5 Mobile/15E148 Safari/604.1";
        let named = [windows, phone, "curl/8.14", "Mozilla/5.0 (something else)"].map(device);
        assert_eq!(named, ["Edge on Windows", "Safari on iPhone", "curl/8.14", "Mozilla/5.0 (something else)"]);
    }
}
