//! What must never be, point 7: somebody unlinked, unentitled or outside a project learns anything about it or moves anything
//! in it. Tried at the port that every adapter uses, on a real store.

#![allow(clippy::unwrap_used)]

use secrecy::{SecretSlice, SecretString};
use serde_json::json;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context, Saying};
use signalbox_core::desk::Update;
use signalbox_core::event::{EventKind, Excerpt};
use signalbox_core::grant::GrantSpan;
use signalbox_core::hook::{AddHook, Told, TryHook};
use signalbox_core::id::{ConversationId, NodeId, TaskId, ToolUseId};
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::{AddProject, AddUser, Asking, Decide, Decided, Hub, Refusal, SubmitTask, TaskFilter};
use signalbox_core::schedule::{AddSchedule, Missed};
use signalbox_core::task::Limits;
use signalbox_core::tool::ToolCall;
use signalbox_engine::engine::{Components, Engine, Roles};
use signalbox_engine::fresh;
use signalbox_engine::gateway::{self, ConnectRules, Credential, Gateway, GatewaySettings, Upstream};
use signalbox_engine::git::Person;
use signalbox_engine::git::{Git, GitSettings};
use signalbox_engine::sandbox::{SandboxSettings, Sandboxes};
use signalbox_engine::settings::{
    ApprovalSettings, Author, CommitSettings, EngineSettings, QueueSettings, RetentionSettings, RunSettings,
};
use signalbox_engine::store::{Claim, MasterKey, NewUser, OpenApproval, Store, StoreSettings};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const POLICY: &str = "version = 1\n[approval]\nby = [\"requester\", \"maintainer\"]\nrequester_alone = false\n";

/// A hub without workers, with the project `alpha` and people of every standing.
struct House {
    _folder: TempDir,
    engine: Engine,
    hub: Arc<dyn Hub>,
    store: Store,
    operator: Actor,
}

impl House {
    async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let store = open_store(folder.path()).await;
        let operator = store.operator(fresh::now()).await.unwrap();
        let parts = components(folder.path(), store.clone()).await;
        let engine = Engine::start(parts, |_| Vec::new(), Roles { work: false, deliver: false }).await.unwrap();
        let house = Self { _folder: folder, hub: engine.hub(), engine, store, operator };
        for name in ["alpha", "beta"] {
            let git = format!("https://git.example.org/{name}.git");
            let project = AddProject { name: name.to_owned(), git, policy: Some(POLICY.to_owned()), credential: None };
            house.hub.add_project(&house.operator, project).await.unwrap();
        }
        house
    }

    async fn person(&self, name: &str, role: Role, project: &str) -> Actor {
        let (name, project) = (name.to_owned(), Some(project.to_owned()));
        let user = AddUser { name, role, project, admin: false, identities: Vec::new() };
        let id = self.hub.add_user(&self.operator, user).await.unwrap();
        self.store.actor(&id).await.unwrap().unwrap()
    }

    /// Somebody who is known to the hub and belongs to nothing.
    async fn nobody(&self) -> Actor {
        let (name, roles, identities) = ("ned".to_owned(), Vec::new(), Vec::new());
        let id = self.store.add_user(NewUser { name, email: None, admin: false, identities, roles, at: fresh::now() });
        self.store.actor(&id.await.unwrap()).await.unwrap().unwrap()
    }

    async fn submits(&self, who: &Actor) -> Result<(TaskId, ConversationId), Refusal> {
        let submitted = self.hub.submit(who, request(Some("alpha"), None)).await?;
        Ok((submitted.task, submitted.conversation))
    }

    /// An open approval of a running task that the person asked for.
    async fn asks(&self, requester: &Actor, dangerous: bool) -> Approval {
        let (task, _) = self.submits(requester).await.unwrap();
        let now = fresh::now();
        let claim = Claim { node: NodeId::new("one"), now, until: now + Duration::from_secs(600) };
        let lease = self.store.lease(&task, &claim).await.unwrap().unwrap();
        let task = self.store.task(&task).await.unwrap().unwrap();
        let call = ToolCall {
            id: ToolUseId::new("toolu_1"),
            tool: "Bash".to_owned(),
            input: json!({"command": "make"}),
            cwd: "/workspace".to_owned(),
            agent: None,
        };
        let approval = Approval {
            id: fresh::approval_id(),
            task: task.id,
            run: lease.run.clone(),
            conversation: task.conversation,
            project: task.project,
            requester: task.requester,
            kind: ApprovalKind::Tool,
            hash: call.hash(),
            call,
            request: "req_1".to_owned(),
            reason: "the policy asks".to_owned(),
            dangerous,
            may_have_run: false,
            votes_needed: 1,
            state: ApprovalState::Open,
            parked: false,
            decision: None,
            opened_at: now,
            expires_at: now + Duration::from_secs(600),
            context: Context::default(),
        };
        let opened = EventKind::ApprovalOpened {
            approval: approval.id.clone(),
            kind: approval.kind,
            tool: "Bash".to_owned(),
            input: Excerpt::beginning("make"),
            reason: approval.reason.clone(),
        };
        let opening = OpenApproval { approval: approval.clone(), events: vec![opened], deliveries: Vec::new() };
        let opened = self.store.open_approval(&lease, opening).await.unwrap();
        assert!(matches!(opened, signalbox_engine::store::Fenced::Applied(_)));
        approval
    }

    async fn says(&self, who: &Actor, approval: &Approval, saying: Saying) -> Result<Decided, Refusal> {
        let approval = approval.id.to_string();
        self.hub.decide(who, Decide { approval, saying, span: GrantSpan::Once }).await
    }

    /// How each of the ways to look at a task and its approval ends.
    async fn looks(&self, who: &Actor, approval: &Approval) -> Vec<Result<(), Refusal>> {
        let task = approval.task.as_str();
        let listed = TaskFilter { project: Some("alpha".to_owned()), ..TaskFilter::default() };
        vec![
            self.hub.task(who, task).await.map(drop),
            self.hub.task(who, &task[..6]).await.map(drop),
            self.hub.diff(who, task).await.map(drop),
            self.hub.follow(who, &approval.task, 0).await.map(drop),
            self.hub.approval(who, &approval.id).await.map(drop),
            self.hub.tasks(who, listed).await.map(drop),
        ]
    }
}

