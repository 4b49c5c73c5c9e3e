mod double;

use super::*;
use double::{Double, task};
use signalbox_core::card::{Card, TaskCard};
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::event::EventKind;
use signalbox_core::money::MicroUsd;
use signalbox_core::port::{Channel as _, NewCredential};
use signalbox_core::task::TaskState;
use signalbox_core::time::Timestamp;
use signalbox_web::{About, App, TerminalPlaces, serve_local};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The shipped routes on a socket of their own.
struct House {
    folder: TempDir,
    double: Double,
    terminals: TerminalPlaces,
    serving: Option<(CancellationToken, JoinHandle<()>)>,
}

impl House {
    async fn open() -> Self {
        let mut house = Self {
            folder: tempfile::tempdir().unwrap(),
            double: Double::new(),
            terminals: TerminalPlaces::default(),
            serving: None,
        };
        house.serve().await;
        house
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("hub.sock")
    }

    fn client(&self) -> SocketHub {
        // Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        SocketHub::at(&self.socket()).unwrap()
    }

    async fn serve(&mut self) {
        let stop = CancellationToken::new();
        let app = App {
            about: About { version: "1".to_owned(), rehearsal: true, ad_hoc: false },
            hub: Arc::new(self.double.clone()),
            accounts: Arc::new(self.double.clone()),
            web: Arc::default(),
            terminals: self.terminals.clone(),
            metrics: Arc::new(String::new),
        };
        let serving = serve_local(&self.socket(), app, stop.clone()).await.unwrap();
        self.serving = Some((stop, serving));
    }

    async fn go_away(&mut self) {
        let (stop, serving) = self.serving.take().unwrap();
        stop.cancel();
        timeout(Duration::from_secs(5), serving).await.expect("streams end when the hub stops").unwrap();
        std::fs::remove_file(self.socket()).unwrap();
    }
}

fn actor() -> Actor {
    crate::reach::operator()
}

fn warning(text: &str) -> EventKind {
    EventKind::Warning { message: text.to_owned() }
}

fn finished() -> EventKind {
    EventKind::Finished {
        state: TaskState::Succeeded,
        result: Some("done".to_owned()),
        failure: None,
        branch: None,
        commit: None,
        stat: None,
        cost_usd: 0.25,
        usage: signalbox_core::money::Usage::default(),
        elapsed_ms: 1,
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(8), what).await.expect("it takes too long")
}

#[tokio::test]
async fn refusals_come_back_as_they_were() {
    let house = House::open().await;
    let client = house.client();
    client.ping().await.unwrap();
    type Kind = fn(String) -> Refusal;
    let kinds: [Kind; 8] = [
        Refusal::Invalid,
        Refusal::Unauthenticated,
        Refusal::Forbidden,
        Refusal::NotFound,
        Refusal::Conflict,
        Refusal::Throttled,
        Refusal::Unavailable,
        Refusal::Internal,
    ];
    for kind in kinds {
        house.double.refuse(kind("because".to_owned()));
        assert_eq!(client.task(&actor(), "abc").await, Err(kind("because".to_owned())));
        let place = "telegram:1".parse().unwrap();
        assert_eq!(client.bind(&actor(), "site", &place).await, Err(kind("because".to_owned())));
    }
}

#[tokio::test]
async fn nobody_there_is_said_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = SocketHub::at(&folder.path().join("nothing.sock")).unwrap();
    assert!(client.ping().await.unwrap_err().to_string().contains("signalbox serve"));
    assert!(matches!(client.projects(&actor()).await, Err(Refusal::Unavailable(_))));
}

