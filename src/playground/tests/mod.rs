//! The reducer: time, console, and the views that a page draws.

pub(crate) mod driver;

use super::*;
use crate::playground::view::{
    AnswerKind, Broken, ConsoleKind, Modified, RoleView, Safety, Shape, Status,
};

fn line(playground: &mut Playground, line: &str) -> Result<(), Problem> {
    playground.apply(Input::Console(line.to_string()))
}

/// Lets milliseconds of cluster time pass.
fn pass(playground: &mut Playground, millis: u64) {
    playground.apply(Input::Play).unwrap();
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    for _ in 0..millis {
        playground.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
    }
}

fn output(playground: &Playground) -> Vec<String> {
    playground.console(0).map(|line| line.text.clone()).collect()
}

#[test]
fn it_starts_by_itself_and_elects_a_leader() {
    let mut playground = Playground::new(5, 3);
    assert!(playground.is_playing());
    pass(&mut playground, 1_000);
    let view = playground.view();
    assert!(view.summary.leader.is_some());
    assert_eq!((view.summary.quorum, view.summary.members), (3, 5));
    let leaders = view.nodes.iter().filter(|node| node.role == Some(RoleView::Leader));
    assert_eq!(leaders.count(), 1);
    let committed = view.committed.unwrap();
    assert_eq!((committed.lagging, committed.differing), (Vec::new(), Vec::new()));
}

#[test]
fn a_message_that_is_too_fast_to_read_has_no_label() {
    let mut playground = Playground::new(3, 1);
    pass(&mut playground, 1_000);
    line(&mut playground, "set color blue").unwrap();
    let appends = |playground: &Playground| {
        let motion = playground.motion();
        let appends = motion.messages.into_iter().filter(|message| message.shape == Shape::Append);
        appends.map(|message| message.label).collect::<Vec<_>>()
    };
    while appends(&playground).is_empty() {
        playground.apply(Input::Step).unwrap();
    }
    let read = |playground: &mut Playground, speed| {
        playground.apply(Input::Speed(Speed::new(speed))).unwrap();
        appends(playground)
    };
    assert_eq!(read(&mut playground, 20_000), ["2", "2"], "while paused");
    playground.apply(Input::Play).unwrap();
    assert_eq!(read(&mut playground, 20_000), ["", ""], "twenty times real time");
    assert_eq!(read(&mut playground, 20), ["2", "2"], "a fiftieth of it");
}

#[test]
fn time_stands_still_while_paused_and_a_step_is_one_event() {
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Pause).unwrap();
    playground.apply(Input::Advance(RealTime::from_secs(1))).unwrap();
    assert_eq!(playground.now(), Time::ZERO);
    playground.apply(Input::Step).unwrap();
    assert_eq!(playground.view().clock.events, 1);
    assert!(playground.now() > Time::ZERO);
}

#[test]
fn a_long_absence_is_no_backlog() {
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    playground.apply(Input::Advance(RealTime::from_secs(3_600))).unwrap();
    assert_eq!(playground.now(), Time::from_micros(100_000));
}

#[test]
fn the_speed_at_which_a_span_passes_is_never_the_unbounded_one() {
    let passing = |cluster, real| Speed::passing(Duration::from_micros(cluster), real);
    let second = RealTime::from_secs(1);
    assert_eq!(passing(1_000_000, second), Speed::new(1_000), "real time");
    assert_eq!(passing(30_000_999, RealTime::from_secs(15)), Speed::new(2_000));
    assert_eq!(passing(0, second), Speed::SLOWEST);
    for longest in [u64::MAX, u64::from(u32::MAX) * 1_000] {
        assert_eq!(passing(longest, second), Speed::FASTEST);
    }
    assert_eq!(passing(1, RealTime::ZERO), Speed::FASTEST);
}

#[test]
fn as_fast_as_it_goes_is_bounded_by_events_alone() {
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Speed(Speed::UNBOUNDED)).unwrap();
    playground.apply(Input::Advance(RealTime::from_micros(1))).unwrap();
    assert_eq!(playground.view().clock.events, u64::from(EVENTS_PER_ADVANCE));
    for node in 1..=3 {
        line(&mut playground, &format!("kill n{node}")).unwrap();
    }
    for _ in 0..5 {
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    }
    let quiet = playground.now();
    playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    assert_eq!(
        playground.now(),
        quiet + Duration::from_secs(16),
        "nothing happens, and time passes"
    );
}

