//! The API as its description tells it, and as its documentation shows it: the shipped binary, asked by others' programs.

mod examples;
