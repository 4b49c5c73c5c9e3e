//! What people see of texts, and what holds for every text.

mod always;
mod answer;
mod code;
mod escape;
mod markdown;
mod split;
mod strategy;
