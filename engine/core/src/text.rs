//! Text of others, before a channel gives it its markup: what a reader must see, and what must not be parted.

pub mod clean;
pub mod colours;
pub mod link;
pub mod page;
pub mod table;
pub mod width;
