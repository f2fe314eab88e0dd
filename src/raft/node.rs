//! The dispatch: one server's state (paper, Figure 2), what can happen to it, and the rules that
//! hold for all servers. What each message means stands in the files beside this one.

use super::compaction::{Incoming, Install};
use super::config::Config;
use super::disk_promises::{DiskPromises, Ticket};
use super::effects::{Effects, Note, ReadAnswer, ReadId, Refusal, StepDown};
use super::election::{Asked, Candidate};
use super::invariants::{Invariant, Lapses};
use super::leader::Leader;
use super::log::Log;
use super::membership::{Change, Configs};
use super::message::{Data, Entry, Envelope, Index, Message, NodeId, Payload, Snapshot, Term};
use super::reads::ReadMode;
use super::rules::{Rule, Rules};
use crate::rng::Rng;
use crate::time::{Duration, Time};

/// The timing and the limits of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The shortest election timeout.
    pub election_timeout_min: Duration,
    /// The longest election timeout (paper, section 5.2: chosen randomly from a fixed interval).
    pub election_timeout_max: Duration,
    /// How often a leader that has nothing to say says so.
    pub heartbeat_interval: Duration,
    /// The most entries in one AppendEntries.
    pub max_batch: usize,
    /// The most entries that a follower may be sent beyond those it has acknowledged.
    pub max_in_flight: u64,
    /// The most bytes of a snapshot in one InstallSnapshot.
    pub snapshot_chunk: usize,
    /// By how much the rate of any clock may differ from the true one, as leases assume: less than 100.
    pub clock_drift_percent: u8,
    /// Which rules are in force.
    pub rules: Rules,
    /// Which rules were ever off, and whether a disk lost data: invariants that rest on those are not
    /// asserted any more.
    pub lapses: Lapses,
}

impl Default for Settings {
    /// The paper's timing (section 9.3 recommends 150 to 300 ms).
    fn default() -> Self {
        Self {
            election_timeout_min: Duration::from_millis(150),
            election_timeout_max: Duration::from_millis(300),
            heartbeat_interval: Duration::from_millis(50),
            max_batch: 64,
            max_in_flight: 256,
            snapshot_chunk: 1_024,
            clock_drift_percent: 10,
            rules: Rules::default(),
            lapses: Lapses::default(),
        }
    }
}

/// What a server finds on its disk when it starts: Figure 2's persistent state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durable {
    pub current_term: Term,
    pub voted_for: Option<NodeId>,
    /// The latest snapshot (paper, section 7).
    pub snapshot: Option<Snapshot>,
    pub log: Log,
}

/// What happens to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A message arrived.
    Receive(Envelope),
    /// The time that [`Node::deadline`] named has come.
    Tick,
    /// The disk has all writes up to this one.
    Durable(Ticket),
    /// A client's command.
    Propose(Data),
    /// Commands that came together, in this order: one write and one message to each follower bring
    /// them on their way (thesis, section 10.2.2).
    ProposeAll(Vec<Data>),
    /// A change of the configuration.
    Change(Change),
    /// A read, to be made sure of in this way.
    Read(ReadId, ReadMode),
    /// The state machine's bytes as of the last applied entry: the log may forget what is before, but
    /// for the last `keep` entries.
    Snapshot { data: Data, keep: u64 },
    /// The leadership is to go over to this server.
    Transfer(NodeId),
}

/// What a server is at the moment, with what only this role knows.
#[derive(Clone, Debug)]
pub enum Role {
    /// Answers to leaders and candidates; knows its leader once it has heard from it.
    Follower { leader: Option<NodeId> },
    /// Stands for election.
    Candidate(Candidate),
    /// Leads.
    Leader(Leader),
}

