//! Log compaction (paper, section 7): snapshots, and sending them in parts to followers that lack what
//! the log no longer has.
//!
//! The leader sends a snapshot to the end, even if it takes newer ones meanwhile. If it began anew with each
//! newer snapshot, a slow sending would never end. The entries after the snapshot must still be in the
//! leader's log when the snapshot has arrived. So the log keeps what a follower that catches up lacks, as
//! long as that follower answers and up to a bound. (The paper leaves to the leader what it keeps; etcd keeps
//! a number of entries, TiKV keeps what followers that answer lack.)
//!
//! The host decides when a snapshot is taken, and brings the state machine's bytes. A snapshot stands for the
//! log up to the last applied entry. A follower answers every part with how much it has. When the whole
//! snapshot is on its disk, the follower goes on from there. Deliberately lacks copy-on-write: the bytes are
//! made at once.

use super::effects::{Effects, GivenUp, Note};
use super::leader::ProgressState;
use super::message::{Data, Index, Message, NodeId, Position, Snapshot, SnapshotInfo, count};
use super::node::{Node, Role};
use crate::time::Time;

/// The most entries before a snapshot that a log keeps for followers that catch up.
const MOST_KEPT: u64 = 5_000;

/// A snapshot that is coming in.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    about: SnapshotInfo,
    bytes: Vec<u8>,
}

/// The fields of an InstallSnapshot.
pub(super) struct Install {
    pub(super) about: SnapshotInfo,
    pub(super) offset: u64,
    pub(super) part: Data,
    pub(super) done: bool,
    pub(super) round: u64,
}

impl Node {
    /// The latest snapshot.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// How much of a snapshot has come in: its last entry, and the bytes so far.
    pub fn incoming_snapshot(&self) -> Option<(Position, u64)> {
        self.incoming.as_ref().map(|incoming| (incoming.about.last, incoming.bytes.len() as u64))
    }

    /// Takes the state machine's bytes as of the last applied entry, and forgets the log up to `keep`
    /// entries before it: those are kept for followers that are a little behind. More are kept for those that
    /// catch up by a snapshot.
    pub(super) fn compact(&mut self, now: Time, data: Data, keep: u64, effects: &mut Effects) {
        let Some(last) = self.log.position(self.last_applied) else { return };
        let config = self.configs.as_of(last.index).clone();
        self.configs.rebase(last.index, config.clone());
        self.snapshot = Some(Snapshot::new(last, config, data));
        self.disk.snapshot_changed();
        let newest = last.index.get();
        let needed = self.needed_after(now).max(newest.saturating_sub(MOST_KEPT));
        let base = Index::new(newest.saturating_sub(keep).min(needed));
        if let Some(base) = self.log.position(base) {
            self.log.begin_after(base);
        }
        effects.notes.push(Note::TookSnapshot { last, kept: self.log.len() as u64 });
        self.give_up_sendings(now, effects);
    }

    /// The last entry that every follower has, of those that catch up and answer. The log needs what comes
    /// after it.
    fn needed_after(&self, now: Time) -> u64 {
        let Role::Leader(leader) = &self.role else { return u64::MAX };
        let patience = self.settings.election_timeout_max;
        let in_need = leader
            .followers
            .values()
            .filter(|progress| progress.catches_up && progress.is_heard(now, patience));
        in_need.map(|progress| count(progress.reaches())).min().unwrap_or(u64::MAX)
    }

    /// Gives up the sendings that can no longer help: the follower does not answer, and the log has lost what
    /// follows the snapshot, so that a newer snapshot would have to come after it.
    fn give_up_sendings(&mut self, now: Time, effects: &mut Effects) {
        let patience = self.settings.election_timeout_max;
        let base = self.log.base().map(|base| base.index);
        let Role::Leader(leader) = &mut self.role else { return };
        for (follower, progress) in &mut leader.followers {
            if let Some(last) = progress.sending()
                && Some(last.index) < base
                && !progress.is_heard(now, patience)
            {
                let (follower, why) = (*follower, GivenUp::Silent);
                effects.notes.push(Note::GaveUpSnapshot { follower, last, why });
                progress.state = ProgressState::Probe { waiting: true };
            }
        }
    }

