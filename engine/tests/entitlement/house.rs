//! A hub without workers, with two projects and people of every standing.

use secrecy::{SecretSlice, SecretString};
use serde_json::json;
use signalbox_core::address::Reach;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context, Saying};
use signalbox_core::event::{EventKind, Excerpt};
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::{ConversationId, NodeId, TaskId, ToolUseId};
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::{AddProject, AddUser, Asking, Decide, Decided, Hub, Refusal, SubmitTask, TaskFilter};
use signalbox_core::task::Limits;
use signalbox_core::tool::ToolCall;
use signalbox_engine::engine::{Components, Engine, Roles};
use signalbox_engine::fresh;
use signalbox_engine::gateway::{self, ConnectRules, Credential, Gateway, GatewaySettings, Upstream};
use signalbox_engine::git::{Git, GitSettings, Person};
use signalbox_engine::sandbox::{SandboxSettings, Sandboxes};
use signalbox_engine::settings::{
    ApprovalSettings, Author, CommitSettings, EngineSettings, QueueSettings, RetentionSettings, RunSettings,
    WebhookSettings,
};
use signalbox_engine::store::{Claim, MasterKey, NewUser, OpenApproval, Store, StoreSettings};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const POLICY: &str = "version = 1\n[approval]\nby = [\"requester\", \"maintainer\"]\nrequester_alone = false\n";

/// A hub without workers, with the project `alpha` and people of every standing.
pub(crate) struct House {
    _folder: TempDir,
    pub(crate) engine: Engine,
    pub(crate) hub: Arc<dyn Hub>,
    pub(crate) store: Store,
    pub(crate) operator: Actor,
}

impl House {
    pub(crate) async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let store = open_store(folder.path()).await;
        let operator = store.operator(fresh::now()).await.unwrap();
        let parts = components(folder.path(), store.clone()).await;
        let engine = Engine::start(parts, |_, _| Vec::new(), Roles { work: false, deliver: false }).await.unwrap();
        let house = Self { _folder: folder, hub: engine.hub(), engine, store, operator };
        for name in ["alpha", "beta"] {
            let git = format!("https://git.example.org/{name}.git");
            let project = AddProject { name: name.to_owned(), git, policy: Some(POLICY.to_owned()), credential: None };
            house.hub.add_project(&house.operator, project).await.unwrap();
        }
        house
    }

    pub(crate) async fn person(&self, name: &str, role: Role, project: &str) -> Actor {
        let (name, project) = (name.to_owned(), Some(project.to_owned()));
        let user = AddUser { name, role, project, admin: false, identities: Vec::new() };
        let id = self.hub.add_user(&self.operator, user).await.unwrap();
        self.store.actor(&id).await.unwrap().unwrap()
    }

    /// Somebody who is known to the hub and belongs to nothing.
    pub(crate) async fn nobody(&self) -> Actor {
        let (name, roles, identities) = ("ned".to_owned(), Vec::new(), Vec::new());
        let id = self.store.add_user(NewUser { name, email: None, admin: false, identities, roles, at: fresh::now() });
        self.store.actor(&id.await.unwrap()).await.unwrap().unwrap()
    }

    pub(crate) async fn submits(&self, who: &Actor) -> Result<(TaskId, ConversationId), Refusal> {
        let submitted = self.hub.submit(who, request(Some("alpha"), None)).await?;
        Ok((submitted.task, submitted.conversation))
    }

    /// An open approval of a running task that the person asked for.
    pub(crate) async fn asks(&self, requester: &Actor, dangerous: bool) -> Approval {
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

    pub(crate) async fn says(&self, who: &Actor, approval: &Approval, saying: Saying) -> Result<Decided, Refusal> {
        let approval = approval.id.to_string();
        self.hub.decide(who, Decide { approval, saying, span: GrantSpan::Once }).await
    }

    /// How each of the ways to look at a task and its approval ends.
    pub(crate) async fn looks(&self, who: &Actor, approval: &Approval) -> Vec<Result<(), Refusal>> {
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

pub(crate) fn request(project: Option<&str>, conversation: Option<ConversationId>) -> SubmitTask {
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
        webhooks: WebhookSettings { reach: Reach::default(), patience: hour },
        providers: Vec::new(),
    }
}
