//! Builds the view of a cluster.

use std::collections::BTreeSet;

use crate::check::{Property, Run};
use crate::cluster::{Clock, Cluster, DiskState, Link, Offset, Rate, RequestTrace, Server, Status};
use crate::digest::Digest;
use crate::playground::history::playback::{MAX_REQUEST_TRACES, Playback};
use crate::playground::projection::request_trace;
use crate::playground::view::{
    Broken, Committed, EntryText, EntryView, FollowerView, LinkView, Modified, NetworkView,
    NodeNumber, NodeView, ProgressStateView, RoleView, Safety, Summary, Verdict, View,
};
use crate::playground::view::{LONG, cut};
use crate::raft::{Entry, Log, Node, NodeId, ProgressState, Role, Rule, Snapshot, count, majority};
use crate::rng::Chance;
use crate::store::Store;
use crate::time::Duration;

/// The number of last log entries in a card's data.
const LOG_TAIL: usize = 64;

/// The number of store entries that are shown.
const STORE_HEAD: usize = 100;

/// The part of a view that belongs to an instant of one branch.
pub(crate) fn of_playback(playback: &Playback) -> View {
    let cluster = playback.run.cluster();
    View {
        summary: summary(cluster, playback.event_log.violation()),
        nodes: nodes(cluster),
        cuts: cluster.network().cuts().map(|(from, to)| (from.0, to.0)).collect(),
        links: links(cluster),
        sides: sides(cluster),
        committed: committed(cluster),
        request_traces: request_traces(playback),
        network: network(cluster),
        ..View::default()
    }
}

/// The judges' verdict on each property.
pub(crate) fn verdicts(run: &Run) -> Vec<Verdict> {
    let verdict = |property: &Property| {
        let broken = run.violation_of(*property);
        let broken = broken.map(|(at, violation)| (*at, violation.to_string()));
        let (means, section) = (property.means(), property.section());
        Verdict { property: property.name(), title: property.title(), means, section, broken }
    };
    Property::ALL.iter().map(verdict).collect()
}

/// Adds to a broken property that a disk may be the cause, if it lost writes that it had reported
/// as durable.
fn blamed(cluster: &Cluster, mut broken: Broken) -> Broken {
    let lost = cluster.servers().filter(|server| server.disk().lost() > 0);
    let liars: Vec<String> = lost.map(|server| server.id().to_string()).collect();
    if !liars.is_empty() {
        let liars = liars.join(" and ");
        broken.sentence += &format!(
            " The disk of {liars} lost what it had reported as written: no protocol can make up for that."
        );
    }
    broken
}

fn summary(cluster: &Cluster, violation: Option<Broken>) -> Summary {
    let members = cluster.members();
    let nodes = || cluster.servers().filter_map(Server::node);
    let is_up = |id: &&crate::raft::NodeId| {
        cluster.server(**id).is_some_and(|server| server.status() == Status::Running)
    };
    let leader = cluster.leader().and_then(|id| cluster.server(id)?.node());
    let is_rival = |node: &&Node| {
        let led = leader.filter(|leader| leader.id() != node.id());
        node.is_leader() && led.is_some_and(|leader| leader.current_term() == node.current_term())
    };
    let rivals = cluster.running_nodes().filter(is_rival).map(|node| node.id().0);
    Summary {
        leader: leader.map(|node| node.id().0),
        rivals: rivals.collect(),
        term: nodes().map(|node| node.current_term().0).max().unwrap_or_default(),
        quorum: majority(members.voters()),
        members: members.voters().len(),
        running: members.voters().iter().filter(is_up).count(),
        modified: modified(cluster),
        violation: violation.map(|broken| blamed(cluster, broken)),
    }
}

/// Which rules deviate from Raft and which disks lie, or that some did earlier.
fn modified(cluster: &Cluster) -> Modified {
    let rules = cluster.settings().rules;
    let rules = Rule::TABLE
        .iter()
        .filter(|about| rules.on(about.rule) != about.rule.on_by_default())
        .map(|about| format!("{} {}", about.name, if rules.on(about.rule) { "on" } else { "off" }));
    let lies = |server: &&Server| server.disk().state() == DiskState::Lying;
    let liars = cluster.servers().filter(lies);
    let liars = liars.map(|server| format!("disk of {} lies", server.id()));
    let switched: Vec<String> = rules.chain(liars).collect();
    match (switched.is_empty(), cluster.is_modified()) {
        (false, _) => Modified::Rules(switched.join(", ")),
        (true, true) => Modified::Before,
        (true, false) => Modified::No,
    }
}

pub(crate) fn nodes(cluster: &Cluster) -> Vec<NodeView> {
    let mut nodes: Vec<NodeView> = cluster.servers().map(node_view).collect();
    for node in &mut nodes {
        node.is_learner = cluster.members().is_learner(NodeId(node.id));
        node.blocked = cluster.blocked(NodeId(node.id));
    }
    let leads = |node: &&mut NodeView| node.role == Some(RoleView::Leader);
    let latest = nodes.iter_mut().filter(leads).map(|node| node.term).max();
    for old in nodes.iter_mut().filter(leads).filter(|node| Some(node.term) < latest) {
        old.role = Some(RoleView::OldLeader);
    }
    nodes
}