fn request(project: Option<&str>, conversation: Option<ConversationId>) -> SubmitTask {
    SubmitTask {
        source: "test".to_owned(),
        key: fresh::unique(),
        project: project.map(str::to_owned),
        conversation,
        place: "terminal:1".parse().unwrap(),
        prompt: "Mend the fence.".to_owned(),
        attachments: Vec::new(),
        model: None,
        priority: 0,
        not_before: None,
        limits: Limits::default(),
        asking: Asking::Ask,
        mode: None,
        message: None,
        goes_on: false,
        ground: None,
        about: None,
    }
}

fn deny() -> Saying {
    Saying::Deny { reason: None }
}

fn is_missing<T: std::fmt::Debug>(outcome: &Result<T, Refusal>) -> bool {
    matches!(outcome, Err(Refusal::NotFound(_)))
}

fn is_forbidden<T: std::fmt::Debug>(outcome: &Result<T, Refusal>) -> bool {
    matches!(outcome, Err(Refusal::Forbidden(_)))
}

#[tokio::test]
async fn somebody_outside_is_told_that_nothing_is_there() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let approval = house.asks(&mia, false).await;
    for stranger in [house.nobody().await, house.person("bea", Role::Owner, "beta").await] {
        let name = &stranger.name;
        for outcome in house.looks(&stranger, &approval).await {
            assert!(is_missing(&outcome), "{name}: {outcome:?}");
        }
        let task = approval.task.as_str();
        assert!(is_missing(&house.submits(&stranger).await), "{name} submits");
        let joined = house.hub.submit(&stranger, request(None, Some(approval.conversation.clone()))).await;
        assert!(is_missing(&joined), "{name} joins a conversation");
        assert!(is_missing(&house.hub.stop(&stranger, task).await), "{name} stops");
        assert!(is_missing(&house.hub.retry(&stranger, task).await), "{name} retries");
        let place = "telegram:7".parse().unwrap();
        assert!(is_missing(&house.hub.bind(&stranger, "alpha", &place).await), "{name} binds");
        for saying in [Saying::Allow, deny()] {
            assert!(is_missing(&house.says(&stranger, &approval, saying).await), "{name} decides");
        }
        assert_eq!(house.hub.approvals(&stranger).await.unwrap(), Vec::new(), "{name} lists approvals");
        assert_eq!(house.hub.tasks(&stranger, TaskFilter::default()).await.unwrap(), Vec::new(), "{name} lists tasks");
        let projects = house.hub.projects(&stranger).await.unwrap();
        assert!(projects.iter().all(|project| project.name != "alpha"), "{name} lists projects");
        same_words_as_for_nothing(&house, &stranger, &approval).await;
    }
    let untouched = house.store.approval(&approval.id).await.unwrap().unwrap();
    assert_eq!(untouched.state, ApprovalState::Open);
    house.engine.stop().await;
}

