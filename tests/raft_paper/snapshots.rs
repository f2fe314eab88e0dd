//! Snapshots: the paper's section 7 and Figure 13.

use kvorum::digest::Digest;
use kvorum::raft::{
    Appended, Change, Data, Durable, Effects, Entry, GivenUp, Index, Input, Log, Message, NodeId,
    Note, Payload, Settings, Snapshot, SnapshotInfo, Term,
};

use crate::server::{Server, at, config, index, position, result, sent_to};

fn snapshot(term: u64, number: u64) -> Snapshot {
    Snapshot::new(position(term, number), config(3), Data::new(*b"the whole store"))
}

/// The chunk of a snapshot from `offset` to `end`.
fn part(snapshot: &Snapshot, offset: usize, end: usize) -> Message {
    let bytes = snapshot.data.as_bytes();
    Message::InstallSnapshot {
        about: snapshot.about.clone(),
        offset: offset as u64,
        part: Data::new(&bytes[offset..end]),
        done: end == bytes.len(),
        round: 3,
    }
}

/// How many bytes a follower reports as received, and whether the snapshot is installed and on its
/// disk.
fn received(effects: &Effects) -> (u64, bool) {
    match sent_to(effects, 1)[..] {
        [Message::InstallSnapshotResponse { received, installed, .. }] => (*received, *installed),
        _ => panic!("{effects:?}"),
    }
}

/// A leader whose log begins after entry 1, and a new server with an empty log, to which the first
/// chunk of the snapshot was sent.
fn leader_with_a_newcomer() -> (Server, Effects) {
    let mut server = Server::leader(3);
    let data = Data::new(vec![7; 1_500]);
    server.step(Input::Snapshot { data, keep: 0 });
    assert_eq!((server.node.log().base(), server.node.log().len()), (Some(position(2, 1)), 0));
    server.step(Input::Change(Change::Learn(NodeId(4))));
    let missing =
        Appended::Conflict { rejected: index(1), conflict_term: None, first: Index::FIRST };
    let answer = Message::AppendEntriesResponse { result: missing, round: 0 };
    let effects = server.receive(4, 2, answer);
    (server, effects)
}

/// Section 7: a snapshot replaces the log up to an entry; a follower that needs earlier entries
/// gets the snapshot, in chunks.
#[test]
fn a_leader_sends_its_snapshot_for_what_its_log_has_forgotten() {
    let (mut server, effects) = leader_with_a_newcomer();
    let Message::InstallSnapshot { offset: 0, done: false, part, .. } = sent_to(&effects, 4)[0]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(part.as_bytes().len(), Settings::default().snapshot_chunk);
    let last = position(2, 1);
    let answer = |received, installed| Message::InstallSnapshotResponse {
        last,
        received,
        installed,
        round: 0,
    };
    let effects = server.receive(4, 2, answer(1_024, false));
    assert!(matches!(
        sent_to(&effects, 4)[0],
        Message::InstallSnapshot { offset: 1_024, done: true, .. }
    ));
    let effects = server.receive(4, 2, answer(0, true));
    assert!(matches!(
        sent_to(&effects, 4)[0],
        Message::AppendEntries { prev: Some(prev), entries, .. }
            if *prev == last && entries.len() == 1
    ));
}

/// Figure 13: chunks arrive in order and are put together; the response waits for the disk; a log
/// without the snapshot's last entry is discarded.
#[test]
fn a_follower_puts_a_snapshot_together() {
    let mut server = Server::new(2, 3, 2, &[1, 1]);
    let whole = snapshot(2, 5);
    assert_eq!(received(&server.receive(1, 2, part(&whole, 0, 6))), (6, false));
    assert_eq!(received(&server.receive(1, 2, part(&whole, 0, 6))), (6, false), "again");
    assert_eq!(received(&server.receive(1, 2, part(&whole, 9, 15))), (6, false), "a gap");
    let effects = server.receive(1, 2, part(&whole, 6, 15));
    assert_eq!(effects.restore.as_ref(), Some(&whole.data));
    assert_eq!(effects.messages, [], "not before it is on disk");
    assert_eq!(received(&server.sync()), (0, true));
    let log = server.node.log();
    assert_eq!((log.base(), log.len()), (Some(position(2, 5)), 0));
    assert_eq!(server.node.commit_index(), Some(index(5)));
    let write = effects.write.unwrap();
    assert_eq!((write.snapshot.as_ref(), write.base), (Some(&whole), Some(position(2, 5))));
}

/// Figure 13, 6: if the log has the snapshot's last entry, the entries after it are kept.
#[test]
fn what_follows_a_snapshot_is_kept() {
    let mut server = Server::new(2, 3, 2, &[1, 2, 2]);
    server.receive(1, 2, part(&snapshot(2, 2), 0, 15));
    let log = server.node.log();
    assert_eq!((log.last_index(), log.len(), log.is_empty()), (Some(index(3)), 1, false));
}

