mod requests;
mod senders;
mod signatures;