/// What is there and may not be seen is refused in the words for what is not there.
async fn same_words_as_for_nothing(house: &House, stranger: &Actor, approval: &Approval) {
    let there = house.hub.task(stranger, approval.task.as_str()).await.unwrap_err().to_string();
    let nothing = TaskId::from_entropy(42);
    let not_there = house.hub.task(stranger, nothing.as_str()).await.unwrap_err().to_string();
    assert_eq!(there.replace(approval.task.as_str(), "ID"), not_there.replace(nothing.as_str(), "ID"));
}

#[tokio::test]
async fn each_role_may_what_is_its_own_and_no_more() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    // Name, role, and whether they may submit, stop mia's task, say yes to a harmless and to a dangerous call of hers.
    let others = [
        ("vic", Role::Viewer, [false, false, false, false]),
        ("max", Role::Member, [true, false, false, false]),
        ("meg", Role::Maintainer, [true, true, true, true]),
        ("olga", Role::Owner, [true, true, true, true]),
    ];
    let mut people = vec![(mia.clone(), [true, true, true, false]), (house.operator.clone(), [true, true, true, true])];
    for (name, role, may) in others {
        people.push((house.person(name, role, "alpha").await, may));
    }
    for (person, [submits, stops, allows, allows_dangerous]) in people {
        let name = &person.name;
        let harmless = house.asks(&mia, false).await;
        for outcome in house.looks(&person, &harmless).await {
            assert!(outcome.is_ok(), "{name} may look: {outcome:?}");
        }
        let submitted = house.submits(&person).await;
        assert!(if submits { submitted.is_ok() } else { is_forbidden(&submitted) }, "{name} submits: {submitted:?}");
        let dangerous = house.asks(&mia, true).await;
        for (approval, may) in [(&harmless, allows), (&dangerous, allows_dangerous)] {
            let said = house.says(&person, approval, Saying::Allow).await;
            let applied = matches!(said, Ok(Decided::Applied { .. }));
            assert!(if may { applied } else { is_forbidden(&said) }, "{name} says yes: {said:?}");
        }
        let stopped = house.hub.stop(&person, harmless.task.as_str()).await;
        assert!(if stops { stopped.is_ok() } else { is_forbidden(&stopped) }, "{name} stops: {stopped:?}");
    }
    house.engine.stop().await;
}

#[tokio::test]
async fn a_requester_may_refuse_what_they_may_not_allow_and_a_lost_role_takes_effect_at_once() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let dangerous = house.asks(&mia, true).await;
    assert!(is_forbidden(&house.says(&mia, &dangerous, Saying::Allow).await));
    assert!(matches!(house.says(&mia, &dangerous, deny()).await, Ok(Decided::Applied { .. })));
    let harmless = house.asks(&mia, false).await;
    house.store.set_role(&mia.user, &harmless.project, Some(Role::Viewer)).await.unwrap();
    assert!(is_forbidden(&house.says(&mia, &harmless, Saying::Allow).await), "judged at the moment of the click");
    house.store.set_role(&mia.user, &harmless.project, None).await.unwrap();
    assert!(is_missing(&house.says(&mia, &harmless, Saying::Allow).await));
    house.engine.stop().await;
}