/// A snapshot whose checksum does not match is refused, and changes nothing.
#[test]
fn a_damaged_snapshot_is_not_installed() {
    let mut server = Server::new(2, 3, 2, &[1]);
    let whole = snapshot(2, 5);
    let about = SnapshotInfo { checksum: Digest(1), ..whole.about.clone() };
    let damaged = Snapshot { about, ..whole };
    let effects = server.receive(1, 2, part(&damaged, 0, 15));
    assert_eq!((effects.restore, server.node.commit_index()), (None, None));
    assert_eq!(server.node.log().len(), 1);
}

/// A snapshot of entries that are already committed here is not installed, and is answered as
/// installed.
#[test]
fn an_old_snapshot_is_answered_and_not_installed() {
    let mut server = Server::with(
        2,
        3,
        Durable {
            current_term: Term(2),
            log: Log::new(Some(position(2, 9)), Vec::new()),
            snapshot: Some(snapshot(2, 9)),
            ..Durable::default()
        },
    );
    assert_eq!(server.node.last_applied(), Some(index(9)), "a server starts at its snapshot");
    let effects = server.receive(1, 2, part(&snapshot(2, 5), 0, 15));
    assert!(matches!(
        sent_to(&effects, 1)[..],
        [Message::InstallSnapshotResponse { installed: true, .. }]
    ));
    assert_eq!(effects.restore, None);
}

/// Section 7: each server takes its own snapshots of what is committed and applied, with the
/// configuration of that time. Later entries stay in the log.
#[test]
fn a_snapshot_stands_for_what_is_applied() {
    let mut server = Server::new(2, 3, 2, &[1, 2]);
    let added = vec![Entry { term: Term(2), payload: Payload::Config(config(4)) }];
    let (prev, leader_commit) = (Some(position(2, 2)), Some(index(2)));
    server.receive(1, 2, Message::AppendEntries { prev, entries: added, leader_commit, round: 1 });
    let take = || Input::Snapshot { data: Data::new(*b"as of now"), keep: 0 };
    assert_eq!(server.step(take()).write, None, "nothing is applied yet");
    server.apply();
    let snapshot = server.step(take()).write.unwrap().snapshot.unwrap();
    assert_eq!((snapshot.about.last, &snapshot.about.config), (position(2, 2), &config(3)));
    assert_eq!(server.node.log().base(), Some(position(2, 2)));
    assert_eq!((server.node.log().len(), server.node.config()), (1, &config(4)));
}

/// Section 7: the first entry after a snapshot is checked against the snapshot's last entry.
#[test]
fn entries_follow_a_snapshot_as_they_follow_an_entry() {
    let mut server = Server::new(2, 3, 2, &[]);
    server.receive(1, 2, part(&snapshot(2, 5), 0, 15));
    server.sync();
    let refused = server.append(1, 3, position(3, 5), &[3]);
    assert!(matches!(result(&refused), Some(Appended::Conflict { .. })), "of another term");
    server.append(1, 3, position(2, 5), &[3]);
    let matched = Appended::Matched { match_index: Some(index(6)) };
    assert_eq!(result(&server.sync()), Some(matched));
}

/// Section 7: each chunk resets the election timer.
#[test]
fn a_part_of_a_snapshot_puts_the_election_off() {
    let mut server = Server::new(2, 3, 2, &[1]);
    for (millis, offset) in [(100, 0), (200, 5)] {
        server.at(millis).receive(1, 2, part(&snapshot(2, 5), offset, offset + 5));
        let set_at = server.node.election_timer().map(|(set_at, _)| set_at);
        assert_eq!((server.node.leader(), set_at), (Some(NodeId(1)), Some(at(millis))));
    }
}

/// Figure 13, 5: a partial snapshot is discarded for a later one.
#[test]
fn a_later_snapshot_replaces_one_that_is_coming_in() {
    let mut server = Server::new(2, 3, 2, &[1]);
    let (earlier, later) = (snapshot(2, 5), snapshot(2, 7));
    server.receive(1, 2, part(&earlier, 0, 6));
    assert_eq!(server.node.incoming_snapshot(), Some((position(2, 5), 6)));
    server.receive(1, 2, part(&later, 0, 4));
    assert_eq!(server.node.incoming_snapshot(), Some((position(2, 7), 4)));
    server.receive(1, 2, part(&later, 4, 15));
    assert_eq!(
        (server.node.log().base(), server.node.commit_index()),
        (Some(position(2, 7)), Some(index(7)))
    );
}