fn node_view(server: &Server) -> NodeView {
    match (server.node(), server.store()) {
        (Some(node), Some(store)) => running_view(server, node, store),
        _ => down_view(server),
    }
}

/// A running or paused server: its state in memory.
fn running_view(server: &Server, node: &Node, store: &Store) -> NodeView {
    let (on_disk, committed) = (count(node.durable_index()), count(node.commit_index()));
    let durable = server.disk().durable();
    let safety = |index| match index {
        _ if index <= committed => Safety::Committed,
        _ if index <= on_disk => Safety::OnDisk,
        _ => Safety::InMemory,
    };
    let (votes, followers) = match node.role() {
        Role::Follower { .. } => (None, Vec::new()),
        Role::Candidate(_) => (node.tally(), Vec::new()),
        Role::Leader(leader) => (None, leader.followers().iter().map(follower_view).collect()),
    };
    NodeView {
        role: Some(role(node)),
        term: node.current_term().0,
        voted_for: node.voted_for().map(|id| id.0),
        votes,
        settled: durable.current_term == node.current_term()
            && durable.voted_for == node.voted_for(),
        leader: node.leader().map(|id| id.0),
        log: tail(node.log(), safety),
        log_len: count(node.log().last_index()),
        snapshot: last_included(node.snapshot()),
        incoming: node.incoming_snapshot().map(|(last, bytes)| (last.index.get(), bytes)),
        config: node.config().to_string(),
        lease_end: server.lease_end(),
        transfer: node.transfer().map(|transfer| transfer.to.0),
        sessions: store.sessions(),
        commit_index: committed,
        last_applied: count(node.last_applied()),
        followers,
        digest: Some(short(store.digest())),
        store: head(store),
        store_len: store.entries().len(),
        ..blank_view(server)
    }
}

/// A server that is down: the state on its disk.
fn down_view(server: &Server) -> NodeView {
    let durable = server.disk().durable();
    let committed = count(server.known_committed());
    let safety = |index| if index <= committed { Safety::Committed } else { Safety::OnDisk };
    NodeView {
        term: durable.current_term.0,
        voted_for: durable.voted_for.map(|id| id.0),
        log: tail(&durable.log, safety),
        log_len: count(durable.log.last_index()),
        snapshot: last_included(durable.snapshot.as_ref()),
        ..blank_view(server)
    }
}

fn blank_view(server: &Server) -> NodeView {
    NodeView {
        id: server.id().0,
        status: server.status(),
        role: None,
        is_learner: false,
        term: 0,
        voted_for: None,
        votes: None,
        settled: true,
        leader: None,
        log: Vec::new(),
        log_len: 0,
        commit_index: 0,
        last_applied: 0,
        snapshot: 0,
        incoming: None,
        config: String::new(),
        followers: Vec::new(),
        lease_end: None,
        transfer: None,
        sessions: 0,
        clock: clock_words(server.clock()),
        clock_rate: server.clock().rate().millionths(),
        cpu: server.cpu(),
        digest: None,
        store: Vec::new(),
        store_len: 0,
        waiting: server.waiting(),
        fsync: server.disk().fsync(),
        disk: server.disk().state(),
        blocked: None,
    }
}

fn role(node: &Node) -> RoleView {
    match node.role() {
        Role::Leader(_) => RoleView::Leader,
        Role::Candidate(candidate) if candidate.is_pre_vote() => RoleView::PreCandidate,
        Role::Candidate(_) => RoleView::Candidate,
        Role::Follower { .. } if node.config().is_voter(node.id()) => RoleView::Follower,
        Role::Follower { .. } if node.config().is_learner(node.id()) => RoleView::Learner,
        Role::Follower { .. } => RoleView::Joining,
    }
}

fn follower_view((id, progress): (&crate::raft::NodeId, &crate::raft::Progress)) -> FollowerView {
    FollowerView {
        id: id.0,
        match_index: count(progress.match_index),
        next_index: progress.next_index.get(),
        pace: match progress.state() {
            ProgressState::Probe { .. } => ProgressStateView::Probing,
            ProgressState::Pipeline => ProgressStateView::Streaming,
            ProgressState::Snapshot { offset, .. } => {
                ProgressStateView::Snapshot { bytes: *offset }
            }
        },
    }
}

fn last_included(snapshot: Option<&Snapshot>) -> u64 {
    snapshot.map_or(0, |snapshot| snapshot.about.last.index.get())
}

fn clock_words(clock: &Clock) -> String {
    let (rate, offset) = (clock.rate(), clock.offset());
    let mut words = Vec::new();
    if rate != Rate::TRUE {
        words.push(format!("runs at {rate} times the true rate"));
    }
    if offset != Offset::Ahead(Duration::ZERO) {
        words.push(format!("is off by {offset}"));
    }
    words.join(", ")
}

