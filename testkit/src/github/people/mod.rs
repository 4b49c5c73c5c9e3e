//! GitHub as a test holds it: people, what they do, and what they see.

mod acting;
mod installing;
mod pushing;
mod repo;
mod seen;
mod thread;
mod transcript;
mod user;
mod waiting;

pub use pushing::Push;
pub use repo::Repo;
pub use seen::{CheckRunSeen, CommentSeen, CommitSeen};
pub use thread::Thread;
pub use user::User;
