//! What the bridge costs: `make bench` measures the same prompt, answered by the same scripted model without any delay, through
//! the bare Claude CLI on the host, through a bare `docker run` of the sandbox image, and through the hub with a cold and with
//! a warm sandbox.
//!
//! The ways take turns within each round, so that what else the machine does hits all alike; the median and the best of all
//! rounds are printed. A missed target is printed and changes nothing else: the exit status speaks of malfunctions alone.
//!
//! After that, in `chat`, what people in a chat wait for, in `github` how soon webhooks are answered under load, and in `live`
//! how soon many readers hear of what happens.
//!
//!   SIGNALBOX_BENCH_ROUNDS  how many rounds (7)
//!   SIGNALBOX_BENCH_ONLY    `bridge`, `chat`, `github` or `live`: only that
//!   SIGNALBOX_BENCH_CLAUDE  the CLI for the host (the one that the image was built with)
//!   RUNNER_IMAGE            the sandbox image (signalbox-runner)

mod bare;
mod chat;
mod figures;
mod github;
mod hub;
mod live;
mod percentiles;
mod world;

use anyhow::{Context as _, ensure};
use bare::Bare;
use figures::{Answered, Figures};
use hub::{Hub, Kind};
use signalbox_testkit::script::Script;
use std::time::Duration;
use world::World;

/// How long the hub is left alone before its memory is read.
const REST: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo test --benches` runs this without `--bench`, to see that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let rounds = match std::env::var("SIGNALBOX_BENCH_ROUNDS") {
        Ok(given) => given.parse().context("SIGNALBOX_BENCH_ROUNDS is no number")?,
        Err(_) => 7,
    };
    ensure!(rounds > 0, "SIGNALBOX_BENCH_ROUNDS must be at least 1");
    let world = World::new()?;
    let figures = measure_all(&world, rounds).await;
    let left = world.leave().await;
    print!("{}", figures?);
    left
}

/// The ways against each other, what is seen in a chat, and webhooks; one alone where `SIGNALBOX_BENCH_ONLY` names it.
async fn measure_all(world: &World, rounds: usize) -> anyhow::Result<String> {
    let only = std::env::var("SIGNALBOX_BENCH_ONLY").unwrap_or_default();
    let wanted = |part: &str| only.is_empty() || only == part;
    let mut told = String::new();
    if wanted("bridge") {
        told += &measure(world, rounds).await?.to_string();
    }
    if wanted("chat") {
        eprintln!("in a chat …");
        told += &chat::measure(world, rounds).await?.to_string();
    }
    if wanted("github") {
        eprintln!("webhooks …");
        told += &github::measure(world).await?.to_string();
    }
    if wanted("live") {
        eprintln!("many readers …");
        told += &live::measure(world).await?.to_string();
    }
    ensure!(!told.is_empty(), "SIGNALBOX_BENCH_ONLY names nothing that is measured: {only}");
    Ok(told)
}

async fn measure(world: &World, rounds: usize) -> anyhow::Result<Figures> {
    let mut figures = Figures::default();
    let cold = Hub::start(world, Kind::Cold).await?;
    let warm = Hub::start(world, Kind::Warm).await?;
    let measured = async {
        for number in 0..=rounds {
            eprintln!(
                "{}",
                if number == 0 { "warming up …".to_owned() } else { format!("round {number} of {rounds} …") }
            );
            let round = play(world, &cold, &warm, number).await?;
            // The first fills caches and mirrors, and makes the first warm sandbox; it is not counted.
            if number > 0 {
                figures.add(round);
            }
        }
        tokio::time::sleep(REST).await;
        figures.rest =
            vec![("with nothing standing ready", cold.memory()?), ("with a sandbox standing ready", warm.memory()?)];
        for _ in 0..rounds {
            figures.first_start.push(Hub::start_fresh(world).await?);
        }
        anyhow::Ok(figures)
    };
    let measured = measured.await;
    cold.stop().await?;
    warm.stop().await?;
    measured
}

/// What one round brought.
struct Round {
    host: Answered,
    docker: Answered,
    docker_host_network: Answered,
    cold: Answered,
    warm: Answered,
    decision: Duration,
    start: hub::Started,
}

async fn play(world: &World, cold: &Hub, warm: &Hub, number: usize) -> anyhow::Result<Round> {
    let prompt = Script::new().say("Signalbox lets one train through at a time.").to_string();
    let host = bare::ask(world, Bare::Host, &prompt).await?;
    let docker = bare::ask(world, Bare::Docker, &prompt).await?;
    let docker_host_network = bare::ask(world, Bare::DockerOnHostNetwork, &prompt).await?;
    let cold = cold.ask(&prompt).await?;
    if number > 0 {
        warm.stands_ready().await?;
    }
    let warm_answer = warm.ask(&prompt).await?;
    warm.stands_ready().await?;
    let decision = warm.decide().await?;
    warm.stands_ready().await?;
    let start = Hub::start_again(world).await?;
    Ok(Round { host, docker, docker_host_network, cold, warm: warm_answer, decision, start })
}
