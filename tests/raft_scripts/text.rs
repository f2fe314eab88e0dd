//! How messages, writes and states are written in a golden script: one line each.

use kvorum::raft::{
    Accepted, Appended, Entry, Index, Message, Node, Payload, Position, ProgressState, ReadAnswer,
    Refusal, Role, Write, count,
};

/// `3@2` for the entry 3 of term 2; `none`.
pub(crate) fn position(position: Option<Position>) -> String {
    position.map_or("none".into(), |Position { term, index }| format!("{index}@{term}"))
}

fn index(index: Option<Index>) -> String {
    index.map_or("none".into(), |index| index.to_string())
}

/// What an entry carries: `noop`, a command, or the members of a configuration.
pub(crate) fn payload(payload: &Payload) -> String {
    match payload {
        Payload::Noop => "noop".into(),
        Payload::Command(data) => String::from_utf8_lossy(data.as_bytes()).into(),
        Payload::Config(config) => format!("config({config})"),
    }
}

/// `2@1:noop 3@1:a` for entries from this index on.
pub(crate) fn entries(first: Index, entries: &[Entry]) -> String {
    let mut at = first;
    let mut words = Vec::new();
    for entry in entries {
        words.push(format!("{at}@{}:{}", entry.term, payload(&entry.payload)));
        at = at.next();
    }
    words.join(" ")
}

/// What a message says beyond its kind.
pub(crate) fn message(message: &Message) -> String {
    let kind = message.kind();
    match message {
        Message::PreVote { last } => format!("{kind} last={}", position(*last)),
        Message::RequestVote { last, transfer } => {
            let why = if *transfer { " transfer" } else { "" };
            format!("{kind} last={}{why}", position(*last))
        }
        Message::PreVoteResponse { vote_granted }
        | Message::RequestVoteResponse { vote_granted } => {
            format!("{kind} {}", if *vote_granted { "granted" } else { "refused" })
        }
        Message::AppendEntries { prev, entries: sent, leader_commit, round } => {
            let first = Index::after(prev.map(|prev| prev.index));
            let (prev, sent) = (position(*prev), entries(first, sent));
            format!("{kind} prev={prev} [{sent}] commit={} round={round}", index(*leader_commit))
        }
        Message::AppendEntriesResponse { result, round } => {
            format!("{kind} {} round={round}", appended(*result))
        }
        Message::InstallSnapshot { about, offset, part, done, round } => {
            let (last, config) = (position(Some(about.last)), &about.config);
            let (part, end) = (part.as_bytes().len(), if *done { " done" } else { "" });
            format!("{kind} last={last} config({config}) bytes {offset}+{part}{end} round={round}")
        }
        Message::InstallSnapshotResponse { last, received, installed, round } => {
            let last = position(Some(*last));
            let how = if *installed { "installed".into() } else { format!("received={received}") };
            format!("{kind} last={last} {how} round={round}")
        }
        Message::TimeoutNow => kind.to_string(),
    }
}

fn appended(result: Appended) -> String {
    match result {
        Appended::Matched { match_index } => format!("matched={}", index(match_index)),
        Appended::Conflict { rejected, conflict_term, first } => {
            let term = conflict_term.map_or("none".into(), |term| term.to_string());
            format!("conflict rejected={rejected} term={term} first={first}")
        }
        Appended::Outdated => "outdated".into(),
    }
}

/// What is to be brought to disk.
pub(crate) fn write(write: &Write) -> String {
    let voted_for = write.voted_for.map_or("none".into(), |id| id.to_string());
    let mut line = format!("#{} term={} vote={voted_for}", write.ticket.0, write.current_term);
    if let Some(snapshot) = &write.snapshot {
        line += &format!(" snapshot={}", position(Some(snapshot.about.last)));
    }
    if !write.entries.is_empty() {
        line += &format!(" log=[{}]", entries(write.first, &write.entries));
    }
    line
}

/// What became of a read.
pub(crate) fn read(answer: ReadAnswer) -> String {
    match answer {
        ReadAnswer::Ready { id, read_index } => {
            format!("#{} is ready once {} is applied", id.0, index(read_index))
        }
        ReadAnswer::NotLeader { id, leader } => {
            let leader = leader.map_or("nobody it knows".into(), |leader| leader.to_string());
            format!("#{} is not served here: {leader} leads", id.0)
        }
    }
}

/// How a change was taken on.
pub(crate) fn accepted(accepted: Accepted) -> String {
    match accepted {
        Accepted::Proposed(at) => format!("proposed at {}", position(Some(at))),
        Accepted::CatchingUp(id) => format!("waits until {id} has caught up"),
    }
}

/// Why something was not taken.
pub(crate) fn refusal(refusal: Refusal) -> String {
    match refusal {
        Refusal::NotLeader { leader: Some(leader) } => format!("{leader} leads"),
        Refusal::NotLeader { leader: None } => "not the leader, and knows none".into(),
        Refusal::ChangeInProgress => "a change is in progress".into(),
        Refusal::NoChange => "so already".into(),
        Refusal::LastServer => "the last voter stays".into(),
        Refusal::Transferring { to } => format!("hands over to {to}"),
        Refusal::NotVoter(id) => format!("{id} has no vote"),
    }
}

/// How a node is: its term and role, its vote, its log, and what it knows of others.
pub(crate) fn state(node: &Node) -> String {
    let role = match node.role() {
        Role::Follower { leader: Some(leader) } => format!("follows {leader}"),
        Role::Follower { leader: None } => "follows nobody".into(),
        Role::Candidate(candidate) => {
            let (votes, needed) = node.tally().unwrap_or_default();
            let stands = if candidate.is_pre_vote() { "asks" } else { "stands" };
            format!("{stands} {votes}/{needed}")
        }
        Role::Leader(_) => "leads".into(),
    };
    let voted_for = node.voted_for().map_or("none".into(), |id| id.to_string());
    let log = node.log();
    let base = log.base().map_or(String::new(), |base| format!("..{} ", position(Some(base))));
    let mut at = log.first_index();
    let mut held = Vec::new();
    for entry in log.entries() {
        let is_config = matches!(entry.payload, Payload::Config(_));
        let what = if is_config { "config".into() } else { payload(&entry.payload) };
        held.push(format!("{at}@{}:{what}", entry.term));
        at = at.next();
    }
    let held = held.join(" ");
    let mut line = format!(
        "{role} term={} vote={voted_for} log=[{}] disk={} commit={} applied={} config({})",
        node.current_term(),
        format!("{base}{held}").trim_end(),
        count(node.durable_index()),
        count(node.commit_index()),
        count(node.last_applied()),
        node.config(),
    );
    if let Role::Leader(leader) = node.role() {
        for (id, progress) in leader.followers() {
            let how = match progress.state() {
                ProgressState::Probe { .. } => "probe",
                ProgressState::Pipeline => "pipeline",
                ProgressState::Snapshot { .. } => "snapshot",
            };
            line += &format!(" {id}:{}/{} {how}", count(progress.match_index), progress.next_index);
        }
    }
    line
}
