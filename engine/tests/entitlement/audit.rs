//! Each kind of happening leaves exactly one entry in the audit log, and no secret with it.

use crate::automation::{hook, schedule, subscription};
use crate::house::House;
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{
    Caller, ChangePassword, ConfirmFactor, Denied, Exchange, MakeToken, Peer, Proof, ProveFactor, Scope, SignIn,
    Welcome,
};
use signalbox_core::approval::Saying;
use signalbox_core::audit::{AuditQuery, Entry, Kind};
use signalbox_core::command::{Manner, Markup, Plain, Slash};
use signalbox_core::desk::{Heard, Privacy, Said};
use signalbox_core::people::{Actor, Identity, Role};
use signalbox_core::port::{AddProject, ChangePerson, NewCredential, Refusal};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

const GOOD: &str = "seven purple lamps under the bridge";

/// Reads what was entered since it last looked.
struct Reader<'a> {
    house: &'a House,
    seen: AtomicU64,
}

impl<'a> Reader<'a> {
    fn of(house: &'a House) -> Self {
        Self { house, seen: AtomicU64::new(0) }
    }

    async fn all(&self) -> Vec<Entry> {
        let query = AuditQuery { after: Some(0), limit: 1000, ..AuditQuery::default() };
        self.house.hub.audit(&self.house.operator, query).await.unwrap().entries
    }

    /// Who did what to what, an entry each.
    async fn news(&self) -> Vec<String> {
        let seen = self.seen.load(Ordering::Relaxed);
        let news: Vec<_> = self.all().await.into_iter().filter(|entry| entry.number > seen).collect();
        self.seen.store(seen + news.len() as u64, Ordering::Relaxed);
        let line = |Entry { deed, .. }: &Entry| format!("{} {} {}", deed.who, deed.kind, deed.object);
        news.iter().map(line).collect()
    }

    /// That this is all that was entered.
    async fn reads(&self, expected: &[&str]) {
        assert_eq!(self.news().await, expected);
    }
}

