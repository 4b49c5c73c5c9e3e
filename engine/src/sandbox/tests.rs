//! Against a real engine, with real containers of the real runner image; only the CLI in it is replaced by a shell.

mod collecting;
mod ending;
mod hardness;
mod reattaching;
mod streaming;
mod tidying;
mod yard;
