use super::*;
use axum::Router;
use axum::middleware;
use axum::routing::post;
use futures::StreamExt as _;
use futures::stream;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use tower::ServiceExt as _;

const PATIENCE: Duration = Duration::from_secs(30);

fn routes(room: Room, pace: Pace) -> Router {
    let read = |body: Bytes| async move { body.len().to_string() };
    let router = Router::new().route("/", post(read)).route("/unread", post(|| async { StatusCode::UNAUTHORIZED }));
    let router = router.layer(axum::extract::DefaultBodyLimit::disable());
    router.layer(middleware::from_fn_with_state(Intake { room, pace }, take_in))
}

/// A piece of so many bytes after each of these times.
fn trickle(pieces: impl IntoIterator<Item = (Duration, usize)>) -> Body {
    let pieces: Vec<_> = pieces.into_iter().collect();
    Body::from_stream(stream::iter(pieces).then(|(after, bytes)| async move {
        tokio::time::sleep(after).await;
        Ok::<_, Infallible>(Bytes::from(vec![b'x'; bytes]))
    }))
}

async fn send(router: &Router, path: &str, body: Body) -> Response {
    router.clone().oneshot(Request::post(path).body(body).unwrap()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_in_time_is_given_up() {
    let router = routes(Room::new(), Pace::Within(PATIENCE));
    let began = Instant::now();
    let answer = send(&router, "/", trickle((0..1000).map(|_| (Duration::from_secs(1), 100)))).await;
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(answer.headers()[header::CONNECTION], "close");
    assert_eq!(began.elapsed().as_secs(), PATIENCE.as_secs());
    let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    assert_eq!(send(&router, "/", never).await.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn a_large_body_may_take_longer_while_it_comes_steadily() {
    let router = routes(Room::new(), Pace::Steady(PATIENCE));
    let second = Duration::from_secs(1);
    let steady = || (0..300).map(|_| (second, SLOWEST as usize));
    assert_eq!(send(&router, "/", trickle(steady())).await.status(), StatusCode::OK);
    let stops = steady().chain([(PATIENCE * 2, 1)]);
    assert_eq!(send(&router, "/", trickle(stops)).await.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_room_is_told_when_to_come_again() {
    let router = routes(Room::new(), Pace::Within(PATIENCE));
    let large = 60 << 20;
    let slow = trickle([(Duration::ZERO, large), (PATIENCE / 2, 1)]);
    let (first, second) = (send(&router, "/", slow), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let crowded = send(&router, "/", trickle([(Duration::ZERO, large)])).await;
        let small = send(&router, "/", trickle([(Duration::ZERO, 10_000)])).await;
        (crowded, small.status())
    });
    let (first, (crowded, small)) = tokio::join!(first, second);
    assert_eq!(
        (crowded.status(), small, first.status()),
        (StatusCode::SERVICE_UNAVAILABLE, StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(crowded.headers()[header::RETRY_AFTER], "5");
    assert_eq!(
        send(&router, "/", trickle([(Duration::ZERO, large)])).await.status(),
        StatusCode::OK,
        "there is room again"
    );
}

#[tokio::test(start_paused = true)]
async fn what_nobody_reads_is_listened_to_for_a_moment_and_takes_no_room() {
    let router = routes(Room::new(), Pace::Within(PATIENCE));
    let heard = Arc::new(AtomicU64::new(0));
    let endless = stream::repeat(Bytes::from(vec![b'x'; 1 << 16])).map({
        let heard = heard.clone();
        move |piece| {
            heard.fetch_add(piece.len() as u64, Ordering::Relaxed);
            Ok::<_, Infallible>(piece)
        }
    });
    assert_eq!(send(&router, "/unread", Body::from_stream(endless)).await.status(), StatusCode::UNAUTHORIZED);
    tokio::time::sleep(UNHEARD_FOR * 2).await;
    assert_eq!(heard.load(Ordering::Relaxed), UNHEARD);
}
