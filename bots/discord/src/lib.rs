//! Discord as a channel: what people write there comes in, cards go out.