#[test]
fn slow_speeds_lose_no_time_to_rounding() {
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Speed(Speed::SLOWEST)).unwrap();
    for _ in 0..10 {
        playground.apply(Input::Advance(RealTime::from_micros(16_700))).unwrap();
    }
    assert_eq!(playground.now(), Time::from_micros(167));
}

#[test]
fn the_playback_speed_never_changes_the_run() {
    let mut slow = Playground::new(5, 9);
    let mut fast = Playground::new(5, 9);
    slow.apply(Input::Speed(Speed::new(700))).unwrap();
    fast.apply(Input::Speed(Speed::new(7_000))).unwrap();
    for _ in 0..1_000 {
        slow.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
    }
    for _ in 0..100 {
        fast.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
    }
    assert_eq!(slow.digest(), fast.digest());
}

#[test]
fn curl_lines_are_answered_as_over_http() {
    let mut playground = Playground::new(5, 3);
    pass(&mut playground, 500);
    line(&mut playground, r#"curl "http://localhost:8080/set?key=myKey&value=myValue""#).unwrap();
    pass(&mut playground, 500);
    line(&mut playground, r#"curl "http://localhost:8080/get?key=myKey""#).unwrap();
    pass(&mut playground, 500);
    line(&mut playground, r#"curl "http://localhost:8080/get?key=other""#).unwrap();
    pass(&mut playground, 500);
    let output: Vec<String> = playground
        .console(0)
        .filter(|line| line.kind != ConsoleKind::Input)
        .map(|line| line.text.clone())
        .collect();
    let expected =
        [r#"{"status":"success"}"#, r#"{"value":"myValue"}"#, "HTTP status 404", "Key not found"];
    assert_eq!(output, expected);
}

#[test]
fn a_bad_line_changes_nothing_and_says_where_and_why() {
    let mut playground = Playground::new(3, 1);
    let before = playground.run().cluster().digest();
    let problem = line(&mut playground, "kill n9").unwrap_err();
    assert_eq!(problem.to_string(), "there is no node n9");
    let problem = line(&mut playground, "set k").unwrap_err();
    assert!(problem.to_string().contains("column 6"), "{problem}");
    assert_eq!(playground.run().cluster().digest(), before);
    assert_eq!(output(&playground).len(), 4);
}

#[test]
fn a_request_has_a_trace_of_hops() {
    let mut playground = Playground::new(3, 1);
    pass(&mut playground, 1_000);
    let leader = playground.view().summary.leader.unwrap();
    let follower = (1..=3).find(|id| *id != leader).unwrap();
    line(&mut playground, &format!("set color blue via n{follower}")).unwrap();
    let sent = &playground.view().request_traces[0];
    assert!(sent.answer.is_none());
    assert!(sent.hops.iter().any(|hop| hop.at.is_none()), "some are ahead");
    pass(&mut playground, 500);
    let request_traces = playground.view().request_traces;
    let labels: Vec<&str> = request_traces[0].hops.iter().map(|hop| hop.label.as_str()).collect();
    let (follower, leader) = (format!("n{follower}"), format!("leader n{leader}"));
    assert_eq!(labels, ["you", &follower, &leader, "committed", "answer"]);
    assert_eq!(request_traces[0].answer.as_ref().unwrap().kind, AnswerKind::Success);
}

#[test]
fn a_dead_node_shows_its_disk() {
    let script = "cluster 3 seed 1\ntimeout n1\nwait leader\nset a one\nwait agree\n\
                  cut n1 -> n2\ncut n1 -> n3\nset a two &\nwait 50ms\nkill n1\n";
    let view = driver::play_script(script).view();
    let dead = &view.nodes[0];
    assert_eq!((dead.status, dead.role), (Status::Down, None));
    let shown: Vec<Safety> = dead.log.iter().map(|entry| entry.safety).collect();
    assert_eq!(shown, [Safety::Committed, Safety::Committed, Safety::OnDisk], "what it knew");
    assert_eq!(dead.digest, None);
    assert_eq!(view.committed.unwrap().entries, [("a".to_string(), "one".to_string())]);
    let wiped = driver::play_script(&format!("{script}wipe n1\n")).view();
    assert!(wiped.nodes[0].log.is_empty());
}

/// What a node is blocked on stands on its card as long as it lasts, and is told once.
#[test]
fn what_a_node_waits_for_lasts_as_long_as_it_is_so() {
    let mut playground = driver::play_script(
        "cluster 3 seed 25\ntimeout n1\nwait leader\nset a one\nwait agree\nwipe n3\nrestart n3\nwait 400ms\n",
    );
    let on = |playground: &Playground, node: usize| {
        let blocked = playground.view().nodes[node].blocked.clone();
        blocked.map(|blocked| blocked.to_string())
    };
    let lost = "n1 believes that n3 holds the entries up to 2, which n3 has lost: as long as n1 leads this term, \
                n3 gets no entries (§5.3).";
    assert_eq!(on(&playground, 2).as_deref(), Some(lost));
    let told = |playground: &Playground| {
        let sentences = playground.sentences(0);
        sentences.filter(|sentence| sentence.text == lost).count()
    };
    assert_eq!(told(&playground), 1);
    line(&mut playground, "transfer n2").unwrap();
    pass(&mut playground, 300);
    assert_eq!([0, 1, 2].map(|node| on(&playground, node)), [None, None, None]);
    line(&mut playground, "partition n1 | n2 n3").unwrap();
    pass(&mut playground, 1_000);
    let alone = "n1 can't be elected as things are. Votes in its reach: 1 of 2 needed; n2 and n3 can't be \
                 reached (§5.2).";
    assert_eq!(on(&playground, 0).as_deref(), Some(alone));
    line(&mut playground, "heal").unwrap();
    pass(&mut playground, 500);
    assert_eq!(on(&playground, 0), None);
}

#[test]
fn a_learner_that_is_down_is_still_one() {
    let script =
        "cluster 3 seed 118\ntimeout n1\nwait leader\nadd n4 learner\nwait agree\nkill n4\n";
    let nodes = driver::play_script(script).view().nodes;
    let learners: Vec<u32> =
        nodes.iter().filter(|node| node.is_learner).map(|node| node.id).collect();
    assert_eq!(learners, [4]);
}

#[test]
fn a_leader_that_another_has_replaced_is_shown_as_old() {
    let mut playground = Playground::new(3, 1);
    line(&mut playground, "rule check-quorum off").unwrap();
    line(&mut playground, "timeout n1").unwrap();
    pass(&mut playground, 300);
    line(&mut playground, "partition n1 | n2 n3").unwrap();
    pass(&mut playground, 1_000);
    let roles: Vec<_> = playground.view().nodes.iter().filter_map(|node| node.role).collect();
    assert_eq!(roles[0], RoleView::OldLeader);
    assert!(roles[1..].contains(&RoleView::Leader));
}

#[test]
fn a_partition_shows_its_sides() {
    let mut playground = Playground::new(5, 1);
    assert!(playground.view().sides.is_empty());
    line(&mut playground, "partition n1 n2 | n3 n4 n5").unwrap();
    assert_eq!(playground.view().sides, [vec![1, 2], vec![3, 4, 5]]);
    line(&mut playground, "heal").unwrap();
    assert!(playground.view().sides.is_empty());
}

#[test]
fn a_run_with_a_switched_rule_stays_marked_as_modified() {
    let mut playground = Playground::new(3, 1);
    assert_eq!(playground.view().summary.modified, Modified::No);
    line(&mut playground, "rule step-down off").unwrap();
    let off = Modified::Rules("step-down off".to_string());
    assert_eq!(playground.view().summary.modified, off);
    line(&mut playground, "rule step-down on").unwrap();
    assert_eq!(playground.view().summary.modified, Modified::Before);
}

#[test]
fn of_two_leaders_of_one_term_both_are_named() {
    let mut playground = Playground::new(3, 7);
    line(&mut playground, "rule majority-quorum off").unwrap();
    pass(&mut playground, 2_000);
    let summary = playground.view().summary;
    assert!(summary.violation.unwrap().sentence.contains("election-safety"));
    assert!(summary.leader.is_some() && summary.rivals.len() == 1, "{:?}", summary.rivals);
    assert!(!summary.rivals.contains(&summary.leader.unwrap()));
}

#[test]
fn a_broken_property_stops_the_run_and_says_what_broke() {
    let mut playground = Playground::new(5, 1);
    line(&mut playground, "rule consistency-check off").unwrap();
    line(&mut playground, "clients 5 keys 2 writes 80% every 5ms").unwrap();
    pass(&mut playground, 3_000);
    assert!(!playground.is_playing());
    let Broken { what, sentence } = playground.view().summary.violation.unwrap();
    assert!(sentence.contains("log-matching") && !sentence.contains("in all"), "{sentence}");
    assert_eq!(what, "log-matching");
    // It names the latest, and says that there are others.
    while playground.verdicts().iter().filter(|verdict| verdict.broken.is_some()).count() < 2 {
        playground.apply(Input::Play).unwrap();
        pass(&mut playground, 100);
    }
    let Broken { what, sentence } = playground.view().summary.violation.unwrap();
    assert!(!sentence.contains("log-matching"), "{sentence}");
    assert!(sentence.ends_with(" 2 properties are broken in all."), "{sentence}");
    assert_eq!(what, "2 properties");
}

#[test]
fn speeds_are_displayed_as_factors() {
    let print = |speed| Speed::new(speed).to_string();
    assert_eq!(print(0), "auto");
    assert_eq!(print(1), "1/1000");
    assert_eq!(print(50), "1/20");
    assert_eq!(print(1_000), "1×");
    assert_eq!(print(2_500), "2.5×");
    assert_eq!(print(1_000_000), "1000×");
}

/// Plays until a message is in flight, and returns its id.
fn first_in_flight(playground: &mut Playground) -> u64 {
    loop {
        if let Some(message) = playground.messages(1).0.first() {
            return message.id;
        }
        playground.apply(Input::Step).unwrap();
    }
}

#[test]
fn a_message_in_flight_can_be_inspected_delayed_and_dropped() {
    let mut playground = Playground::new(3, 1);
    let id = first_in_flight(&mut playground);
    let message = playground.message(id).unwrap();
    assert_eq!(message.kind, "PreVote", "the first message of a cluster");
    assert_ne!(message.from, message.to);
    assert!(message.sent_at <= playground.now() && playground.now() < message.arrives_at);
    let names: Vec<&str> = message.fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["term", "last_log_index", "last_log_term"]);
    let mail = |handling| Action::Mail { which: Which::Numbered(MessageId(id)), handling };
    let later = Handling::Delay(Duration::from_millis(50));
    playground.apply(Input::Act(mail(later))).unwrap();
    let delayed = playground.message(id).unwrap();
    assert_eq!(delayed.arrives_at, message.arrives_at + Duration::from_millis(50));
    playground.apply(Input::Act(mail(Handling::Drop))).unwrap();
    assert_eq!(playground.message(id), None);
    assert!(playground.apply(Input::Act(mail(Handling::Drop))).is_err(), "it is gone");
}

#[test]
fn a_link_with_its_own_settings_is_listed() {
    let mut playground = Playground::new(3, 1);
    assert_eq!(playground.view().links, []);
    line(&mut playground, "link n1 -> n3 latency 100ms loss 20%").unwrap();
    let links = playground.view().links;
    let seen: Vec<_> =
        links.iter().map(|link| (link.from, link.to, link.latency, link.loss)).collect();
    let latency = Duration::from_millis(100);
    assert_eq!(seen, [(1, 3, (latency, latency), 200_000)]);
}

#[test]
fn everything_that_chaos_breaks_can_be_repaired() {
    let mut playground = Playground::new(5, 7);
    assert_eq!(playground.repairs(), []);
    line(&mut playground, "chaos 100%").unwrap();
    assert_eq!(playground.view().network.chaos, 1_000_000);
    pass(&mut playground, 10_000);
    line(&mut playground, "link n1 -> n2 loss 50%").unwrap();
    line(&mut playground, "chaos off").unwrap();
    assert_eq!(playground.view().network.chaos, 0);
    assert_ne!(playground.repairs(), [], "ten seconds of it leave something broken");
    for repair in playground.repairs() {
        playground.apply(Input::Act(repair)).unwrap();
    }
    assert_eq!(playground.repairs(), []);
    let view = playground.view();
    assert!(view.cuts.is_empty() && view.links.is_empty());
    assert!(view.nodes.iter().all(|node| node.status == Status::Running));
    let good = (Duration::from_millis(2), Duration::ZERO, 1_000_000);
    assert!(view.nodes.iter().all(|node| (node.fsync, node.cpu, node.clock_rate) == good));
}
