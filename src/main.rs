//! The `signalbox` program: the hub itself, and the command line that speaks to it.

mod args;
mod client;
mod commands;
mod config;
mod doctor;
mod exit;
mod hub;
mod logging;
mod reach;
#[cfg(test)]
mod reference;
mod roles;
mod run;
mod show;
mod surroundings;

use clap::Parser as _;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    // The one crypto provider of the process; it can only be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let args = args::Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return end(Err(error.into())),
    };
    let ended = runtime.block_on(commands::perform(args));
    // A thread that still waits for the keyboard or a file must not hold up the end.
    runtime.shutdown_background();
    end(ended)
}

/// Says what went wrong, in one place, and turns it into the exit status.
fn end(ended: anyhow::Result<Exit>) -> ExitCode {
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("signalbox: {}", show::clean::prose(&format!("{error:#}")));
            Exit::of_error(&error).into()
        }
    }
}