/// Figure 13, 7 and 8: a log with another entry at the snapshot's last index is discarded, on disk
/// too; the state machine and the configuration are the snapshot's.
#[test]
fn a_log_that_conflicts_with_a_snapshot_goes() {
    let mut server = Server::new(2, 3, 3, &[1, 1, 2, 2]);
    let whole = Snapshot::new(position(3, 3), config(4), Data::new(*b"the whole store"));
    let effects = server.receive(1, 3, part(&whole, 0, 15));
    assert_eq!(effects.restore, Some(whole.data));
    server.sync();
    for after in ["the disk is done", "a crash"] {
        let log = server.node.log();
        assert_eq!((log.base(), log.len()), (Some(position(3, 3)), 0), "after {after}");
        assert_eq!(server.node.last_applied(), Some(index(3)), "after {after}");
        assert_eq!(server.node.config(), &config(4), "after {after}");
        server.crash();
    }
}

/// Figure 13, 7: entries of such a log are not on disk any more, whatever was written before.
#[test]
fn what_a_snapshot_has_replaced_is_not_on_disk_any_more() {
    let mut server = Server::new(2, 3, 2, &[1; 7]);
    let before =
        server.append(1, 2, position(1, 7), &[2]).write.expect("an entry is to be written");
    server.receive(1, 2, part(&snapshot(2, 5), 0, 15));
    assert_eq!(server.node.durable_index(), Some(index(5)));
    let effects = server.step(Input::Durable(before.ticket));
    assert_eq!(server.node.durable_index(), Some(index(5)), "entry 8 is gone");
    assert!(!effects.notes.iter().any(|note| matches!(note, Note::Persisted { .. })));
}

/// Section 7 and 6: a configuration that stays in the log after a snapshot stays in force; one that
/// is discarded with the log does not.
#[test]
fn a_configuration_is_in_force_as_long_as_it_is_in_the_log() {
    for (term, in_force) in [(1, config(4)), (2, config(3))] {
        let mut server = Server::new(2, 3, 2, &[1, 1]);
        let entries = vec![Entry { term: Term(2), payload: Payload::Config(config(4)) }];
        let prev = Some(position(1, 2));
        let message = Message::AppendEntries { prev, entries, leader_commit: None, round: 1 };
        server.receive(1, 2, message);
        assert_eq!(server.node.config(), &config(4));
        server.receive(1, 2, part(&snapshot(term, 2), 0, 15));
        assert_eq!(server.node.config(), &in_force, "a snapshot of term {term}");
    }
}

/// Section 5.5: messages may be duplicated. A duplicate response tells nothing, and is not answered
/// again; otherwise each copy would be answered forever, and so would the copies of its answers.
#[test]
fn an_answer_to_a_part_that_comes_again_is_not_answered_again() {
    let (mut server, _first) = leader_with_a_newcomer();
    let answer = |received, installed| Message::InstallSnapshotResponse {
        last: position(2, 1),
        received,
        installed,
        round: 0,
    };
    let sent = |effects: &Effects| sent_to(effects, 4).len();
    assert_eq!(sent(&server.receive(4, 2, answer(1_024, false))), 1);
    assert_eq!(sent(&server.receive(4, 2, answer(1_024, false))), 0, "a copy");
    assert_eq!(sent(&server.receive(4, 2, answer(0, true))), 1, "what follows");
    assert_eq!(sent(&server.receive(4, 2, answer(0, true))), 0, "a copy");
}

/// Section 7 and 5.5: a lost chunk is sent again; a follower that lost its chunks gets all of them
/// again.
#[test]
fn a_lost_part_of_a_snapshot_is_sent_again() {
    let (mut server, _lost) = leader_with_a_newcomer();
    let offset = |effects: &Effects| match sent_to(effects, 4)[..] {
        [Message::InstallSnapshot { offset, .. }] => *offset,
        _ => panic!("{effects:?}"),
    };
    assert_eq!(offset(&server.at(60).step(Input::Tick)), 0);
    let last = position(2, 1);
    let has =
        |received| Message::InstallSnapshotResponse { last, received, installed: false, round: 0 };
    assert_eq!(offset(&server.receive(4, 2, has(1_024))), 1_024);
    assert_eq!(offset(&server.at(120).step(Input::Tick)), 1_024);
    assert_eq!(offset(&server.receive(4, 2, has(0))), 0, "it crashed");
}

/// The chunk that the leader sends to its new server: the snapshot's last index, and the chunk's
/// offset.
fn sent_part(effects: &Effects) -> Option<(u64, u64)> {
    sent_to(effects, 4).into_iter().find_map(|message| match message {
        Message::InstallSnapshot { about, offset, .. } => Some((about.last.index.get(), *offset)),
        _ => None,
    })
}

/// The new server reports this many bytes of the snapshot up to this index, or that it has
/// installed it.
fn has_part(server: &mut Server, last: u64, received: u64, installed: bool) -> Effects {
    let last = position(2, last);
    server.receive(4, 2, Message::InstallSnapshotResponse { last, received, installed, round: 0 })
}

