//! Terms, elections and their timers: the paper's sections 5.1, 5.2, 5.4.1 and 5.6.

use std::collections::BTreeSet;

use kvorum::raft::{
    Appended, Config, Data, Durable, Input, Message, MessageKind, Node, NodeId, Role, Rule,
    Settings, Snapshot, Term,
};
use kvorum::rng::Rng;
use kvorum::time::Time;

use crate::server::{Server, ask, at, config, entries, granted, index, kinds, position, result};

/// Section 5.1: an old leader is told the new term and steps down.
#[test]
fn a_higher_term_ends_leadership_and_candidacy() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    let effects = server.receive(2, 9, Message::RequestVoteResponse { vote_granted: false });
    assert!(matches!(server.node.role(), Role::Follower { leader: None }));
    assert_eq!(server.node.current_term(), Term(9));
    assert_eq!(
        effects.write.map(|write| (write.current_term, write.voted_for)),
        Some((Term(9), None))
    );
    let effects = server.append(3, 2, None, &[2]);
    assert_eq!(result(&effects), Some(Appended::Outdated), "an old leader");
    assert_eq!(effects.messages[0].term, Term(9));
}

/// Section 5.2: a candidate increments its term, votes for itself and requests votes, but not
/// before its own vote is on disk.
#[test]
fn a_candidate_asks_for_votes_once_its_own_is_on_disk() {
    let mut server = Server::new(1, 3, 4, &[1, 4]);
    server.time_out();
    let effects = server.receive(2, 4, Message::PreVoteResponse { vote_granted: true });
    assert_eq!(kinds(&effects), []);
    let write = effects.write.unwrap();
    assert_eq!((write.current_term, write.voted_for), (Term(5), Some(NodeId(1))));
    let effects = server.sync();
    let asked = MessageKind::RequestVote;
    assert_eq!(kinds(&effects), [(2, asked), (3, asked)]);
    assert!(effects.messages.iter().all(|sent| sent.message == ask(position(4, 2))));
}

/// Section 5.2: one vote per term, first come first served; the same candidate may ask again.
#[test]
fn one_vote_per_term_and_it_waits_for_the_disk() {
    let mut server = Server::new(1, 3, 1, &[]);
    let effects = server.receive(2, 2, ask(None));
    assert_eq!(granted(&effects), None, "not before it is on disk");
    assert_eq!(granted(&server.sync()), Some(true));
    assert_eq!(granted(&server.receive(3, 2, ask(None))), Some(false));
    assert_eq!(granted(&server.receive(2, 2, ask(None))), Some(true), "asked again");
    assert_eq!(granted(&server.receive(3, 1, ask(None))), Some(false), "an old term");
}

/// A vote that still waits for the disk when the term changes is not sent.
#[test]
fn a_vote_of_a_past_term_is_not_sent() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.receive(2, 2, ask(None));
    server.receive(3, 3, ask(None));
    let effects = server.sync();
    let sent: Vec<_> = effects.messages.iter().map(|sent| (sent.to.0, sent.term.0)).collect();
    assert_eq!(sent, [(3, 3)]);
}

/// Section 5.4.1: no vote for a candidate whose log is less up-to-date.
#[test]
fn the_election_restriction() {
    let vote = |last| {
        let mut server = Server::new(1, 3, 3, &[1, 2, 2]);
        let effects = server.receive(2, 4, Message::RequestVote { last, transfer: false });
        granted(&effects).unwrap_or_else(|| granted(&server.sync()).unwrap())
    };
    assert!(vote(Some(position(2, 3))), "equal");
    assert!(vote(Some(position(3, 1))), "a later term wins over a longer log");
    assert!(vote(Some(position(2, 4))), "longer");
    assert!(!vote(Some(position(2, 2))), "shorter");
    assert!(!vote(Some(position(1, 9))), "an older term, however long");
    assert!(!vote(None));
}

/// After a crash a server starts with what is on disk; a server without a configuration does not
/// start elections.
#[test]
fn a_blank_server_waits() {
    let durable = Durable::default();
    let (rng, began) = (Rng::new(1, 1), Time::ZERO);
    let mut node =
        Node::start(NodeId(9), Settings::default(), Config::default(), durable, rng, began);
    assert_eq!(node.deadline(), None);
    assert!(!node.expire_election_timer(at(1)));
}

