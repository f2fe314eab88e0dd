//! What is counted on a branch does not depend on how the branch was played.

use super::*;
use crate::cluster::{Answer, Operation, RequestId, YOU};
use crate::playground::Input;
use crate::playground::Playground;
use crate::playground::tests::driver::{act, go, pass, playing};
use crate::raft::{Agreement, Half, Index, Position, Term};
use crate::recording::Instant;
use crate::store::Key;
use crate::time::RealTime;

const fn at(micros: u64) -> Time {
    Time::from_micros(micros)
}

const fn span(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

/// The number of events matters only between instants of the same time.
fn place(at: Time) -> RunPosition {
    RunPosition { instant: Instant { events: at.as_micros(), at }, done: 0 }
}

const TWO_OF_THREE: Agreement = Agreement { new: Half { agree: 2, needed: 2, of: 3 }, old: None };

/// A tally that is fed facts by hand.
#[derive(Default)]
struct Teller(Tally);

impl Teller {
    fn tell(&mut self, at: u64, what: What) {
        let at = Time::from_micros(at);
        self.0.note(place(at), &Fact { at, what });
    }

    fn answered(&mut self, at: u64, answer: Answer) {
        let key = Key::new("color").unwrap();
        let operation = Operation::Read { key, consistency: Default::default() };
        self.tell(at, What::Answered { id: RequestId(1), client: YOU, operation, answer });
    }

    fn proposed(&mut self, at: u64, leader: u32, index: u64) {
        let position = Position { term: Term(1), index: Index::new(index).unwrap() };
        self.tell(at, What::Server(NodeId(leader), Note::Proposed { position, noop: false }));
    }

    fn committed(&mut self, at: u64, leader: u32, last: u64) {
        let last = Index::new(last).unwrap();
        let (copies, own_term, on_disk) = (TWO_OF_THREE, true, true);
        let note = Note::Committed { last, copies, own_term, on_disk };
        self.tell(at, What::Server(NodeId(leader), note));
    }

    fn elected(&mut self, at: u64, node: u32, term: u64) {
        let note = Note::BecameLeader { term: Term(term), votes: TWO_OF_THREE };
        self.tell(at, What::Server(NodeId(node), note));
    }

    fn killed(&mut self, at: u64, node: u32) {
        self.tell(at, What::Fault(Fault::Killed { node: NodeId(node), torn: false }));
    }
}

fn commits(charts: &Charts) -> Vec<u64> {
    charts.intervals.iter().map(|interval| interval.commits).collect()
}

#[test]
fn an_answer_counts_where_it_came_and_no_answer_does_not() {
    let mut teller = Teller::default();
    teller.answered(3_000, Answer::Value(None));
    teller.answered(12_000, Answer::Changed);
    teller.answered(19_999, Answer::Changed);
    teller.answered(20_000, Answer::Unknown);
    let charts = teller.0.charts(at(25_000));
    let answers: Vec<u64> = charts.intervals.iter().map(|interval| interval.answers).collect();
    assert_eq!((charts.width, answers), (span(10_000), vec![1, 2, 0]));
    let [first, second, last] = charts.intervals[..] else { panic!("{charts:?}") };
    let rates = (charts.rate(&first, 1), charts.rate(&second, 2));
    assert_eq!(rates, (Some(100_000), Some(200_000)), "thousandths");
    assert_eq!((last.to, last.covered, charts.rate(&last, 0)), (at(25_000), span(5_000), Some(0)));
    let charts = teller.0.charts(at(24_000));
    assert_eq!(charts.rate(&charts.intervals[2], 0), None, "too short to say");
}

#[test]
fn a_commit_takes_from_the_append_to_the_leaders_knowledge() {
    let mut teller = Teller::default();
    teller.proposed(1_000, 1, 1);
    teller.proposed(2_000, 1, 2);
    teller.proposed(3_000, 1, 3);
    teller.committed(4_000, 1, 2);
    teller.committed(9_000, 1, 3);
    let latency = teller.0.charts(at(10_000)).intervals[0].latency.unwrap();
    assert_eq!(latency.worst, span(6_000));
    let near = span(3_000)..=span(3_000 + 3_000 / 64);
    assert!(near.contains(&latency.median), "of 2, 3, 6 ms: {latency:?}");
    assert_eq!(commits(&teller.0.charts(at(10_000))), [3]);
}

#[test]
fn what_an_earlier_leader_appended_is_committed_once_and_has_no_latency() {
    let mut teller = Teller::default();
    teller.proposed(1_000, 1, 1);
    teller.proposed(2_000, 1, 2);
    teller.killed(3_000, 1);
    // The second entry was overwritten by another leader's.
    teller.proposed(4_000, 2, 2);
    teller.committed(5_000, 2, 2);
    teller.committed(6_000, 2, 2);
    let charts = teller.0.charts(at(10_000));
    assert_eq!(commits(&charts), [2]);
    assert_eq!(
        charts.intervals[0].latency,
        Some(Latency { median: span(1_000), worst: span(1_000) })
    );
}

#[test]
fn intervals_double_their_width_and_lose_nothing() {
    let mut teller = Teller::default();
    for index in 1..=5_000 {
        teller.proposed(index * 1_000, 1, index);
        teller.committed(index * 1_000 + 500, 1, index);
        let charts = teller.0.charts(at(0));
        assert!(charts.intervals.len() <= MOST, "{index}: {}", charts.intervals.len());
    }
    let charts = teller.0.charts(at(0));
    assert_eq!((charts.width, commits(&charts).iter().sum::<u64>()), (span(40_000), 5_000));
    assert_eq!(charts.interval(at(40_000)).unwrap().commits, 40, "one each millisecond");
    let hour = teller.0.charts(at(3_600_000_000));
    assert!(hour.intervals.len() <= MOST && hour.intervals.len() > MOST / 2);
    assert_eq!(commits(&hour).iter().sum::<u64>(), 5_000, "time without facts adds nothing");
}

#[test]
fn between_two_reigns_there_is_no_leader() {
    let mut teller = Teller::default();
    teller.elected(1_000, 1, 2);
    teller.killed(5_000, 1);
    teller.killed(6_000, 3);
    teller.elected(8_000, 2, 3);
    let charts = teller.0.charts(at(10_000));
    let leader = |micros| charts.reign(at(micros)).map(|reign| (reign.node, reign.term));
    let leaders = [leader(0), leader(4_999), leader(5_000), leader(8_000)];
    assert_eq!(leaders, [None, Some((1, 2)), None, Some((2, 3))]);
    assert_eq!(charts.reigns[0].to, Some(at(5_000)));
    assert_eq!(charts.reigns[1].to, None);
}

#[test]
fn of_two_leaders_at_once_the_one_of_the_later_term_counts() {
    let mut teller = Teller::default();
    teller.elected(1_000, 1, 2);
    teller.elected(4_000, 2, 3);
    let charts = teller.0.charts(at(10_000));
    assert_eq!(charts.reign(at(5_000)).unwrap().node, 2);
    assert_eq!(charts.reigns[0].to, None, "the first does not know");
}

#[test]
fn a_fork_has_what_came_before_it() {
    let mut teller = Teller::default();
    teller.elected(1_000, 1, 2);
    teller.proposed(2_000, 1, 1);
    teller.committed(3_000, 1, 1);
    teller.proposed(14_000, 1, 2);
    teller.committed(17_000, 1, 2);
    teller.killed(18_000, 1);
    teller.elected(26_000, 2, 3);
    teller.0.forget_after(place(at(15_000)));
    let charts = teller.0.charts(at(15_000));
    assert_eq!(commits(&charts), [1, 0]);
    assert_eq!((charts.reigns.len(), charts.reigns[0].to), (1, None), "{:?}", charts.reigns);
    // The entry that was uncommitted at the fork still is.
    teller.committed(19_000, 1, 2);
    let charts = teller.0.charts(at(20_000));
    let last = charts.intervals[1];
    assert_eq!(last.latency, Some(Latency { median: span(5_000), worst: span(5_000) }));
    let rate = charts.rate(&last, 1);
    assert_eq!((last.covered, rate), (span(5_000), Some(200_000)), "of the half that counts");
}

#[test]
fn each_latency_is_in_a_narrow_class() {
    for latency in (0..3_000).chain([1 << 20, (1 << 20) + 1, u64::from(u32::MAX), 1 << 40]) {
        let greatest = greatest(class(span(latency))).as_micros();
        assert!(latency <= greatest, "{latency} {greatest}");
        assert!(greatest - latency <= latency / 64, "{latency} {greatest}");
    }
}

/// A playground with five clients, a leader that is killed, and a partition.
fn busy(step: RealTime) -> Playground {
    let mut playground = playing(5, 7);
    let pass = |playground: &mut Playground, millis: u64| {
        playground.apply(Input::Play).unwrap();
        let mut left = RealTime::from_millis(millis);
        while left > RealTime::ZERO {
            left -= step;
            playground.apply(Input::Advance(step)).unwrap();
        }
    };
    pass(&mut playground, 500);
    act(&mut playground, "clients 5 keys 3 writes 50% every 20ms");
    pass(&mut playground, 1_000);
    let leader = playground.view().summary.leader.unwrap();
    act(&mut playground, &format!("kill n{leader}"));
    pass(&mut playground, 1_000);
    act(&mut playground, "partition n1 n2 | n3 n4 n5");
    pass(&mut playground, 500);
    playground
}

#[test]
fn a_branch_has_the_same_charts_at_any_speed() {
    let charts = busy(RealTime::from_millis(1)).charts();
    assert_eq!(charts, busy(RealTime::from_millis(20)).charts());
    let sum = |of: fn(&Interval) -> u64| charts.intervals.iter().map(of).sum::<u64>();
    assert!(sum(|interval| interval.answers) > 50, "{charts:?}");
    assert!(sum(|interval| interval.commits) > 25, "{charts:?}");
    assert!(sum(|interval| interval.candidacies) >= 2, "{charts:?}");
    assert!(charts.intervals.iter().any(|interval| interval.latency.is_some()), "{charts:?}");
    assert!(charts.reigns.len() >= 2, "{charts:?}");
}

#[test]
fn what_is_played_again_is_not_counted_again() {
    let mut playground = busy(RealTime::from_millis(1));
    let charts = playground.charts();
    go(&mut playground, Input::Seek(at(700_000))).unwrap();
    assert_eq!(playground.charts(), charts, "charts go to the end of the branch");
    go(&mut playground, Input::SeekEnd).unwrap();
    assert_eq!(playground.charts(), charts);
}

#[test]
fn a_fork_counts_from_there_on() {
    let mut playground = busy(RealTime::from_millis(1));
    act(&mut playground, "heal");
    pass(&mut playground, 1_000);
    let leader = playground.view().summary.leader.unwrap();
    act(&mut playground, &format!("kill n{leader}"));
    let before = playground.charts();
    go(&mut playground, Input::Seek(at(3_700_000))).unwrap();
    act(&mut playground, "heal");
    let after = playground.charts();
    assert_eq!(after.width, before.width);
    let parted = super::place(at(3_700_000), after.width);
    assert_eq!(after.intervals.len(), parted + 1);
    assert_eq!(after.intervals[..parted], before.intervals[..parted]);
    assert_eq!(after.intervals[parted].covered, Duration::ZERO);
    let ends = |charts: &Charts| charts.reigns.last().unwrap().to;
    assert_eq!((ends(&before), ends(&after)), (Some(at(4_000_000)), None), "not yet killed");
    go(&mut playground, Input::Branch(0)).unwrap();
    assert_eq!(playground.charts(), before, "the other branch is unchanged");
}