fn tail(log: &Log, safety: impl Fn(u64) -> Safety) -> Vec<EntryView> {
    let skip = log.len().saturating_sub(LOG_TAIL);
    let first = log.first_index().get();
    let view = |(at, entry): (usize, &Entry)| {
        let index = first + at as u64;
        EntryView {
            index,
            term: entry.term.0,
            safety: safety(index),
            what: EntryText(entry.payload.clone()),
        }
    };
    log.entries().iter().enumerate().skip(skip).map(view).collect()
}

fn head(store: &Store) -> Vec<(String, String)> {
    let pair = |(key, value): (&crate::store::Key, &crate::store::Value)| {
        (cut(key.to_string()), cut(value.as_str().chars().take(LONG + 1).collect()))
    };
    store.entries().take(STORE_HEAD).map(pair).collect()
}

fn short(digest: Digest) -> String {
    let mut text = digest.to_string();
    text.truncate(4);
    text
}

/// What is committed: the store of the running server that has executed most; of several, the leader's.
fn committed(cluster: &Cluster) -> Option<Committed> {
    let running = || {
        let running = cluster.servers().filter(|server| server.status() == Status::Running);
        running.filter_map(|server| Some((server.node()?, server.store()?)))
    };
    let leader = cluster.leader();
    let progress = |node: &Node| (node.last_applied(), Some(node.id()) == leader);
    let (first, store) = running().max_by_key(|(node, _)| progress(node))?;
    let others = || running().filter(|(node, _)| node.id() != first.id());
    let lags = |node: &Node| node.last_applied() < first.last_applied();
    let names = |is_meant: &dyn Fn(&Node, &Store) -> bool| {
        let meant = others().filter(|(node, store)| is_meant(node, store));
        meant.map(|(node, _)| node.id().0).collect()
    };
    let digest = store.digest();
    Some(Committed {
        lagging: names(&|node, _| lags(node)),
        differing: names(&|node, other| !lags(node) && other.digest() != digest),
        entries: head(store),
        len: store.entries().len(),
    })
}

/// Links whose settings differ from the network's.
fn links(cluster: &Cluster) -> Vec<LinkView> {
    let view = |((from, to), link): ((NodeId, NodeId), &Link)| LinkView {
        from: from.0,
        to: to.0,
        latency: (link.latency_min, link.latency_max),
        loss: link.loss.as_ppm(),
        duplicate: link.duplicate.as_ppm(),
    };
    cluster.network().own_links().map(view).collect()
}

/// Groups of servers that can reach each other in both directions; empty if all can.
fn sides(cluster: &Cluster) -> Vec<Vec<NodeNumber>> {
    let network = cluster.network();
    if network.cuts().next().is_none() {
        return Vec::new();
    }
    let mut left: BTreeSet<_> = cluster.servers().map(Server::id).collect();
    let mut sides = Vec::new();
    while let Some(first) = left.pop_first() {
        let mut side = vec![first];
        let mut at = 0;
        while let Some(from) = side.get(at).copied() {
            let open =
                |to: &crate::raft::NodeId| !network.is_cut(from, *to) && !network.is_cut(*to, from);
            let reached: Vec<_> = left.iter().copied().filter(open).collect();
            for node in reached {
                left.remove(&node);
                side.push(node);
            }
            at += 1;
        }
        side.sort_unstable();
        sides.push(side.into_iter().map(|id| id.0).collect());
    }
    if sides.len() < 2 { Vec::new() } else { sides }
}

fn request_traces(playback: &Playback) -> Vec<crate::playground::view::RequestTraceView> {
    let cluster = playback.run.cluster();
    let own = |request_trace: &&RequestTrace| request_trace.client.is_by_hand();
    let mut request_traces: Vec<&RequestTrace> =
        cluster.request_traces().filter(own).chain(&playback.ended).collect();
    request_traces.sort_by_key(|request_trace| {
        std::cmp::Reverse((request_trace::began(request_trace), request_trace.id))
    });
    request_traces.truncate(MAX_REQUEST_TRACES);
    request_traces
        .into_iter()
        .map(|request_trace| request_trace::request_trace(request_trace, cluster))
        .collect()
}

fn network(cluster: &Cluster) -> NetworkView {
    let link = cluster.network().default_link();
    let settings = cluster.settings();
    NetworkView {
        latency: (link.latency_min, link.latency_max),
        loss: link.loss.as_ppm(),
        duplicate: link.duplicate.as_ppm(),
        election_timeout: (settings.election_timeout_min, settings.election_timeout_max),
        heartbeat: settings.heartbeat_interval,
        named_clients: cluster.named_clients().len(),
        workload_clients: cluster.workload().map_or(0, |workload| workload.clients),
        chaos: cluster.chaos().map_or(0, Chance::as_ppm),
    }
}