/// The only server of a cluster elects itself and commits alone, once its disk is done.
#[test]
fn a_cluster_of_one_needs_only_its_disk() {
    let mut server = Server::new(1, 1, 0, &[]);
    server.time_out();
    assert!(!server.node.is_leader());
    server.sync();
    assert!(server.node.is_leader());
    server.sync();
    assert_eq!(server.node.commit_index(), Some(index(1)));
}

/// A message of this kind that would have an effect in its own term.
fn of_kind(kind: MessageKind) -> Message {
    let snapshot = Snapshot::new(position(9, 9), config(3), Data::new(*b"the whole store"));
    let last = Some(position(9, 9));
    match kind {
        MessageKind::PreVote => Message::PreVote { last },
        MessageKind::PreVoteResponse => Message::PreVoteResponse { vote_granted: true },
        MessageKind::RequestVote => ask(last),
        MessageKind::RequestVoteResponse => Message::RequestVoteResponse { vote_granted: true },
        MessageKind::AppendEntries => {
            let leader_commit = Some(index(2));
            Message::AppendEntries {
                prev: None,
                entries: entries(&[4, 4]),
                leader_commit,
                round: 1,
            }
        }
        MessageKind::AppendEntriesResponse => {
            let result = Appended::Matched { match_index: Some(index(1)) };
            Message::AppendEntriesResponse { result, round: 0 }
        }
        MessageKind::InstallSnapshot => {
            let (about, part) = (snapshot.about, snapshot.data);
            Message::InstallSnapshot { about, offset: 0, part, done: true, round: 1 }
        }
        MessageKind::InstallSnapshotResponse => {
            let last = position(1, 1);
            Message::InstallSnapshotResponse { last, received: 0, installed: true, round: 0 }
        }
        MessageKind::TimeoutNow => Message::TimeoutNow,
    }
}

/// Section 5.1, Figure 2, all servers: a higher term in any message is adopted, and ends leadership
/// and candidacy.
#[test]
fn a_higher_term_is_adopted_from_any_message() {
    for kind in MessageKind::ALL {
        let [mut leader, mut candidate] = [(); 2].map(|()| Server::new(1, 3, 1, &[]));
        leader.elect();
        candidate.stand();
        for server in [&mut leader, &mut candidate] {
            // So late that a leader without responses is not protected any more.
            let effects = server.at(200).receive(2, 9, of_kind(kind));
            // A server that receives TimeoutNow goes on to the next term at once.
            let expected = if kind == MessageKind::TimeoutNow { 10 } else { 9 };
            assert_eq!(server.term(), expected, "{kind}");
            assert!(server.node.tally().is_none() || kind == MessageKind::TimeoutNow, "{kind}");
            assert!(!server.node.is_leader(), "{kind}");
            let written = effects.write.map(|write| write.current_term);
            assert_eq!(written, Some(Term(expected)), "{kind}");
        }
    }
}

/// Section 5.1, Figure 2 and Figure 13, 1: requests of an earlier term are refused in the current
/// one; responses of an earlier term are ignored.
#[test]
fn a_message_of_an_earlier_term_changes_nothing() {
    for kind in MessageKind::ALL {
        let mut server = Server::new(1, 3, 5, &[1, 5]);
        let timer = server.node.election_timer();
        let effects = server.receive(2, 4, of_kind(kind));
        let refusal = match kind {
            MessageKind::PreVote => Some(MessageKind::PreVoteResponse),
            MessageKind::RequestVote => Some(MessageKind::RequestVoteResponse),
            MessageKind::AppendEntries | MessageKind::InstallSnapshot => {
                Some(MessageKind::AppendEntriesResponse)
            }
            _ => None,
        };
        assert_eq!(kinds(&effects), refusal.map(|kind| (2, kind)).as_slice(), "{kind}");
        for sent in &effects.messages {
            assert_eq!(sent.term, Term(5), "{kind}");
            let granted = [
                Message::PreVoteResponse { vote_granted: true },
                Message::RequestVoteResponse { vote_granted: true },
            ];
            assert!(!granted.contains(&sent.message), "{kind}");
        }
        assert!(!matches!(result(&effects), Some(Appended::Matched { .. })), "{kind}");
        assert_eq!((effects.write, effects.restore), (None, None), "{kind}");
        assert_eq!((server.log_terms(), server.node.commit_index()), (vec![1, 5], None), "{kind}");
        assert_eq!((server.node.leader(), server.node.election_timer()), (None, timer), "{kind}");
    }
}

