//! What people see of texts, and what holds for every text.

mod always;
mod answer;
mod build;
mod drawn;
mod markdown;
mod split;
mod strategy;