/// The leader commits and applies this many more entries, up to index `last`, and takes a snapshot.
fn snapshot_after(server: &mut Server, entries: usize, last: u64) -> Effects {
    server.step(Input::ProposeAll(vec![Data::new(*b"x"); entries]));
    server.sync();
    server.matched(2, last);
    server.apply();
    assert_eq!(server.node.last_applied(), Some(index(last)));
    server.step(Input::Snapshot { data: Data::new(vec![8; 3_000]), keep: 0 })
}

/// Section 7: a transfer of a snapshot is completed although the leader takes newer snapshots
/// meanwhile, and the log keeps the entries after it. When the follower has caught up, the log
/// keeps no more for it.
#[test]
fn a_snapshot_transfer_continues_although_the_leader_takes_newer_ones() {
    let (mut server, effects) = leader_with_a_newcomer();
    assert_eq!(sent_part(&effects), Some((1, 0)));
    let effects = snapshot_after(&mut server, 4, 6);
    assert!(!effects.notes.iter().any(|note| matches!(note, Note::GaveUpSnapshot { .. })));
    assert_eq!(sent_part(&has_part(&mut server, 1, 1_024, false)), Some((1, 1_024)));
    let effects = has_part(&mut server, 1, 0, true);
    assert!(matches!(
        sent_to(&effects, 4)[0],
        Message::AppendEntries { prev: Some(prev), entries, .. }
            if *prev == position(2, 1) && entries.len() == 5
    ));
    assert_eq!(server.node.log().base(), Some(position(2, 1)));
    server.matched(4, 6);
    snapshot_after(&mut server, 4, 10);
    assert_eq!(server.node.log().base(), Some(position(2, 10)));
}

/// Section 7: a snapshot transfer is given up when it can't help any more: the follower does not
/// respond, and the log has compacted the entries after the snapshot. The follower gets the latest
/// snapshot when it is back.
#[test]
fn a_snapshot_transfer_without_responses_is_given_up_for_a_newer_one() {
    let (mut server, _first) = leader_with_a_newcomer();
    server.at(400);
    let effects = snapshot_after(&mut server, 4, 6);
    let given_up =
        Note::GaveUpSnapshot { follower: NodeId(4), last: position(2, 1), why: GivenUp::Silent };
    assert!(effects.notes.contains(&given_up), "{:?}", effects.notes);
    assert_eq!(server.node.log().base(), Some(position(2, 6)));
    assert_eq!(sent_part(&server.step(Input::Tick)), Some((6, 0)));
}

/// Section 7: the entries that the log keeps for a follower are bounded. A snapshot transfer
/// continues all the same as long as the follower responds, since each one brings it further.
#[test]
fn a_log_keeps_only_so_much_for_a_follower_that_catches_up() {
    let (mut server, _first) = leader_with_a_newcomer();
    snapshot_after(&mut server, 4_998, 5_000);
    assert_eq!(server.node.log().len(), 4_999, "all after entry 1");
    let effects = snapshot_after(&mut server, 1_002, 6_002);
    assert_eq!(server.node.log().len(), 5_000);
    assert!(!effects.notes.iter().any(|note| matches!(note, Note::GaveUpSnapshot { .. })));
    assert_eq!(sent_part(&has_part(&mut server, 1, 1_024, false)), Some((1, 1_024)));
    assert_eq!(sent_part(&has_part(&mut server, 1, 0, true)), Some((6_002, 0)), "the latest next");
}

/// Figure 13, 5: a delayed chunk of an earlier snapshot does not undo what was received of a later
/// one.
#[test]
fn a_part_of_an_earlier_snapshot_changes_nothing() {
    let mut server = Server::new(2, 3, 2, &[1]);
    let (earlier, later) = (snapshot(2, 5), snapshot(2, 7));
    server.receive(1, 2, part(&later, 0, 4));
    let effects = server.receive(1, 2, part(&earlier, 0, 6));
    assert_eq!(effects.messages, []);
    assert_eq!(server.node.incoming_snapshot(), Some((position(2, 7), 4)));
}

/// Section 7: a snapshot transfer is also given up when the follower turns out to have the
/// snapshot's entries.
#[test]
fn a_snapshot_transfer_is_given_up_when_the_follower_has_those_entries() {
    let (mut server, _first) = leader_with_a_newcomer();
    let effects = server.matched(4, 1);
    let (follower, last, why) = (NodeId(4), position(2, 1), GivenUp::Overtaken);
    assert!(effects.notes.contains(&Note::GaveUpSnapshot { follower, last, why }));
    assert!(matches!(sent_to(&effects, 4)[0], Message::AppendEntries { .. }));
}
