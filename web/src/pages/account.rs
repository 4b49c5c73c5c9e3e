//! My account: who I am here, how I sign in, where I am signed in, and the tokens of my programs.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact};
use super::moment::when;
use crate::App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use signalbox_core::account::{Me, Scope, SessionKind, SessionReport, TokenReport};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/account", get(show_account))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    me: Me,
    accounts: Vec<(String, Markup)>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    scopes: [Scope; 4],
}

struct SessionRow {
    id: String,
    what: &'static str,
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

async fn show_account(State(app): State<App>, Visitor { actor, caller, .. }: Visitor) -> Shown {
    let me = app.accounts.me(&caller).await?;
    let sessions = app.accounts.sessions(&caller).await?.into_iter().map(session).collect();
    let tokens = app.accounts.tokens(&caller).await?.iter().map(token).collect();
    let accounts = me.person.accounts.iter().map(|linked| (linked.platform.clone(), exact(&linked.account))).collect();
    let frame = Frame::of(&app, &actor, Section::Nowhere, "My account").await?;
    page(&AccountPage { frame, me, accounts, sessions, tokens, scopes: Scope::ALL })
}

fn session(session: SessionReport) -> SessionRow {
    SessionRow {
        what: match session.kind {
            SessionKind::Browser => "Browser",
            SessionKind::Program => "Program",
        },
        device: exact(session.device.as_deref().unwrap_or("unnamed")),
        address: session.address,
        seen: when(session.seen_at),
        current: session.current,
        id: session.id,
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
