//! Clients, and how they and servers talk: `client.rs` is what a client knows and asks, `serve.rs` is how a server
//! answers, and `workload.rs` is the clients that ask of their own accord.

pub(super) mod client;
pub(super) mod serve;
pub(super) mod workload;
