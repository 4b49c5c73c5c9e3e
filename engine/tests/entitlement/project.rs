//! Looking after a project: who may, that nobody's change is lost, that a credential goes nowhere else, and that each change and
//! refusal is entered.

use crate::house::House;
use crate::{is_forbidden, is_missing};
use serde_json::json;
use signalbox_core::approval::Saying;
use signalbox_core::audit::AuditQuery;
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::GrantId;
use signalbox_core::people::{Actor, Role};
use signalbox_core::policy::Decision;
use signalbox_core::port::{AddUser, Decide, NewCredential, Refusal};
use signalbox_core::project::{ChangeProject, CredentialKind, ProjectDetail, TrialMode, TryPolicy};

const MAKE: &str = "version = 1\n[[commands]]\nprogram = \"make\"\noperands = \"any\"\n";

fn policy(text: &str) -> ChangeProject {
    ChangeProject { policy: Some(Some(text.to_owned())), git: None }
}

fn git(address: &str) -> ChangeProject {
    ChangeProject { git: Some(address.to_owned()), policy: None }
}

fn token() -> NewCredential {
    NewCredential::Token { user: "x".to_owned(), token: "purple-lamp".to_owned() }
}

fn tried(command: &str) -> TryPolicy {
    let (tool, input) = ("Bash".to_owned(), json!({ "command": command }));
    TryPolicy { policy: None, tool, input, cwd: None, requester: None, mode: TrialMode::Work }
}

async fn seen(house: &House) -> ProjectDetail {
    house.hub.project(&house.operator, "alpha").await.unwrap()
}

async fn changes(house: &House, who: &Actor, change: ChangeProject) -> Result<ProjectDetail, Refusal> {
    let version = seen(house).await.version();
    house.hub.change_project(who, "alpha", change, Some(&version)).await
}

/// A yes of this person's for the conversation, and its id.
async fn remembers(house: &House, who: &Actor) -> GrantId {
    let approval = house.asks(who, false).await;
    let (id, span) = (approval.id.to_string(), GrantSpan::Conversation);
    house.hub.decide(who, Decide { approval: id, saying: Saying::Allow, span }).await.unwrap();
    house.hub.grants_of(who, "alpha").await.unwrap()[0].id.clone()
}

#[tokio::test]
async fn only_those_who_keep_a_project_change_it_and_those_outside_learn_nothing() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let maintainer = house.person("meg", Role::Maintainer, "alpha").await;
    for (person, sees, keeps) in [
        (house.nobody().await, false, false),
        (house.person("bea", Role::Owner, "beta").await, false, false),
        (house.person("vic", Role::Viewer, "alpha").await, true, false),
        (mia.clone(), true, false),
        (maintainer, true, true),
        (house.person("olga", Role::Owner, "alpha").await, true, true),
        (house.operator.clone(), true, true),
    ] {
        let name = person.name.clone();
        let grant = remembers(&house, &mia).await;
        let fits = |outcome: Result<(), Refusal>, may: bool| match (sees, may) {
            (false, _) => assert!(is_missing(&outcome), "{name}: {outcome:?}"),
            (true, false) => assert!(is_forbidden(&outcome), "{name}: {outcome:?}"),
            (true, true) => assert!(outcome.is_ok(), "{name}: {outcome:?}"),
        };
        fits(house.hub.project(&person, "alpha").await.map(drop), true);
        fits(house.hub.grants_of(&person, "alpha").await.map(drop), true);
        fits(house.hub.places_of(&person, "alpha").await.map(drop), keeps);
        fits(house.hub.try_policy(&person, "alpha", tried("ls")).await.map(drop), keeps);
        fits(changes(&house, &person, policy(MAKE)).await.map(drop), keeps);
        fits(changes(&house, &person, git("https://git.example.org/other.git")).await.map(drop), person.admin);
        fits(house.hub.set_credential(&person, "alpha", token()).await.map(drop), keeps);
        fits(house.hub.remove_credential(&person, "alpha").await, keeps);
        fits(house.hub.revoke_grant(&person, &grant).await, keeps || name == "mia");
    }
    house.engine.stop().await;
}

#[tokio::test]
async fn of_two_who_saw_the_same_the_second_changes_nothing() {
    let house = House::new().await;
    let first = seen(&house).await;
    let change = |version: Option<String>, text: &'static str| {
        let (hub, who) = (house.hub.clone(), house.operator.clone());
        async move { hub.change_project(&who, "alpha", policy(text), version.as_deref()).await }
    };
    assert!(matches!(change(None, MAKE).await, Err(Refusal::Conflict(_))), "nothing was seen");
    let (one, two) =
        tokio::join!(change(Some(first.version()), MAKE), change(Some(first.version()), "version = 1\n# two\n"));
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|done| **done).count(), 1, "{one:?} {two:?}");
    assert!([one, two].iter().any(|done| matches!(done, Err(Refusal::Conflict(_)))));
    let Err(Refusal::Invalid(why)) = changes(&house, &house.operator, policy("version = 1\n[limit]\n")).await else {
        panic!("a policy with a fault is taken");
    };
    assert!(why.contains("line 2"), "{why}");
    let none = ChangeProject { policy: Some(None), git: None };
    assert_eq!(changes(&house, &house.operator, none).await.unwrap().project.policy, None);
    house.engine.stop().await;
}