#[tokio::test]
async fn what_is_asked_arrives_whole_and_odd_names_lead_nowhere() {
    let house = House::open().await;
    let client = house.client();
    let filter = TaskFilter {
        project: Some("a&b = c".to_owned()),
        open: true,
        state: Some(TaskState::Failed),
        requester: Some("me".to_owned()),
        words: Some("mend the fence".to_owned()),
        limit: 7,
        before: Some("4t0x8m2v9qhc".to_owned()),
    };
    let _ = client.tasks(&actor(), filter.clone()).await;
    let _ = client.task(&actor(), "a/../b?c#d").await;
    let place: Place = "telegram:-100/7".parse().unwrap();
    let _ = client.bind(&actor(), "site/1", &place).await;
    assert_eq!(
        house.double.asked(),
        [format!("{filter:?}"), format!("{:?}", "a/../b?c#d"), r#"("site/1", "telegram:-100/7")"#.to_owned()]
    );
    for odd in ["", ".", ".."] {
        assert!(matches!(client.task(&actor(), odd).await, Err(Refusal::NotFound(_))), "{odd:?}");
    }
    assert_eq!(house.double.asked().len(), 3);
}

#[tokio::test]
async fn a_credential_reaches_the_hub() {
    let house = House::open().await;
    let credential = NewCredential::Token { user: "u".to_owned(), token: "secret".to_owned() };
    let request = AddProject { name: "a".to_owned(), git: "/x".to_owned(), policy: None, credential: Some(credential) };
    let _ = house.client().add_project(&actor(), request.clone()).await;
    assert_eq!(house.double.asked(), [format!("{request:?}")]);
}

#[tokio::test]
async fn a_follower_goes_on_where_it_was_when_the_hub_returns() {
    let mut house = House::open().await;
    let client = house.client();
    let mut presence = client.presence();
    let mut following = client.following(task(), 0);
    house.double.happen(warning("one"));
    house.double.happen(warning("two"));
    let mut heard =
        vec![soon(following.next()).await.unwrap().unwrap(), soon(following.next()).await.unwrap().unwrap()];
    house.go_away().await;
    let rest = tokio::spawn(async move {
        let mut rest = Vec::new();
        while let Some(heard) = following.next().await {
            rest.push(heard.unwrap());
        }
        rest
    });
    soon(presence.wait_for(|now| *now == Presence::Away)).await.unwrap();
    house.double.happen(warning("three"));
    house.serve().await;
    soon(presence.wait_for(|now| *now == Presence::Here)).await.unwrap();
    house.double.happen(finished());
    heard.extend(soon(rest).await.unwrap());
    let numbers: Vec<u64> = heard
        .iter()
        .map(|heard| match &heard.live {
            Some(Live::Event(event)) => event.seq,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let line = serde_json::from_str::<serde_json::Value>(&heard[3].line).unwrap();
    assert_eq!((line["event"].as_str(), line["cost_usd"].as_f64()), (Some("finished"), Some(0.25)));
}

#[tokio::test]
async fn following_by_the_port_ends_with_the_outcome() {
    let house = House::open().await;
    house.double.happen(warning("one"));
    house.double.happen(finished());
    let events = house.client().follow(&actor(), &task(), 1).await.unwrap();
    let events: Vec<_> = soon(events.collect()).await;
    assert!(matches!(&events[..], [Ok(Live::Event(event))] if event.seq == 2), "{events:?}");
}

#[tokio::test]
async fn kinds_from_a_later_version_pass_and_count() {
    let house = House::open().await;
    let mut following = house.client().following(task(), 0);
    let line = r#"{"seq":1,"task":"700000000000","at":5,"event":"sang","song":"la"}"#;
    assert_eq!(following.take(line.to_owned()), Some(Heard { line: line.to_owned(), live: None }));
    assert_eq!(following.take(line.to_owned()), None, "it comes once");
    house.double.happen(warning("one"));
    house.double.happen(finished());
    assert!(soon(following.next()).await.unwrap().unwrap().line.contains("finished"));
}

fn owed(place: &Place) -> Delivery {
    let card = TaskCard {
        task: task(),
        project: "site".to_owned(),
        state: TaskState::Queued,
        position: Some(2),
        created_at: Timestamp::from_millis(0),
        cost: MicroUsd(0),
        lines: Vec::new(),
        text: String::new(),
        passing: false,
    };
    Delivery {
        id: DeliveryId::new("d1"),
        place: place.clone(),
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
async fn a_delivery_is_done_when_the_terminal_says_that_it_was_shown() {
    let mut house = House::open().await;
    let client = house.client();
    let place: Place = "terminal:here".parse().unwrap();
    let delivery = owed(&place);
    assert!(house.terminals.send(&delivery).await.is_err(), "nobody is attached yet");
    let mut attachment = client.attach(place.clone());
    attachment.attach().await.unwrap();
    for _ in 0..2 {
        let terminals = house.terminals.clone();
        let sending = tokio::spawn({
            let delivery = delivery.clone();
            async move { terminals.send(&delivery).await }
        });
        let handed = soon(attachment.next()).await.unwrap();
        assert_eq!((&handed.delivery, &handed.card), (&delivery.id, &delivery.card));
        assert!(!sending.is_finished());
        client.acknowledge(&handed.delivery).await;
        soon(sending).await.unwrap().unwrap();
        // And the same after the hub was away.
        house.go_away().await;
        house.serve().await;
        let waiting = tokio::spawn(async move {
            let handed = attachment.next().await;
            (attachment, handed)
        });
        let again = async {
            while house.terminals.send(&delivery).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let shown = async {
            let (attachment, handed) = waiting.await.unwrap();
            client.acknowledge(&handed.unwrap().delivery).await;
            attachment
        };
        ((), attachment) = soon(async { tokio::join!(again, shown) }).await;
    }
}