/// One server.
#[derive(Clone, Debug)]
pub struct Node {
    pub(super) id: NodeId,
    pub(super) settings: Settings,
    pub(super) rng: Rng,
    // Persistent state on all servers.
    pub(super) current_term: Term,
    pub(super) voted_for: Option<NodeId>,
    pub(super) log: Log,
    pub(super) snapshot: Option<Snapshot>,
    // Volatile state on all servers.
    pub(super) commit_index: Option<Index>,
    pub(super) last_applied: Option<Index>,
    pub(super) role: Role,
    pub(super) configs: Configs,
    pub(super) election: ElectionTimer,
    /// This server votes for nobody until then, since it has heard from a leader, or may have.
    pub(super) sticky_until: Time,
    /// A snapshot that is coming in.
    pub(super) incoming: Option<Incoming>,
    pub(super) disk: DiskPromises,
}

/// The election timer: when it was set and when it runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ElectionTimer {
    pub(super) set_at: Time,
    pub(super) deadline: Time,
}

impl ElectionTimer {
    /// Begins anew with the timeout that was drawn last: a leader has not needed it.
    fn restart(&mut self, now: Time) {
        let timeout = self.deadline.since(self.set_at);
        *self = Self { set_at: now, deadline: now + timeout };
    }
}

impl Node {
    /// Starts a server with what is on its disk. `initial` is the configuration that holds until the
    /// log has one: that of the cluster's configuration, or an empty one for a server that is to be added.
    pub fn start(
        id: NodeId,
        settings: Settings,
        initial: Config,
        durable: Durable,
        rng: Rng,
        now: Time,
    ) -> Self {
        let Durable { current_term, voted_for, snapshot, log } = durable;
        assert!(
            !settings.lapses.spare(Invariant::SortedTerms)
                || log.entries().is_sorted_by_key(|entry: &Entry| entry.term),
            "{id}: terms never decrease along a log"
        );
        let last_included = snapshot.as_ref().map(|snapshot| snapshot.about.last.index);
        let known = snapshot.as_ref().map(|snapshot| snapshot.about.config.clone());
        let configs = Configs::new((last_included, known.unwrap_or(initial)), &log);
        // A server that has lived before may have heard from a leader just before it stopped.
        let is_new = current_term == Term::default();
        let silence = if is_new { Duration::ZERO } else { settings.election_timeout_min };
        let mut node = Self {
            id,
            settings,
            rng,
            current_term,
            voted_for,
            commit_index: last_included,
            last_applied: last_included,
            role: Role::Follower { leader: None },
            configs,
            election: ElectionTimer { set_at: now, deadline: now },
            sticky_until: now + silence,
            incoming: None,
            disk: DiskPromises::new(log.last_index()),
            log,
            snapshot,
        };
        node.reset_election_timer(now);
        node
    }

    /// Handles one input at the time `now` of this server's clock. `effects` must be empty; what is
    /// to be done is put into it.
    pub fn step(&mut self, now: Time, input: Input, effects: &mut Effects) {
        match input {
            Input::Receive(envelope) => self.receive(now, envelope, effects),
            Input::Tick => self.tick(now, effects),
            Input::Durable(ticket) => {
                self.on_durable(ticket, effects);
                self.after_own_write(now, effects);
            }
            Input::Propose(data) => {
                effects.proposed = Some(self.propose(now, Payload::Command(data), effects));
            }
            Input::ProposeAll(batch) => effects.proposed = self.propose_all(now, batch, effects),
            Input::Change(change) => effects.change = Some(self.change(now, &change, effects)),
            Input::Read(id, mode) => self.read(now, id, mode, effects),
            Input::Snapshot { data, keep } => self.compact(now, data, keep, effects),
            Input::Transfer(to) => effects.transfer = Some(self.begin_transfer(now, to, effects)),
        }
        self.settle(effects);
    }

    /// When the node wants `Input::Tick`; `None` while it waits for nothing.
    pub fn deadline(&self) -> Option<Time> {
        match &self.role {
            Role::Leader(leader) => {
                let transfer = leader.transfer.map(|transfer| transfer.deadline);
                Some(transfer.map_or(leader.heartbeat_due, |at| at.min(leader.heartbeat_due)))
            }
            _ if self.may_stand() => Some(self.election.deadline),
            _ => None,
        }
    }