fn peer() -> Peer {
    Peer { address: "192.0.2.7".parse().unwrap(), device: Some("a browser".to_owned()) }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn sign_in(name: &str, password: &str) -> SignIn {
    SignIn { name: name.to_owned(), password: secret(password), code: None }
}

fn proof(password: &str) -> ProveFactor {
    ProveFactor { password: Some(secret(password)), code: None }
}

fn words(id: &str, account: &str, text: &str) -> Heard {
    Heard {
        source: "telegram:1".to_owned(),
        id: id.to_owned(),
        place: format!("telegram:{account}").parse().unwrap(),
        parent: None,
        privacy: Privacy::Private,
        one_conversation: true,
        sender: Identity { platform: "telegram".to_owned(), account: account.to_owned() },
        at_most: None,
        manner: Manner { slash: Slash::Command, mentions: Vec::new(), plain: Plain::IsTask, markup: Markup::Beside },
        message: None,
        ground: None,
        about: None,
        what: Said::Words { text: text.to_owned(), answers: None, files: Vec::new(), missing: Vec::new() },
    }
}

#[tokio::test]
async fn each_change_leaves_one_entry() {
    let house = House::new().await;
    let log = Reader::of(&house);
    let by = "the local terminal";
    log.reads(&[&format!("{by} project.created project:alpha"), &format!("{by} project.created project:beta")]).await;
    let (hub, operator) = (&house.hub, &house.operator);
    let token = NewCredential::Token { user: "x".to_owned(), token: "ghp_sealed".to_owned() };
    let git = "https://git.example.org/gamma.git".to_owned();
    let gamma = AddProject { name: "gamma".to_owned(), git, policy: None, credential: Some(token) };
    hub.add_project(operator, gamma).await.unwrap();
    log.reads(&[&format!("{by} project.created project:gamma"), &format!("{by} secret.set project:gamma")]).await;
    let mara = house.person("mara", Role::Maintainer, "alpha").await;
    log.reads(&[&format!("{by} user.created user:mara")]).await;
    let change = ChangePerson { admin: Some(false), ..ChangePerson::default() };
    hub.change_person(operator, "mara", change).await.unwrap();
    log.reads(&[&format!("{by} user.changed user:mara")]).await;
    hub.make_link_code(operator, "mara").await.unwrap();
    log.reads(&[&format!("{by} link_code.created user:mara")]).await;
    let place = "telegram:-100".parse().unwrap();
    hub.bind(&mara, "alpha", &place).await.unwrap();
    log.reads(&["mara place.bound place:telegram:-100"]).await;
    hub.unbind(&mara, &place).await.unwrap();
    log.reads(&["mara place.unbound place:telegram:-100"]).await;
    hub.add_hook(&mara, hook("mara")).await.unwrap();
    log.reads(&["mara hook.created hook:ci"]).await;
    hub.rotate_hook(&mara, "ci").await.unwrap();
    log.reads(&["mara hook.rotated hook:ci"]).await;
    hub.remove_hook(&mara, "ci").await.unwrap();
    log.reads(&["mara hook.removed hook:ci"]).await;
    hub.add_schedule(&mara, schedule("mara")).await.unwrap();
    log.reads(&["mara schedule.created schedule:daily"]).await;
    hub.run_schedule(&mara, "daily").await.unwrap();
    log.reads(&["mara schedule.run schedule:daily"]).await;
    hub.remove_schedule(&mara, "daily").await.unwrap();
    log.reads(&["mara schedule.removed schedule:daily"]).await;
    hub.add_subscription(&mara, subscription("told")).await.unwrap();
    log.reads(&["mara subscription.created subscription:told"]).await;
    hub.rotate_subscription(&mara, "told").await.unwrap();
    log.reads(&["mara subscription.rotated subscription:told"]).await;
    hub.enable_subscription(&mara, "told").await.unwrap();
    log.reads(&["mara subscription.enabled subscription:told"]).await;
    hub.remove_subscription(&mara, "told").await.unwrap();
    log.reads(&["mara subscription.removed subscription:told"]).await;
    hub.remove_person(operator, "mara").await.unwrap();
    log.reads(&[&format!("{by} user.removed user:mara")]).await;
    is_sound(&house).await;
}

#[tokio::test]
async fn each_decision_and_each_word_to_a_task_leaves_one_entry() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let mara = house.person("mara", Role::Maintainer, "alpha").await;
    let chat = Actor { place: Some("telegram:7".parse().unwrap()), ..mara.clone() };
    let log = Reader::of(&house);
    log.news().await;
    let allowed = house.asks(&mia, false).await;
    house.says(&mia, &allowed, Saying::Allow).await.unwrap();
    let denied = house.asks(&mia, false).await;
    let why = Saying::Deny { reason: Some("it holds a secret: hunter2".to_owned()) };
    house.says(&chat, &denied, why).await.unwrap();
    house.says(&mara, &denied, Saying::Allow).await.unwrap();
    let decided = |who: &str, id: &signalbox_core::id::ApprovalId| format!("{who} approval.decided approval:{id}");
    log.reads(&[&decided("mia", &allowed.id), &decided("mara", &denied.id)]).await;
    let entries = log.all().await;
    let told = &entries[entries.len() - 1].deed;
    assert_eq!((told.from.as_deref(), told.detail["answer"].as_str()), (Some("telegram:7"), "deny"));
    let (task, _) = house.submits(&mia).await.unwrap();
    log.reads(&[]).await;
    house.hub.stop(&mia, task.as_str()).await.unwrap();
    log.reads(&[&format!("mia task.stopped task:{task}")]).await;
    assert!(matches!(house.hub.stop(&mia, task.as_str()).await, Err(Refusal::Conflict(_))));
    log.reads(&[]).await;
    house.hub.retry(&mara, task.as_str()).await.unwrap();
    log.reads(&[&format!("mara task.retried task:{task}")]).await;
    house.hub.stop(&mia, task.as_str()).await.unwrap();
    house.hub.discard(&mia, task.as_str()).await.unwrap();
    log.reads(&[&format!("mia task.stopped task:{task}"), &format!("mia task.discarded task:{task}")]).await;
    is_sound(&house).await;
}