#[tokio::test]
async fn only_admins_add_projects_and_people_and_only_maintainers_bind() {
    let house = House::new().await;
    let owner = house.person("olga", Role::Owner, "alpha").await;
    let member = house.person("mia", Role::Member, "alpha").await;
    let project =
        AddProject { name: "gamma".to_owned(), git: "https://x.example/g".to_owned(), policy: None, credential: None };
    assert!(is_forbidden(&house.hub.add_project(&owner, project).await));
    let (name, role, identities) = ("eve".to_owned(), Role::Owner, Vec::new());
    let user = AddUser { name, role, project: Some("alpha".to_owned()), admin: true, identities };
    assert!(is_forbidden(&house.hub.add_user(&owner, user).await));
    let place = "telegram:7".parse().unwrap();
    assert!(is_forbidden(&house.hub.bind(&member, "alpha", &place).await));
    assert!(house.hub.bind(&owner, "alpha", &place).await.is_ok());
    house.engine.stop().await;
}

async fn open_store(folder: &Path) -> Store {
    let url = SecretString::from(format!("sqlite://{}", folder.join("signalbox.db").display()));
    let settings = StoreSettings { url, blobs: folder.join("blobs"), master_key: MasterKey::generate() };
    let store = Store::open(settings).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn components(folder: &Path, store: Store) -> Components {
    let credential = Credential::ApiKey(SecretString::from("nothing is asked of the model"));
    let gateway = GatewaySettings {
        upstream: Upstream { base_url: "http://127.0.0.1:9".to_owned(), credential },
        prices: Default::default(),
        limits: gateway::Limits::default(),
        connect: ConnectRules::default(),
    };
    Components {
        settings: settings(folder),
        node: NodeId::new("one"),
        store,
        git: Git::new(GitSettings::new(folder.join("git"))).unwrap(),
        gateway: Gateway::new(gateway).unwrap(),
        sandboxes: Sandboxes::connect(sandboxes(folder)).await.unwrap(),
        token_key: SecretSlice::from(vec![7; 32]),
        forge: None,
    }
}

fn hook(user: &str) -> AddHook {
    AddHook {
        name: "ci".to_owned(),
        project: "alpha".to_owned(),
        user: user.to_owned(),
        rules: "[signature]\nscheme = \"standard\"\n[task]\nprompt = \"Look.\"".to_owned(),
        places: Vec::new(),
        secret: None,
    }
}

fn schedule(user: &str) -> AddSchedule {
    AddSchedule {
        name: "daily".to_owned(),
        project: "alpha".to_owned(),
        user: user.to_owned(),
        cron: "0 7 * * *".to_owned(),
        zone: "UTC".to_owned(),
        prompt: "Look.".to_owned(),
        places: Vec::new(),
        missed: Missed::Skip,
    }
}

#[tokio::test]
async fn only_a_maintainer_sets_up_what_acts_by_itself_and_names_nobody_above_them() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Maintainer, "alpha").await;
    let max = house.person("max", Role::Member, "alpha").await;
    house.person("vic", Role::Viewer, "alpha").await;
    house.person("olga", Role::Owner, "alpha").await;
    let eve = house.person("eve", Role::Owner, "beta").await;
    let refused = async |who: &Actor, named: &str| {
        let hook = house.hub.add_hook(who, hook(named)).await.unwrap_err();
        let schedule = house.hub.add_schedule(who, schedule(named)).await.unwrap_err();
        assert_eq!(std::mem::discriminant(&hook), std::mem::discriminant(&schedule));
        hook
    };
    assert!(matches!(refused(&max, "max").await, Refusal::Forbidden(_)));
    let outside = refused(&eve, "eve").await;
    assert!(matches!(&outside, Refusal::NotFound(text) if text.contains("no project `alpha`")), "{outside:?}");
    assert!(matches!(refused(&mara, "olga").await, Refusal::Forbidden(_)), "an owner may do more");
    assert!(matches!(refused(&mara, "operator").await, Refusal::Forbidden(_)), "so may an admin");
    assert!(matches!(refused(&mara, "vic").await, Refusal::Invalid(_)), "a viewer may not submit");
    assert!(matches!(refused(&mara, "nobody").await, Refusal::NotFound(_)));
    let made = house.hub.add_hook(&mara, hook("max")).await.unwrap();
    assert!(made.secret.is_some_and(|secret| secret.expose().starts_with("whsec_")));
    house.hub.add_schedule(&mara, schedule("mara")).await.unwrap();
    for stranger in [&eve, &max] {
        assert!(house.hub.hooks(stranger).await.unwrap().is_empty());
        assert!(house.hub.schedules(stranger).await.unwrap().is_empty());
        let told = TryHook { told: Told { event: String::new(), payload: json!({}) } };
        let ends = [
            house.hub.remove_hook(stranger, "ci").await.map(drop),
            house.hub.rotate_hook(stranger, "ci").await.map(drop),
            house.hub.try_hook(stranger, "ci", told).await.map(drop),
            house.hub.remove_schedule(stranger, "daily").await.map(drop),
            house.hub.run_schedule(stranger, "daily").await.map(drop),
        ];
        assert!(ends.iter().all(|end| matches!(end, Err(Refusal::NotFound(_)))), "{ends:?}");
    }
    assert_eq!(house.hub.hooks(&mara).await.unwrap().len(), 1);
    house.engine.stop().await;
}