    /// Sets the election timer to run out at `now`; the next `Input::Tick` acts on it. Returns `false` for a
    /// leader and for a server outside its configuration, which have no election timer.
    pub fn expire_election_timer(&mut self, now: Time) -> bool {
        if matches!(self.role, Role::Leader(_)) || !self.may_stand() {
            return false;
        }
        self.election.deadline = now;
        true
    }

    /// The next committed entry that the state machine has not seen. The entry counts as applied from now on
    /// (Figure 2, all servers: commitIndex > lastApplied).
    pub fn apply_next(&mut self) -> Option<(Index, &Entry)> {
        if self.last_applied >= self.commit_index {
            return None;
        }
        let index = Index::after(self.last_applied);
        let entry = self.log.get(index);
        assert!(
            entry.is_some() || !self.counts_on(Invariant::CommittedStays),
            "{}: entry {index} is committed and must be in the log",
            self.id
        );
        if entry.is_some() {
            self.last_applied = Some(index);
        }
        entry.map(|entry| (index, entry))
    }

    fn tick(&mut self, now: Time, effects: &mut Effects) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match &self.role {
            Role::Leader(leader) => {
                let due = leader.heartbeat_due <= now;
                self.abort_late_transfer(now, effects);
                if due {
                    self.heartbeat(now, effects);
                }
            }
            _ => self.on_election_timeout(now, effects),
        }
    }

    fn receive(&mut self, now: Time, envelope: Envelope, effects: &mut Effects) {
        let Envelope { from, term, message, .. } = envelope;
        if term > self.current_term
            && let Some(why) = self.reason_to_stay(now, Asked::HigherTerm)
        {
            // The server does not even take over the term (thesis, section 4.2.3).
            match message {
                Message::PreVote { last } => {
                    return self.on_pre_vote(now, from, term, last, effects);
                }
                Message::RequestVote { transfer: false, .. } => {
                    effects.notes.push(Note::RefusedVote { candidate: from, term, why });
                    return;
                }
                _ => {}
            }
        }
        // Figure 2, all servers: a higher term converts to follower (section 5.1).
        if term > self.current_term {
            self.enter_term(term);
            if self.obeys(Rule::StepDown) || !self.is_leader() {
                if self.is_leader() {
                    self.election.restart(now);
                }
                self.become_follower(None, StepDown::HigherTerm { from }, effects);
            }
        }
        match message {
            Message::PreVote { last } => self.on_pre_vote(now, from, term, last, effects),
            Message::PreVoteResponse { vote_granted } => {
                if term == self.current_term {
                    self.on_pre_vote_response(now, from, vote_granted, effects);
                }
            }
            Message::RequestVote { last, transfer } => {
                self.on_request_vote(now, from, term, (last, transfer), effects);
            }
            Message::RequestVoteResponse { vote_granted } => {
                if term == self.current_term {
                    self.on_vote(now, from, vote_granted, effects);
                }
            }
            Message::AppendEntries { prev, entries, leader_commit, round } => {
                let append = super::replication::Append { prev, entries, leader_commit, round };
                self.on_append_entries(now, from, term, append, effects);
            }
            Message::AppendEntriesResponse { result, round } => {
                if term == self.current_term {
                    self.on_append_response(now, from, result, round, effects);
                }
            }
            Message::InstallSnapshot { about, offset, part, done, round } => {
                if term < self.current_term {
                    self.answer_old_leader(from, round, effects);
                    return;
                }
                let install = Install { about, offset, part, done, round };
                self.on_install_snapshot(now, from, install, effects);
            }
            Message::InstallSnapshotResponse { last, received, installed, round } => {
                if term == self.current_term {
                    let answer = (last, received, installed, round);
                    self.on_snapshot_response(now, from, answer, effects);
                }
            }
            Message::TimeoutNow => {
                if term == self.current_term {
                    self.on_timeout_now(now, effects);
                }
            }
        }
    }

    /// Whether the rule is in force.
    pub(super) fn obeys(&self, rule: Rule) -> bool {
        self.settings.rules.on(rule)
    }

    /// Whether all that the invariant rests on was in force the whole time.
    pub(super) fn counts_on(&self, invariant: Invariant) -> bool {
        self.settings.lapses.spare(invariant)
    }

    /// Moves on to a later term, in which no vote is cast yet.
    pub(super) fn enter_term(&mut self, term: Term) {
        assert!(term > self.current_term, "{}: terms only grow", self.id);
        self.current_term = term;
        self.voted_for = None;
        self.incoming = None;
        self.disk.hard_state_changed();
        self.disk.forget_promises();
    }

    /// Becomes a follower of `leader`, and fails what only a leader could have finished.
    pub(super) fn become_follower(
        &mut self,
        leader: Option<NodeId>,
        why: StepDown,
        effects: &mut Effects,
    ) {
        let before = std::mem::replace(&mut self.role, Role::Follower { leader });
        let led = match before {
            Role::Follower { .. } => return,
            Role::Candidate(_) => false,
            Role::Leader(old) => {
                let fail = |id| ReadAnswer::NotLeader { id, leader };
                effects.reads.extend(old.into_reads().map(fail));
                true
            }
        };
        effects.notes.push(Note::SteppedDown { led, term: self.current_term, why });
    }

    pub(super) fn reset_election_timer(&mut self, now: Time) {
        let Settings { election_timeout_min: min, election_timeout_max: max, .. } = self.settings;
        let max = if self.obeys(Rule::RandomTimeouts) { max.max(min) } else { min };
        let timeout = self.rng.range(min.as_micros()..=max.as_micros());
        let deadline = now + Duration::from_micros(timeout);
        self.election = ElectionTimer { set_at: now, deadline };
    }

    pub(super) fn envelope(&self, to: NodeId, message: Message) -> Envelope {
        Envelope { from: self.id, to, term: self.current_term, message }
    }

    pub(super) fn not_leader(&self) -> Refusal {
        Refusal::NotLeader { leader: self.leader() }
    }
}

