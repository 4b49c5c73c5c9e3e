//! The Claude CLI's side of a run: how it is started, its messages as types, and one process of it as a state machine.
//!
//! Nothing here reads or writes: the worker feeds [`Dialogue`] with lines and performs what it returns. What is guaranteed:
//!
//! - a tool call is answered "allow" only when [`Dialogue::answer`] was called with [`Answer::Allow`] for exactly that
//!   call; every fault in between is answered "deny";
//! - each call is asked twice by the CLI, once through its hook and once through its permission question
//!   ([`arguments`] says why), and both get the same answer;
//! - a tool result that cannot be explained by an allow is a [`Signal::Breach`].
//!
//! What the CLI says after the first tool ran is a claim, because any process of the sandbox may have written the line.
//! So a line can end the run early or give cause for a breach, but it can never allow anything, and a success is not
//! believed while a question is open.

mod command;
mod dialogue;
mod hearing;
mod incoming;
mod ledger;
mod outgoing;
mod plans;
mod read;
mod signal;
mod turn;
mod wire;

#[cfg(test)]
mod tests;

pub use command::{CliEnvironment, CliOptions, DISALLOWED_TOOLS, PINNED_CLI, PermissionMode, arguments, environment};
pub use dialogue::{Dialogue, DialogueMemory, DialogueStart, Phase};
pub use incoming::{Block, Incoming, ToolResult, TurnResult};
pub use ledger::{Asked, AskedBy, RememberedCall, Standing};
pub use outgoing::{Answer, Image, Outgoing, Prompt, RequestId};
pub use read::read_line;
pub use signal::{AnswerRefused, Signal, TurnEnd};
pub use turn::{HeldAnswer, Turn};