#[tokio::test]
async fn whoever_loses_their_role_lends_their_name_to_nothing_more() {
    let house = House::new().await;
    let max = house.person("max", Role::Member, "alpha").await;
    house.hub.add_hook(&house.operator, hook("max")).await.unwrap();
    let source = signalbox_core::hook::source(&house.store.hook("ci").await.unwrap().unwrap().id);
    let told = async |id: &str| {
        let raw = "{\"event\":\"\",\"payload\":{}}".to_owned();
        let update = Update { source: source.clone(), id: id.to_owned(), raw };
        house.engine.desk().receive(vec![update.clone()]).await.unwrap();
        for _ in 0..2 {
            house.engine.hook_desk().take("ci", &update).await.unwrap();
        }
        house.hub.hooks(&house.operator).await.unwrap().remove(0)
    };
    let first = told("1").await;
    assert!(first.last_task.is_some() && first.refusal.is_none(), "{first:?}");
    let alpha = house.store.project("alpha").await.unwrap().unwrap().id;
    house.store.set_role(&max.user, &alpha, None).await.unwrap();
    let second = told("2").await;
    assert_eq!(second.last_task, first.last_task);
    assert!(second.refusal.is_some_and(|why| why.contains("no project")));
    let tasks = house.hub.tasks(&house.operator, TaskFilter::default()).await.unwrap();
    assert_eq!(tasks.len(), 1, "told twice, one task; told again, none");
    assert!(house.engine.desk().unhandled(&source, None, 9).await.unwrap().is_empty());
    house.engine.stop().await;
}

fn sandboxes(folder: &Path) -> SandboxSettings {
    SandboxSettings {
        docker: None,
        home: folder.to_owned(),
        hub: "entitlement".to_owned(),
        runtime: None,
        memory_bytes: 1 << 30,
        nano_cpus: 1_000_000_000,
        pids: 100,
        log_max_bytes: 1 << 20,
        tmp_bytes: 1 << 20,
        home_bytes: 1 << 20,
        disk_limit_bytes: None,
        bundle_max_bytes: 1 << 20,
    }
}

fn settings(folder: &Path) -> EngineSettings {
    let (hour, second) = (Duration::from_secs(3600), Duration::from_secs(1));
    EngineSettings {
        home: folder.to_owned(),
        image: "signalbox-runner".to_owned(),
        queue: QueueSettings { concurrency: 1, per_project: 1, lease: hour, poll: second, retries: 0 },
        approval: ApprovalSettings { hold: hour, expires: hour },
        run: RunSettings {
            limits: Limits::default(),
            prompt_bytes: 1 << 20,
            silence: hour,
            model: None,
            models: Vec::new(),
            warm: 0,
            keep: Duration::ZERO,
        },
        commits: CommitSettings {
            author: Author::Hub,
            hub: Person::new("Test", "test@localhost"),
            co_author: None,
            signing_key: None,
        },
        redis: None,
        retention: RetentionSettings { tasks: Duration::ZERO, messages: Duration::ZERO },
    }
}