/// What a node reports of itself.
impl Node {
    /// Its name.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its timing and limits.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes its timing and limits. A running timer runs on as it was set.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Its role.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// The leader it knows of; itself, if it leads.
    pub fn leader(&self) -> Option<NodeId> {
        match self.role {
            Role::Follower { leader } => leader,
            Role::Candidate(_) => None,
            Role::Leader(_) => Some(self.id),
        }
    }

    /// Whether it leads its term.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    /// Whether it has asked others for something that it does not have: a candidate for votes, a leader for copies
    /// of its last entries, or for the next step of a change.
    pub fn may_wait_for_others(&self) -> bool {
        match &self.role {
            Role::Follower { .. } => false,
            Role::Candidate(_) => true,
            Role::Leader(_) => {
                self.commit_index < self.log.last_index() || !self.goals().is_empty()
            }
        }
    }

    /// The latest term it has seen.
    pub fn current_term(&self) -> Term {
        self.current_term
    }

    /// Whom it voted for in this term.
    pub fn voted_for(&self) -> Option<NodeId> {
        self.voted_for
    }

    /// Its log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The last entry it knows to be committed.
    pub fn commit_index(&self) -> Option<Index> {
        self.commit_index
    }

    /// The last entry that was given to the state machine.
    pub fn last_applied(&self) -> Option<Index> {
        self.last_applied
    }

    /// The configuration in force: the latest in its log, committed or not.
    pub fn config(&self) -> &Config {
        self.configs.current()
    }

    /// When its election timer was set, and when it runs out; `None` where it has none.
    pub fn election_timer(&self) -> Option<(Time, Time)> {
        let running = !self.is_leader() && self.may_stand();
        running.then_some((self.election.set_at, self.election.deadline))
    }
}
