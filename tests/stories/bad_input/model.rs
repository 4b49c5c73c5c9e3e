//! The model's side refuses, or is not there.

use super::{failure, greeting, run, succeeds};
use crate::harness::World;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_wrong_key_fails_at_once_and_says_which_setting_it_is() {
    let world = World::new().await.with("SIGNALBOX_MODEL_API_KEY", "sk-of-somebody-else");
    let began = Instant::now();
    let (kind, message) = failure(&run(&world, &greeting()).await);
    assert_eq!(kind, "key_refused");
    assert!(message.contains("model.api_key"), "{message}");
    assert!(!message.contains("sk-of-somebody-else"), "{message}");
    // By itself the CLI would try again for minutes.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert_eq!(world.model.requests().iter().filter(|request| request.path == "/v1/messages").count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_model_that_is_down_fails_the_task_and_a_retry_does_it_later() {
    let world = World::new().await.with("SIGNALBOX_QUEUE_RETRIES", "0");
    let up = world.model.base_url();
    // A port that nobody listens on: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = world.with("SIGNALBOX_MODEL_BASE_URL", &format!("http://{port}"));
    let said = run(&world, &greeting()).await;
    let (kind, message) = failure(&said);
    assert_eq!(kind, "model_unavailable", "{message}");
    let task = said.events()[0]["task"].as_str().unwrap().to_owned();
    let world = world.with("SIGNALBOX_MODEL_BASE_URL", &up);
    let serving = world.serves().await;
    let socket = crate::socket::Socket::of(&world.home());
    assert_eq!(world.says(&["retry", &task]).await.code(), 0);
    succeeds(&socket, &task).await;
    serving.stops().await;
    world.ends().await;
}
