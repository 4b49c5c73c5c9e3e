use crate::terminal::{TerminalPlaces, Untold};
use crate::{App, Problem, WebSettings, serve_tcp};
use async_trait::async_trait;
use futures::stream::BoxStream;
use signalbox_core::approval::Approval;
use signalbox_core::card::{Card, TaskCard};
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::event::Live;
use signalbox_core::id::{ApprovalId, DeliveryId, TaskId, UserId};
use signalbox_core::money::MicroUsd;
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{
    AddProject, AddUser, ChangePerson, Channel as _, Decide, Decided, DiffText, Hub, KeepFile, NewLinkCode, Person,
    PlaceReport, Project, Refusal, SubmitTask, Submitted, TaskFilter, TaskPage,
};
use signalbox_core::task::{Attachment, Task, TaskState};
use signalbox_core::time::Timestamp;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// A hub that only has faults.
struct Faulty(Vec<String>);

macro_rules! nothing_else {
    ($($name:ident($($argument:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl Hub for Faulty {
            $(async fn $name(&self, _: &Actor, $(_: $argument),*) -> Result<$answer, Refusal> {
                Err(Refusal::Internal("not here".to_owned()))
            })*
            async fn faults(&self) -> Result<Vec<String>, Refusal> {
                Ok(self.0.clone())
            }
        }
    };
}

impl signalbox_core::account::Accounts for Faulty {}

impl signalbox_core::audit::Auditing for Faulty {}
impl signalbox_core::automation::Automation for Faulty {}
impl signalbox_core::project::Projects for Faulty {}
impl signalbox_core::reading::Reading for Faulty {}
impl signalbox_core::traffic::Traffic for Faulty {}

nothing_else! {
    keep_file(KeepFile) -> Attachment;
    submit(SubmitTask) -> Submitted;
    decide(Decide) -> Decided;
    stop(&str) -> Task;
    retry(&str) -> Task;
    push(&str) -> Task;
    discard(&str) -> Task;
    task(&str) -> Task;
    tasks(TaskFilter) -> TaskPage;
    diff(&str) -> DiffText;
    approvals() -> Vec<Approval>;
    approval(&ApprovalId) -> Approval;
    follow(&TaskId, u64) -> BoxStream<'static, Result<Live, Refusal>>;
    add_project(AddProject) -> Project;
    projects() -> Vec<Project>;
    add_user(AddUser) -> UserId;
    people() -> Vec<Person>;
    change_person(&str, ChangePerson) -> Person;
    remove_person(&str) -> ();
    make_link_code(&str) -> NewLinkCode;
    unbind(&Place) -> ();
    places() -> Vec<PlaceReport>;
    bind(&str, &Place) -> Place;
}

/// What the routes work with, where the hub only has faults and nobody has an account.
pub(crate) fn app(faults: &[&str]) -> App {
    let hub = Arc::new(Faulty(faults.iter().map(|fault| (*fault).to_owned()).collect()));
    let metrics = Arc::new(|| "signalbox_tasks_submitted_total 1\n".to_owned());
    let about = crate::About { version: "1".to_owned(), rehearsal: false, ad_hoc: false };
    let (accounts, web) = (hub.clone(), Arc::new(WebSettings::default()));
    App { about, hub, accounts, web, terminals: TerminalPlaces::default(), metrics }
}

async fn serve(faults: &[&str]) -> (SocketAddr, CancellationToken) {
    serve_app(app(faults)).await
}

async fn serve_app(app: App) -> (SocketAddr, CancellationToken) {
    let stop = CancellationToken::new();
    let (address, _) = serve_tcp("127.0.0.1:0".parse().unwrap(), app, axum::Router::new(), stop.clone()).await.unwrap();
    (address, stop)
}

async fn get(address: SocketAddr, path: &str) -> String {
    get_with(address, path, "").await
}

async fn get_with(address: SocketAddr, path: &str, lines: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}Connection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn who_is_not_signed_in_sees_health_and_nothing_else() {
    let (address, _stop) = serve(&[]).await;
    for (path, told) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = get(address, path).await;
        assert!(answer.ends_with(&format!("\r\n\r\n{told}\n")), "{answer}");
        assert!(answer.contains("\r\nx-content-type-options: nosniff"), "{answer}");
        assert!(answer.contains("frame-ancestors 'none'"), "{answer}");
    }
    for path in ["/metrics", "/api/v1/tasks", "/api/v1/approvals", "/api/v1/faults", "/api/v1/users"] {
        let answer = get(address, path).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{path}: {answer}");
        assert!(answer.contains("\r\ncontent-security-policy: default-src 'none'; script-src 'self'"), "{answer}");
        assert!(answer.contains("\r\ncache-control: no-store"), "{answer}");
    }
}

#[tokio::test]
async fn figures_are_for_whoever_brings_their_token() {
    let web =
        Arc::new(WebSettings { metrics_token: Some("a token of 24 signs or so".into()), ..WebSettings::default() });
    let (address, _stop) = serve_app(App { web, ..app(&[]) }).await;
    let told = get_with(address, "/metrics", "Authorization: Bearer a token of 24 signs or so\r\n").await;
    assert!(told.ends_with("signalbox_tasks_submitted_total 1\n"), "{told}");
    for wrong in ["", "Authorization: Bearer\r\n", "Authorization: Bearer a token of 24 signs or\r\n"] {
        let answer = get_with(address, "/metrics", wrong).await;
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("web.metrics_token"), "{wrong}: {answer}");
    }
}

#[tokio::test]
async fn a_hub_that_cannot_work_says_how_many_faults_but_not_which() {
    let (address, _stop) = serve(&["the database at secret.example is gone"]).await;
    let answer = get(address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("1 to mend"), "{answer}");
    assert!(!answer.contains("secret.example"), "{answer}");
}

#[test]
fn each_refusal_has_a_status_of_its_own() {
    type Kind = fn(String) -> Refusal;
    let kinds: [(Kind, u16); 8] = [
        (Refusal::Invalid, 422),
        (Refusal::Unauthenticated, 401),
        (Refusal::Forbidden, 403),
        (Refusal::NotFound, 404),
        (Refusal::Conflict, 409),
        (Refusal::Throttled, 429),
        (Refusal::Unavailable, 503),
        (Refusal::Internal, 500),
    ];
    for (kind, status) in kinds {
        let problem = Problem::from(kind("why".to_owned()));
        assert_eq!((problem.status, problem.detail.as_str()), (status, "why"));
    }
}

fn owed(id: &str, place: &str) -> Delivery {
    let card = TaskCard {
        task: TaskId::from_entropy(7),
        project: "site".to_owned(),
        state: TaskState::Queued,
        position: None,
        created_at: Timestamp::from_millis(0),
        cost: MicroUsd(0),
        lines: Vec::new(),
        text: String::new(),
        passing: false,
    };
    Delivery {
        id: DeliveryId::new(id),
        place: place.parse().unwrap(),
        card: Card::Task(card),
        state: DeliveryState::Sending,
        attempts: 1,
        due_at: Timestamp::from_millis(0),
        created_at: Timestamp::from_millis(0),
        error: None,
        answers: None,
        sent: Vec::new(),
        detail: signalbox_core::policy::Detail::Full,
    }
}

#[tokio::test]
async fn the_terminal_that_attached_last_is_handed_what_is_owed() {
    let terminals = TerminalPlaces::default();
    let delivery = owed("d1", "terminal:a");
    assert!(terminals.send(&delivery).await.is_err(), "nobody is there");
    assert!(terminals.send(&owed("d2", "terminal:b")).await.is_err());
    let mut first = terminals.attach(delivery.place.clone());
    let mut second = terminals.attach(delivery.place.clone());
    let sending = tokio::spawn({
        let (terminals, delivery) = (terminals.clone(), delivery.clone());
        async move { terminals.send(&delivery).await }
    });
    assert_eq!(second.recv().await.unwrap().delivery, delivery.id);
    assert!(first.recv().await.is_none(), "the first is told that it was replaced");
    assert_eq!(terminals.acknowledge(&DeliveryId::new("d9")), Err(Untold));
    terminals.acknowledge(&delivery.id).unwrap();
    sending.await.unwrap().unwrap();
    assert_eq!(terminals.acknowledge(&delivery.id), Err(Untold), "once is enough");
    drop(second);
    assert!(terminals.send(&delivery).await.is_err(), "it has gone");
}