#[tokio::test]
async fn a_credential_is_told_of_and_never_told_nor_shown_to_another_server() {
    let house = House::new().await;
    let operator = &house.operator;
    assert_eq!(seen(&house).await.credential, None);
    let report = house.hub.set_credential(operator, "alpha", token()).await.unwrap();
    assert_eq!(report.kind, CredentialKind::Token);
    let key = NewCredential::SshKey { private_key: "k".to_owned(), known_hosts: "h".to_owned() };
    assert!(matches!(house.hub.set_credential(operator, "alpha", key).await, Err(Refusal::Invalid(_))));
    let moved = changes(&house, operator, git("https://git.example.org/moved.git")).await.unwrap();
    assert_eq!(moved.credential, Some(report), "it is the same server's");
    let elsewhere = changes(&house, operator, git("https://git.example.net/moved.git")).await.unwrap();
    assert_eq!(elsewhere.credential, None);
    assert!(is_missing(&house.hub.remove_credential(operator, "alpha").await));
    house.hub.set_credential(operator, "alpha", token()).await.unwrap();
    house.hub.remove_credential(operator, "alpha").await.unwrap();
    let told = format!("{:?}", house.hub.project(operator, "alpha").await.unwrap());
    assert!(!told.contains("purple-lamp"));
    house.engine.stop().await;
}

#[tokio::test]
async fn a_trial_says_what_the_gate_would_and_who_would_be_asked() {
    let house = House::new().await;
    let meg = house.person("meg", Role::Maintainer, "alpha").await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let add = |name: &str, admin| {
        let (name, project) = (name.to_owned(), Some("alpha".to_owned()));
        AddUser { name, role: Role::Viewer, project, admin, identities: Vec::new() }
    };
    house.hub.add_user(&house.operator, add("root", true)).await.unwrap();
    house.hub.add_user(&house.operator, add("vic", false)).await.unwrap();
    let trial = |what: TryPolicy| {
        let (hub, meg) = (house.hub.clone(), meg.clone());
        async move { hub.try_policy(&meg, "alpha", what).await.unwrap() }
    };
    let asked = trial(TryPolicy { requester: Some("mia".to_owned()), ..tried("make") }).await;
    assert_eq!(asked.verdict.unwrap().decision, Decision::Ask);
    assert_eq!(asked.approvers.unwrap().people, ["meg", "mia", "operator", "root"]);
    assert_eq!(asked.covers.as_deref(), Some("run `make`"));
    let draft = TryPolicy { policy: Some(Some(MAKE.to_owned())), ..tried("make") };
    let allowed = trial(draft.clone()).await;
    assert_eq!(allowed.verdict.unwrap().decision, Decision::Allow);
    assert_eq!((allowed.approvers, seen(&house).await.project.policy == draft.policy.unwrap()), (None, false));
    let faulty = trial(TryPolicy { policy: Some(Some("version = 2".to_owned())), ..tried("make") }).await;
    assert_eq!((faulty.faults[0].line, faulty.verdict), (1, None));
    let stranger = TryPolicy { requester: Some("vic".to_owned()), ..tried("make") };
    assert!(matches!(house.hub.try_policy(&meg, "alpha", stranger).await, Err(Refusal::Invalid(_))));
    let grant = remembers(&house, &mia).await;
    let covered = trial(tried("make")).await;
    assert_eq!(covered.verdict.unwrap().decision, Decision::Ask, "another conversation's yes does not hold here");
    assert_eq!(covered.grants.iter().map(|grant| &grant.id).collect::<Vec<_>>(), [&grant]);
    assert_eq!(trial(tried("ls")).await.grants, []);
    house.engine.stop().await;
}

#[tokio::test]
async fn each_change_and_each_refusal_is_entered_without_the_secret() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let before = house.hub.audit_head(&house.operator).await.unwrap().number;
    let grant = remembers(&house, &mia).await;
    changes(&house, &house.operator, policy(MAKE)).await.unwrap();
    house.hub.set_credential(&house.operator, "alpha", token()).await.unwrap();
    house.hub.remove_credential(&house.operator, "alpha").await.unwrap();
    house.hub.revoke_grant(&mia, &grant).await.unwrap();
    assert!(is_missing(&house.hub.revoke_grant(&mia, &grant).await));
    changes(&house, &mia, policy(MAKE)).await.unwrap_err();
    house.hub.set_credential(&mia, "alpha", token()).await.unwrap_err();
    house.hub.try_policy(&mia, "alpha", tried("ls")).await.unwrap_err();
    let query = AuditQuery { after: Some(before), limit: 100, ..AuditQuery::default() };
    let entries = house.hub.audit(&house.operator, query).await.unwrap().entries;
    let told: Vec<String> = entries.iter().map(|entry| format!("{} {}", entry.deed.who, entry.deed.kind)).collect();
    let terminal = |what: &str| format!("the local terminal {what}");
    assert_eq!(
        told,
        [
            "mia approval.decided".to_owned(),
            terminal("project.changed"),
            terminal("secret.set"),
            terminal("secret.removed"),
            "mia grant.revoked".to_owned(),
            "mia request.refused".to_owned(),
            "mia request.refused".to_owned(),
            "mia request.refused".to_owned(),
        ]
    );
    assert!(!serde_json::to_string(&entries).unwrap().contains("purple-lamp"));
    assert!(entries[1].deed.detail["policy"].starts_with("sha256:"));
    house.engine.stop().await;
}