#[tokio::test]
async fn each_refusal_leaves_one_entry_and_a_list_none() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let vic = house.person("vic", Role::Viewer, "alpha").await;
    let bea = house.person("bea", Role::Owner, "beta").await;
    let approval = house.asks(&mia, false).await;
    house.hub.add_hook(&house.operator, hook("mia")).await.unwrap();
    let log = Reader::of(&house);
    log.news().await;
    house.says(&vic, &approval, Saying::Allow).await.unwrap_err();
    log.reads(&[&format!("vic request.refused approval:{}", approval.id)]).await;
    house.submits(&vic).await.unwrap_err();
    log.reads(&["vic request.refused project:alpha"]).await;
    house.hub.stop(&vic, approval.task.as_str()).await.unwrap_err();
    log.reads(&[&format!("vic request.refused task:{}", approval.task)]).await;
    house.hub.task(&bea, approval.task.as_str()).await.unwrap_err();
    log.reads(&[&format!("bea request.refused task:{}", approval.task)]).await;
    house.hub.remove_hook(&bea, "ci").await.unwrap_err();
    log.reads(&["bea request.refused hook:ci"]).await;
    house.hub.people(&mia).await.unwrap_err();
    log.reads(&["mia request.refused hub:people"]).await;
    house.hub.audit(&mia, AuditQuery::default()).await.unwrap_err();
    house.hub.audit_head(&mia).await.unwrap_err();
    house.hub.verify_audit(&mia, None).await.unwrap_err();
    log.reads(&["mia request.refused hub:audit"; 3]).await;
    house.engine.accounts().invite(&mia, "vic").await.unwrap_err();
    log.reads(&["mia request.refused user:vic"]).await;
    house.hub.stop(&vic, "nothing").await.unwrap_err();
    house.hub.hooks(&bea).await.unwrap();
    house.hub.approvals(&bea).await.unwrap();
    log.reads(&[]).await;
    let entries = log.all().await;
    let why = |entry: &Entry| entry.deed.detail.get("why").cloned().unwrap_or_default();
    assert!(entries.iter().any(|entry| why(entry) == "hidden"));
    assert!(entries.iter().any(|entry| why(entry).contains("leaves this decision to others")));
    is_sound(&house).await;
}

#[tokio::test]
async fn each_way_to_show_who_one_is_leaves_one_entry() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let accounts = house.engine.accounts();
    let log = Reader::of(&house);
    log.news().await;
    let invitation = accounts.invite(&house.operator, "mia").await.unwrap();
    log.reads(&["the local terminal invitation.created user:mia"]).await;
    let welcome = |code: &str| Welcome { code: secret(code), name: None, password: secret(GOOD) };
    let opened = accounts.welcome(&peer(), welcome(&invitation.code)).await.unwrap();
    let session = accounts.by_session(opened.token.expose_secret()).await.unwrap().unwrap();
    let Proof::Session { id, .. } = &session.proof else { panic!("{session:?}") };
    log.reads(&["mia invitation.accepted user:mia", &format!("mia session.created session:{id}")]).await;
    assert_eq!(accounts.welcome(&peer(), welcome(&invitation.code)).await.unwrap_err(), Denied::Wrong);
    log.reads(&["somebody unknown invitation.refused invitation:?"]).await;
    accounts.sign_in(&peer(), sign_in("mia", "wrong wrong wrong")).await.unwrap_err();
    accounts.sign_in(&peer(), sign_in(GOOD, "typed where the name belongs")).await.unwrap_err();
    log.reads(&["somebody unknown session.refused user:mia", "somebody unknown session.refused user:?"]).await;
    let change = ChangePassword { old: Some(secret(GOOD)), new: secret("eight purple lamps under the bridge") };
    accounts.change_password(&session, &peer(), change).await.unwrap();
    log.reads(&["mia password.changed user:mia"]).await;
    accounts.own_link_code(&session).await.unwrap();
    log.reads(&["mia link_code.created user:mia"]).await;
    accounts.begin_factor(&session, &peer(), ProveFactor::default()).await.unwrap();
    accounts.confirm_factor(&session, &peer(), ConfirmFactor { code: secret("none") }).await.unwrap_err();
    accounts.remove_factor(&session, &peer(), proof("wrong wrong wrong")).await.unwrap_err();
    log.reads(&["mia proof.refused user:mia"; 2]).await;
    accounts.remove_factor(&session, &peer(), proof("eight purple lamps under the bridge")).await.unwrap();
    log.reads(&["mia factor.removed user:mia"]).await;
    let wanted = MakeToken { name: "ci".to_owned(), scopes: vec![Scope::Read].into(), days: None, password: None };
    let made = accounts.make_token(&session, &peer(), wanted).await.unwrap();
    log.reads(&[&format!("mia token.created token:{}", made.report.id)]).await;
    programs(&house, &log, &made.token).await;
    accounts.revoke_token(&session, &made.report.id).await.unwrap();
    log.reads(&[&format!("mia token.revoked token:{}", made.report.id)]).await;
    accounts.note_refusal(&session, &peer(), "GET /api/v1/faults").await.unwrap();
    log.reads(&["mia request.refused GET /api/v1/faults"]).await;
    accounts.end_other_sessions(&session).await.unwrap();
    accounts.sign_out(&session).await.unwrap();
    log.reads(&["mia session.ended user:mia", &format!("mia session.ended session:{id}")]).await;
    accounts.sign_out(&session).await.unwrap_err();
    log.reads(&[]).await;
    let text = serde_json::to_string(&log.all().await).unwrap();
    for secret in [GOOD, "lamps", &invitation.code, opened.token.expose_secret(), &made.token, "typed where"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
    assert!(text.contains("192.0.2.7") && text.contains("a browser"));
    drop(mia);
    is_sound(&house).await;
}

