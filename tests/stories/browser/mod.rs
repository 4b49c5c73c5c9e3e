//! The pages in a real browser: Debian's Chromium without a screen, the shipped binary, the real CLI in real containers.

mod barriers;
mod deciding;
mod driver;
mod first_start;
mod gallery;
mod hostile;
mod installing;
mod keyboard;
mod live;
mod pictures;
mod signing_in;
mod window;