    /// Sends the part of a snapshot that `to` lacks: of the one that is on its way to it, or else of the
    /// latest.
    pub(super) fn send_snapshot(&mut self, to: NodeId, even_again: bool, effects: &mut Effects) {
        let chunk = self.settings.snapshot_chunk.max(1);
        let Role::Leader(leader) = &mut self.role else { return };
        let round = leader.round;
        let Some(progress) = leader.followers.get_mut(&to) else { return };
        if !matches!(progress.state, ProgressState::Snapshot { .. }) {
            let Some(snapshot) = self.snapshot.clone() else { return };
            effects.notes.push(Note::SendsSnapshot { follower: to, last: snapshot.about.last });
            progress.state = ProgressState::Snapshot { snapshot, offset: 0, waiting: false };
            progress.catches_up = true;
        }
        let ProgressState::Snapshot { snapshot, offset, waiting } = &mut progress.state else {
            return;
        };
        if *waiting && !even_again {
            return;
        }
        *waiting = true;
        let bytes = snapshot.data.as_bytes();
        let start = usize::try_from(*offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(chunk).min(bytes.len());
        let message = Message::InstallSnapshot {
            about: snapshot.about.clone(),
            offset: *offset,
            part: Data::new(&bytes[start..end]),
            done: end == bytes.len(),
            round,
        };
        effects.messages.push(self.envelope(to, message));
    }

    /// A follower has answered a part.
    pub(super) fn on_snapshot_response(
        &mut self,
        now: Time,
        from: NodeId,
        (last, received, installed, round): (Position, u64, bool, u64),
        effects: &mut Effects,
    ) {
        let Role::Leader(leader) = &mut self.role else { return };
        if round > leader.round {
            effects.notes.push(Note::IgnoredAnswer { from, round, begun: leader.round });
            return;
        }
        leader.heard(now, from, round);
        let Some(progress) = leader.followers.get_mut(&from) else { return };
        if installed {
            if progress.matched(Some(last.index), self.commit_index) {
                self.advance_commit_index(now, effects);
                self.go_on_with_transfer(effects);
                self.pursue_goals(now, effects);
            }
            self.send_append(from, false, effects);
        } else if let ProgressState::Snapshot { snapshot, offset, waiting } = &mut progress.state
            && snapshot.about.last == last
            && received != *offset
        {
            // An answer that tells nothing new is a copy. The part that it asks for is on its way, or comes
            // with a heartbeat.
            (*offset, *waiting) = (received, false);
            self.send_snapshot(from, false, effects);
        }
        self.confirm_reads(now, effects);
    }

    /// Figure 13, InstallSnapshot RPC: the receiver's part.
    pub(super) fn on_install_snapshot(
        &mut self,
        now: Time,
        from: NodeId,
        install: Install,
        effects: &mut Effects,
    ) {
        let Install { about, offset, part, done, round } = install;
        self.recognise_leader(now, from, effects);
        let last = about.last;
        if Some(last.index) <= self.commit_index {
            // This server has all of the snapshot already: what it knows to be committed agrees with the
            // leader's log.
            let answer =
                Message::InstallSnapshotResponse { last, received: 0, installed: true, round };
            self.disk.promise(self.envelope(from, answer));
            return;
        }
        let coming = self.incoming.as_ref().map(|incoming| &incoming.about);
        if coming.is_some_and(|coming| last.index < coming.last.index) {
            // A copy of a part of a sending that the leader has given up since then.
            return;
        }
        if coming != Some(&about) {
            self.incoming = Some(Incoming { about: about.clone(), bytes: Vec::new() });
        }
        let Some(incoming) = &mut self.incoming else { return };
        let in_order = offset == incoming.bytes.len() as u64;
        if in_order {
            incoming.bytes.extend_from_slice(part.as_bytes());
        }
        let received = incoming.bytes.len() as u64;
        if !in_order || !done {
            let answer =
                Message::InstallSnapshotResponse { last, received, installed: false, round };
            effects.messages.push(self.envelope(from, answer));
            return;
        }
        let bytes = self.incoming.take().map(|incoming| incoming.bytes).unwrap_or_default();
        let snapshot = Snapshot { about, data: Data::new(bytes) };
        let installed = snapshot.is_whole();
        if installed {
            self.install(from, snapshot, effects);
        } else {
            effects.notes.push(Note::RefusedSnapshot { leader: from, last });
        }
        let answer = Message::InstallSnapshotResponse { last, received: 0, installed, round };
        self.disk.promise(self.envelope(from, answer));
    }

    /// Goes on from a snapshot. If the log has the snapshot's last entry, the entries after it stay.
    /// Otherwise the whole log goes.
    fn install(&mut self, from: NodeId, snapshot: Snapshot, effects: &mut Effects) {
        let SnapshotInfo { last, config, .. } = snapshot.about.clone();
        let fits = self.log.term_at(last.index) == Some(last.term);
        if !fits {
            self.forget_configs_from(Index::FIRST);
            self.disk.log_changed(last.index.next());
        }
        self.log.begin_after(last);
        self.configs.rebase(last.index, config);
        self.commit_index = self.commit_index.max(Some(last.index));
        if self.last_applied < Some(last.index) {
            self.last_applied = Some(last.index);
            effects.restore = Some(snapshot.data.clone());
        }
        self.snapshot = Some(snapshot);
        self.disk.snapshot_changed();
        let kept = self.log.len() as u64;
        effects.notes.push(Note::InstalledSnapshot { from, last, kept });
    }

    /// How many entries the log has beyond the latest snapshot and up to the last applied one: what
    /// the next snapshot would save.
    pub fn applied_since_snapshot(&self) -> u64 {
        let last = self.snapshot.as_ref().map(|snapshot| snapshot.about.last.index);
        count(self.last_applied).saturating_sub(count(last))
    }
}
