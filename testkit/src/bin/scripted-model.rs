//! A scripted model to talk to by hand: `signalbox-scripted-model [ADDRESS] [--rehearse]`, by default 127.0.0.1:8089.

use std::io;
use std::process::ExitCode;

use signalbox_testkit::{ScriptedModel, Settings, Unscripted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("signalbox-scripted-model: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> io::Result<()> {
    let mut settings = Settings { listen: ([127, 0, 0, 1], 8089).into(), keep_requests: 0, ..Settings::default() };
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--rehearse" => settings.unscripted = Unscripted::Rehearse,
            address => settings.listen = address.parse().map_err(io::Error::other)?,
        }
    }
    let model = ScriptedModel::start(settings)?;
    println!("ANTHROPIC_BASE_URL={}", model.base_url());
    tokio::signal::ctrl_c().await?;
    model.stop().await;
    Ok(())
}
