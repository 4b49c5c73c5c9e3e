//! What the person types, line by line, from the terminal itself: standard input may be the prompt.
//!
//! Answers end with Enter, so that a stray key decides nothing; the terminal's mode is never touched, so that there is
//! nothing to put back however this program ends.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use tokio::sync::mpsc;

/// Lines that were typed.
pub(super) struct Keyboard {
    lines: mpsc::Receiver<String>,
}

impl Keyboard {
    /// Whether somebody can be asked here: output goes to a terminal, and it can be read from.
    pub(super) fn is_there() -> bool {
        console::Term::stdout().is_term() && File::open("/dev/tty").is_ok()
    }

    /// Begins to listen. Not before there is something to ask: a process in the background would be halted by it.
    pub(super) fn listen() -> std::io::Result<Self> {
        let terminal = BufReader::new(File::open("/dev/tty")?);
        let (sender, lines) = mpsc::channel(16);
        std::thread::Builder::new().name("keyboard".to_owned()).spawn(move || {
            for line in terminal.lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { lines })
    }

    /// The next line; none when nobody can type any more.
    pub(super) async fn line(&mut self) -> Option<String> {
        self.lines.recv().await
    }

    /// Forgets what was typed before there was a question.
    pub(super) fn forget(&mut self) {
        while self.lines.try_recv().is_ok() {}
    }
}