/// Section 5.2: winning takes the votes of a majority of all servers, each counted once and of this
/// term.
#[test]
fn only_a_majority_of_votes_makes_a_leader() {
    let mut server = Server::new(1, 5, 1, &[]);
    server.stand();
    let vote = |vote_granted| Message::RequestVoteResponse { vote_granted };
    server.receive(2, 2, vote(true));
    server.receive(2, 2, vote(true));
    server.receive(3, 2, vote(false));
    server.receive(4, 1, vote(true));
    server.receive(9, 2, vote(true));
    assert!(!server.node.is_leader());
    assert_eq!(server.node.tally(), Some((2, 3)), "its own and that of n2");
    server.receive(5, 2, vote(true));
    assert!(server.node.is_leader());
}

/// Section 5.2: a candidate follows the leader of its term, and ignores a leader of an earlier one.
#[test]
fn a_candidate_gives_way_to_the_leader_of_its_term() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.stand();
    server.append(3, 1, None, &[]);
    assert!(matches!(server.node.role(), Role::Candidate(_)));
    server.append(3, 2, None, &[]);
    assert!(matches!(server.node.role(), Role::Follower { leader: Some(NodeId(3)) }));
    server.receive(2, 2, Message::RequestVoteResponse { vote_granted: true });
    assert!(!server.node.is_leader(), "a vote that comes too late");
}

/// Section 5.2: after a split vote the candidates time out and start new elections in new terms.
#[test]
fn a_candidate_that_does_not_win_stands_again() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.stand();
    assert_eq!((server.term(), kinds(&server.at(100).step(Input::Tick))), (2, vec![]), "not yet");
    server.at(400).step(Input::Tick);
    server.receive(2, 2, Message::PreVoteResponse { vote_granted: true });
    assert_eq!((server.term(), server.node.voted_for()), (3, Some(NodeId(1))));
    let asked = MessageKind::RequestVote;
    assert_eq!(kinds(&server.sync()), [(2, asked), (3, asked)]);
}

/// Section 5.2: election timeouts are drawn each time from a fixed interval, so they differ.
#[test]
fn election_timeouts_are_random() {
    let settings = Settings::default();
    let interval = settings.election_timeout_min..=settings.election_timeout_max;
    let mut drawn = BTreeSet::new();
    for id in 1..=5 {
        let mut server = Server::new(id, 5, 1, &[]);
        for _ in 0..20 {
            server.append(id % 5 + 1, 1, None, &[]);
            let (set_at, deadline) = server.node.election_timer().unwrap();
            let timeout = deadline.since(set_at);
            assert!(interval.contains(&timeout), "{timeout}");
            drawn.insert(timeout);
        }
    }
    assert!(drawn.len() > 90, "{} of 100 differ", drawn.len());
}

/// Figure 2, followers: only the leader of the term and a granted vote reset the election timer.
#[test]
fn only_a_leader_or_a_granted_vote_resets_the_election_timer() {
    let mut server = Server::new(1, 3, 5, &[5]);
    let set_at = |server: &Server| server.node.election_timer().map(|(set_at, _)| set_at);
    server.at(10).receive(2, 6, ask(None));
    server.at(20).append(2, 5, None, &[]);
    server.at(30).receive(2, 6, Message::PreVote { last: Some(position(5, 1)) });
    assert_eq!(set_at(&server), Some(Time::ZERO), "a refused vote, an old leader, a pre-vote");
    server.at(40).append(3, 6, position(6, 9), &[]);
    assert_eq!(set_at(&server), Some(at(40)), "a leader, although its entries do not follow");
    server.at(200).receive(2, 7, ask(position(5, 1)));
    assert_eq!(set_at(&server), Some(at(200)), "a vote");
}

