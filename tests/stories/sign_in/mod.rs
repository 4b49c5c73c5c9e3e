//! Signing in over the network: the shipped binary, spoken to as browsers and programs do.

mod audit;
mod browsers;
pub(crate) mod factors;
mod finding;
mod guarding;
pub(crate) mod openid;
mod own_certificate;
mod pages;
mod programs;
mod projects;
mod rights;
pub(crate) mod stage;
