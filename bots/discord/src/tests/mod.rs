//! What is pure, tried with what Discord sends.

mod hearing;
mod interactions;
mod layouts;
mod samples;
