//! What must never be.
mod gate;
