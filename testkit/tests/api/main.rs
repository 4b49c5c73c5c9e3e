//! The scripted model as a client of the Messages API meets it: over HTTP.
#![expect(clippy::unwrap_used, reason = "a test may panic, its harness too")]

mod harness;
mod playing;
mod refusing;
mod standing;