async fn programs(house: &House, log: &Reader<'_>, token: &str) {
    let accounts = house.engine.accounts();
    let by_token = |token: &str| Exchange::Token { token: secret(token), scopes: None };
    let pair = accounts.exchange(&peer(), by_token(token)).await.unwrap();
    let caller: Caller = accounts.by_bearer(&pair.access_token).await.unwrap().unwrap();
    let Proof::Access { family, .. } = &caller.proof else { panic!("{caller:?}") };
    log.reads(&[&format!("mia (by a token) token.exchanged session:{family}")]).await;
    accounts.exchange(&peer(), by_token("sbp_nobodys")).await.unwrap_err();
    log.reads(&["somebody unknown token.refused token:?"]).await;
    let refresh = || Exchange::Refresh { refresh_token: secret(&pair.refresh_token) };
    accounts.exchange(&peer(), refresh()).await.unwrap();
    log.reads(&[]).await;
    accounts.exchange(&peer(), refresh()).await.unwrap_err();
    log.reads(&[&format!("somebody unknown token.reused user:{}", caller.actor.user)]).await;
}

#[tokio::test]
async fn who_tries_too_often_is_entered_once_for_each_wait() {
    let house = House::new().await;
    house.person("mia", Role::Member, "alpha").await;
    let accounts = house.engine.accounts();
    let log = Reader::of(&house);
    log.news().await;
    for _ in 0..9 {
        accounts.sign_in(&peer(), sign_in("mia", "wrong wrong wrong")).await.unwrap_err();
    }
    let news = log.news().await;
    let refused = news.iter().filter(|line| line.contains("session.refused")).count();
    let throttled = news.iter().filter(|line| *line == "somebody unknown session.throttled user:mia").count();
    assert!(refused >= 6 && throttled >= 1 && refused + throttled == news.len() && news.len() < 9, "{news:?}");
    house.engine.stop().await;
}

#[tokio::test]
async fn an_account_elsewhere_is_linked_and_a_stranger_turned_away_with_one_entry() {
    let house = House::new().await;
    house.person("mia", Role::Member, "alpha").await;
    let code = house.hub.make_link_code(&house.operator, "mia").await.unwrap().code;
    let desk = house.engine.desk();
    let log = Reader::of(&house);
    log.news().await;
    for (id, text) in [("1", "let me in"), ("2", "please")] {
        receive(&house, words(id, "66", text)).await;
    }
    log.reads(&["telegram:66 sender.refused account:telegram:66"]).await;
    receive(&house, words("3", "7", &format!("/link {code}"))).await;
    log.reads(&["telegram:7 identity.linked account:telegram:7"]).await;
    receive(&house, words("4", "7", "/project alpha")).await;
    log.reads(&["mia place.bound place:telegram:7"]).await;
    assert!(desk.knows(&Identity { platform: "telegram".to_owned(), account: "7".to_owned() }).await.unwrap());
    let text = serde_json::to_string(&log.all().await).unwrap();
    assert!(!text.contains(&code) && !text.contains("let me in") && !text.contains("please"));
    is_sound(&house).await;
}

async fn receive(house: &House, heard: Heard) {
    let desk = house.engine.desk();
    let update =
        signalbox_core::desk::Update { source: heard.source.clone(), id: heard.id.clone(), raw: "{}".to_owned() };
    desk.receive(vec![update]).await.unwrap();
    desk.hear(heard).await.unwrap();
}

/// The chain holds, and nothing in it is a secret of those that these stories use.
async fn is_sound(house: &House) {
    let found = house.hub.verify_audit(&house.operator, None).await.unwrap();
    assert!(found.is_sound() && found.seals && found.entries > 0, "{found:?}");
    let entries = Reader::of(house).all().await;
    let text = serde_json::to_string(&entries).unwrap();
    for secret in ["ghp_sealed", "hunter2", "whsec_", "Mend the fence", "sbp_", "sbs_", "sbr_"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
    let kinds: BTreeSet<&str> = entries.iter().map(|entry| entry.deed.kind.as_str()).collect();
    assert!(kinds.iter().all(|kind| kind.parse::<Kind>().is_ok()));
}