/// Section 5.2: a leader announces itself at once, and then again before any election timer can
/// expire.
#[test]
fn a_leader_keeps_telling_that_it_leads() {
    let mut server = Server::new(1, 3, 1, &[]);
    let append = MessageKind::AppendEntries;
    assert_eq!(kinds(&server.elect()), [(2, append), (3, append)]);
    let Settings { heartbeat_interval, election_timeout_min, .. } = *server.node.settings();
    assert!(heartbeat_interval < election_timeout_min);
    assert_eq!(server.node.deadline(), Some(at(1) + heartbeat_interval));
    assert_eq!(kinds(&server.at(50).step(Input::Tick)), [], "not yet");
    assert_eq!(kinds(&server.at(51).step(Input::Tick)), [(2, append), (3, append)]);
}

/// Section 5.6: while broadcasts take less time than the shortest election timeout, no server
/// starts an election.
#[test]
fn a_leader_that_is_heard_in_time_is_not_challenged() {
    let mut server = Server::new(2, 3, 4, &[4]);
    for beat in 0..100 {
        server.at(beat * 149).append(1, 4, position(4, 1), &[]);
        assert_eq!(kinds(&server.at(beat * 149 + 148).step(Input::Tick)), []);
    }
    assert_eq!((server.term(), server.node.leader()), (4, Some(NodeId(1))));
}

/// Section 5.2: a deposed leader is a follower like all others, and starts an election only after
/// an election timeout without a leader.
#[test]
fn a_deposed_leader_waits_like_all_followers() {
    let mut server = Server::leader(3);
    server.at(5_000).receive(2, 9, Message::RequestVoteResponse { vote_granted: false });
    let (set_at, deadline) = server.node.election_timer().unwrap();
    let shortest = server.node.settings().election_timeout_min;
    assert!(set_at == at(5_000) && deadline >= at(5_000) + shortest, "{set_at} to {deadline}");
}

/// Figure 3, election safety: a leader that receives a message of another leader of its term has
/// found a bug.
#[test]
#[should_panic(expected = "lead the same term")]
fn two_leaders_of_one_term_are_a_bug() {
    let mut server = Server::leader(3);
    server.append(2, 2, None, &[]);
}

/// Section 5.2, with the rule off that every candidacy has its own term: a candidate starts another
/// election in its current term, except in term 0, which can't have a leader.
#[test]
fn without_the_rule_a_candidate_stands_again_in_its_term() {
    let mut server = Server::new(1, 3, 0, &[]);
    server.without(Rule::TermGrows);
    for _ in 0..2 {
        server.stand();
        assert_eq!(server.term(), 1);
    }
}

/// Section 5.1, with the rule off that a leader steps down: a leader adopts the higher term and
/// stays leader, while a candidate steps down as always.
#[test]
fn without_the_rule_a_leader_leads_on_and_a_candidate_gives_way() {
    let mut leader = Server::leader(3);
    leader.without(Rule::StepDown).at(500).receive(3, 7, ask(None));
    assert_eq!((leader.node.is_leader(), leader.term()), (true, 7));
    let mut candidate = Server::new(1, 3, 1, &[1]);
    candidate.stand();
    candidate.without(Rule::StepDown).receive(3, 7, ask(None));
    assert!(matches!(candidate.node.role(), Role::Follower { leader: None }));
}

/// Section 5.2, Election Safety: a server asserts it, also if a rule is off that guards only
/// liveness.
#[test]
#[should_panic(expected = "n1 and n2 lead the same term")]
fn a_second_leader_of_a_term_is_noticed_without_a_rule_that_guards_liveness() {
    let mut server = Server::leader(3);
    server.without(Rule::PreVote);
    server.append(2, 2, position(2, 1), &[]);
}

/// Section 5.2, Election Safety: with a rule off that guards it, it is not asserted.
#[test]
fn a_second_leader_of_a_term_is_followed_without_a_rule_that_guards_it() {
    let mut server = Server::leader(3);
    server.without(Rule::VoteOnDisk);
    server.append(2, 2, position(2, 1), &[]);
    assert_eq!(server.node.leader(), Some(NodeId(2)));
}
