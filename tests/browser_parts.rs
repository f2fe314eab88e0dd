//! Parts of the page that decide without drawing: the pump's pace, the keys, completion,
//! announcements.

#![cfg(target_arch = "wasm32")]

use std::rc::Rc;

use kvorum::counts::counted;
use kvorum::course::DEMONSTRATIONS;
use kvorum::playground::view::{
    AnswerKind, AnswerView, MessageEnd, NodeView, RequestTraceView, RoleView, Sentence, Status,
    Summary, Topic,
};
use kvorum::playground::{Action, Duration, Input, NodeId, Playground, RealTime, Speed, Time};
use kvorum::ui::app::announcer::Announcer;
use kvorum::ui::browser::page::Beginning;
use kvorum::ui::panels::commands::{Does, commands, fitting, longer};
use kvorum::ui::panels::tabs::console::complete;
use kvorum::ui::state::frame_scheduler::{Due, FrameScheduler};
use kvorum::ui::state::keys::{Focus, KEYS, NODE_KEYS, NodeKey, Shortcut, node_key, shortcut};
use kvorum::ui::state::pump::{Pacer, Pump};
use kvorum::ui::state::screen::Screen;
use kvorum::ui::state::session::Session;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::platform::time::sleep;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_pacer_gives_the_time_between_two_ticks() {
    let mut pacer = Pacer::default();
    assert_eq!(pacer.tick(1_000.0, false), None, "the first tick only starts the clock");
    assert_eq!(pacer.tick(1_016.5, false), Some(RealTime::from_micros(16_500)));
    assert_eq!(pacer.tick(1_016.5, false), None, "no time has passed");
}

#[wasm_bindgen_test]
fn a_hidden_tab_pauses_and_does_not_catch_up_later() {
    let mut pacer = Pacer::default();
    pacer.tick(0.0, false);
    assert_eq!(pacer.tick(16.0, true), None);
    assert_eq!(pacer.tick(60_000.0, true), None);
    assert_eq!(pacer.tick(60_016.0, false), None, "the hidden minute does not count");
    assert_eq!(pacer.tick(60_032.0, false), Some(RealTime::from_millis(16)));
}

#[wasm_bindgen_test]
fn a_long_gap_counts_as_one_frame() {
    let mut pacer = Pacer::default();
    pacer.tick(0.0, false);
    assert_eq!(pacer.tick(10_000.0, false), Some(Pacer::FRAME));
}

#[wasm_bindgen_test]
fn while_it_plays_renderings_and_the_strip_of_history_take_turns() {
    let mut scheduler = FrameScheduler::default();
    let mut frames = String::new();
    for frame in 0..24_u32 {
        let now = 1_000.0 + f64::from(frame) * 16.0;
        frames.push(match scheduler.frame(now, u64::from(frame), true) {
            Due::History => '-',
            Due::Refresh => 'r',
            Due::Feed => 'f',
        });
    }
    assert_eq!(
        frames, "f-r--r--r-f-r--r--r-f-r-",
        "a feed every 160 ms, a rendering every third frame"
    );
    let rest = [2_000.0, 2_016.0, 2_032.0, 2_048.0].map(|now| scheduler.frame(now, 23, true));
    assert_eq!(rest, [Due::Feed, Due::History, Due::Refresh, Due::History], "then all is shown");
    let stands = [2_064.0, 2_080.0, 2_096.0].map(|now| scheduler.frame(now, 24, false));
    assert_eq!(stands, [Due::Feed, Due::History, Due::Refresh]);
    let step = [2_100.0, 2_104.0].map(|now| scheduler.frame(now, 25, false));
    assert_eq!(step, [Due::History, Due::Refresh], "a step is rendered at once");
}

#[wasm_bindgen_test]
fn on_a_slow_screen_renderings_and_feeds_take_turns() {
    for frame_ms in [80, 150, 400] {
        let mut scheduler = FrameScheduler::default();
        let mut frames = String::new();
        for frame in 0..16_u32 {
            let now = 1_000.0 + f64::from(frame * frame_ms);
            match scheduler.frame(now, u64::from(frame), true) {
                Due::History => {}
                Due::Refresh => frames.push('r'),
                Due::Feed => frames.push('f'),
            }
        }
        assert_eq!(frames, "frfrfrfr", "a frame every {frame_ms} ms");
    }
}

#[wasm_bindgen_test]
fn when_the_cluster_pauses_the_event_log_is_updated_first() {
    for turns in [0, 1] {
        let mut scheduler = FrameScheduler::default();
        assert_eq!(scheduler.frame(1_000.0, 1, true), Due::Feed);
        for turn in 0..=turns {
            scheduler.frame(1_016.0, 2 + turn, true);
        }
        let stands = [1_032.0, 1_048.0, 1_064.0, 1_080.0].map(|now| scheduler.frame(now, 9, false));
        let is_rendering = |due: &Due| *due != Due::History;
        let seen: Vec<Due> = stands.into_iter().filter(is_rendering).collect();
        assert_eq!(seen, [Due::Feed, Due::Refresh], "{stands:?}");
        // While the user drags the timeline, a feed at every turn would leave no time for the rest.
        let dragged = [10, 11, 12, 13].map(|revision| scheduler.frame(1_096.0, revision, false));
        assert!(!dragged.contains(&Due::Feed), "{dragged:?}");
    }
}

#[wasm_bindgen_test]
async fn the_pump_lets_time_pass_while_it_plays() {
    let session = Session::new(Playground::new(3, 1));
    let fast = Input::Speed(Speed::new(1_000));
    assert_eq!(session.apply(fast), Ok(()));
    let pump = Pump::start(session.clone());
    sleep(RealTime::from_millis(300)).await;
    let passed = session.now().as_micros();
    assert!((50_000..=600_000).contains(&passed), "{passed} µs in 300 ms at real time");
    assert_eq!(session.apply(Input::Pause), Ok(()));
    let stopped = session.now();
    sleep(RealTime::from_millis(100)).await;
    assert_eq!(session.now(), stopped, "a paused cluster does not advance");
    assert_eq!(session.apply(Input::Play), Ok(()));
    drop(pump);
    sleep(RealTime::from_millis(100)).await;
    assert_eq!(session.now(), stopped, "without its pump it does not advance either");
}

#[wasm_bindgen_test]
fn keys_belong_to_the_field_that_is_typed_in() {
    assert_eq!(shortcut(" ", Focus::Elsewhere, false), Some(Shortcut::PlayOrPause));
    assert_eq!(shortcut(" ", Focus::Text, false), None);
    for focus in [Focus::Pressable, Focus::Adjustable] {
        assert_eq!(shortcut(" ", focus, false), Some(Shortcut::PlayOrPause), "{focus:?}");
    }
    assert_eq!(shortcut(" ", Focus::Choice, false), None, "it ticks the box, or chooses in a menu");
    assert_eq!(shortcut("?", Focus::Pressable, false), Some(Shortcut::Help));
    assert_eq!(shortcut("+", Focus::Pressable, false), Some(Shortcut::Faster), "not the button's");
    assert_eq!(shortcut("ArrowRight", Focus::Pressable, false), Some(Shortcut::Step));
    for key in ["+", "-", "ArrowLeft", "ArrowRight"] {
        assert_eq!(shortcut(key, Focus::Adjustable, false), None, "{key} moves the slider");
    }
    assert_eq!(shortcut("a", Focus::Elsewhere, true), None, "Ctrl+A is the browser's");
}

/// A running follower.
fn node(id: u32) -> NodeView {
    let nodes = Playground::new(3, 1).view().nodes;
    nodes.into_iter().find(|node| node.id == id).expect("it is there")
}

#[wasm_bindgen_test]
fn commands_and_cards_have_keys_of_their_own() {
    assert_eq!(shortcut("k", Focus::Text, true), Some(Shortcut::Commands), "Ctrl+K everywhere");
    assert_eq!(shortcut("z", Focus::Text, true), None, "Ctrl+Z is the field's");
    assert_eq!(shortcut("z", Focus::Elsewhere, true), Some(Shortcut::Undo));
    assert_eq!(shortcut("7", Focus::Elsewhere, false), Some(Shortcut::Node(7)));
    let leader = NodeView { role: Some(RoleView::Leader), ..node(3) };
    let down = NodeView { status: Status::Down, ..node(3) };
    let act = |action| Some(NodeKey::Act(action));
    assert_eq!(node_key("k", &leader), act(Action::Kill(NodeId(3))));
    assert_eq!(node_key("k", &down), act(Action::Restart(NodeId(3))));
    assert_eq!(node_key("t", &node(3)), act(Action::Timeout(NodeId(3))));
    assert_eq!(
        node_key("t", &leader),
        Some(NodeKey::Nothing),
        "it does not change the theme either"
    );
    assert_eq!(node_key("z", &leader), None, "a key of the page");
}

#[wasm_bindgen_test]
fn every_key_of_a_card_is_in_the_dialog() {
    let node = node(1);
    let listed = |key: &str| NODE_KEYS.iter().any(|(keys, _)| *keys == key);
    for letter in 'a'..='z' {
        let key = letter.to_string();
        assert_eq!(node_key(&key, &node).is_some(), listed(&key), "{key}");
    }
}

#[wasm_bindgen_test]
fn commands_are_found_by_any_of_their_words() {
    let all = || commands(&[Rc::new(node(1)), Rc::new(node(2))]);
    let words = |text| fitting(all(), text).into_iter().map(|command| command.words);
    assert!(words("n2 kil").eq(["Kill n2"]));
    assert_eq!(words("").count(), all().len());
    assert_eq!(words("nonsense").count(), 0);
    let lines = longer("kill n", vec!["n1".to_string(), "n2".to_string()]);
    let does: Vec<Does> = lines.into_iter().map(|command| command.does).collect();
    let go_on = |line: &str| Does::Complete(line.to_string());
    assert_eq!(does, [go_on("kill n1 "), go_on("kill n2 ")]);
    assert!(words("isolate n2").eq(["Isolate n2 from all others"]));
    assert!(words("partition from").any(|words| words == "Partition: n1 from n2"));
    assert_eq!(words("demonstration").count(), DEMONSTRATIONS.len());
    let counted = [0, 1, 2].map(|number| counted(number, "command", "commands"));
    assert_eq!(counted, ["0 commands", "1 command", "2 commands"]);
}

#[wasm_bindgen_test]
fn the_console_takes_every_line_that_the_palette_offers() {
    let running = || {
        let mut playground = Playground::new(3, 1);
        let script = "timeout n1\nwait leader\nset color blue\nwait agree\nkill n3\npause n2";
        playground.apply(Input::Speed(Speed::UNBOUNDED)).expect("a speed");
        playground.apply(Input::Console(script.to_string())).expect("a script");
        while playground.script_progress().is_some() {
            playground.apply(Input::Advance(RealTime::from_micros(1))).expect("time passes");
        }
        playground
    };
    let nodes: Vec<Rc<NodeView>> = running().view().nodes.into_iter().map(Rc::new).collect();
    let mut taken = 0;
    for command in commands(&nodes) {
        if let Does::Line(line) = command.does {
            assert_eq!(running().apply(Input::Console(line.clone())), Ok(()), "{line}");
            taken += 1;
        }
    }
    assert!(taken > 20, "{taken}");
}

#[wasm_bindgen_test]
fn the_address_selects_the_parts_of_the_page() {
    assert_eq!(Screen::from_query("?seed=1"), Screen::default());
    assert!(Screen::from_query("?projector").projector);
    assert!(!Screen::from_query("?projector=0").projector);
    let embed = |query| Screen::from_query(query).embed;
    assert_eq!(embed("?embed").as_deref(), Some("stage timeline"));
    assert_eq!(embed("?embed=events,stage").as_deref(), Some("stage events"));
    assert_eq!(embed("?embed=nonsense").as_deref(), Some("stage timeline"));
    assert_eq!(embed("?embed=false"), None);
}

#[wasm_bindgen_test]
fn no_key_does_two_things() {
    let all: Vec<&str> = KEYS.iter().flat_map(|(keys, ..)| keys.iter().copied()).collect();
    let mut unique = all.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), all.len());
}

#[wasm_bindgen_test]
fn completion_goes_as_far_as_all_candidates_agree() {
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(complete("ki", words(&["kill"])), ("kill ".to_string(), vec![]));
    let (line, hints) = complete("set n", words(&["node1", "node2"]));
    assert_eq!((line.as_str(), hints.len()), ("set node", 2));
    assert_eq!(complete("nonsense", vec![]), ("nonsense".to_string(), vec![]));
}

#[wasm_bindgen_test]
fn the_address_sets_the_initial_cluster() {
    let begin = |query| Beginning::from_query(query, || 77);
    let asked = begin("?seed=42&nodes=7&speed=1000&paused");
    assert_eq!((asked.nodes, asked.seed, asked.paused), (7, 42, true));
    assert_eq!(asked.speed, Some(Speed::new(1_000)));
    let plain = begin("");
    assert_eq!((plain.nodes, plain.seed, plain.speed, plain.paused), (5, 77, None, false));
    let wrong = begin("?nodes=1000&seed=minus&paused=0");
    assert_eq!((wrong.nodes, wrong.seed, wrong.paused), (5, 77, false));
}

#[wasm_bindgen_test]
fn announcements_are_few_and_spaced() {
    let mut announcer = Announcer::default();
    let say = |id, topic, detail, text: &str| Sentence {
        headline: false,
        id,
        at: Time::ZERO,
        text: text.to_string(),
        topic,
        detail,
    };
    let sentences = [
        say(0, Topic::Replication, false, "n2 appends entry 1."),
        say(1, Topic::Fault, true, "A heartbeat is lost."),
        say(2, Topic::Fault, false, "n3 is killed."),
    ];
    let leads = Summary { leader: Some(1), term: 4, ..Summary::default() };
    announcer.listen(sentences.iter().cloned(), &leads, &[]);
    assert_eq!(announcer.speak(10_000.0), "n3 is killed. n1 leads term 4.");
    let answer = Some(AnswerView { kind: AnswerKind::Success, text: "success".to_string() });
    let operation = "set color blue".to_string();
    let request_trace = RequestTraceView {
        id: 1,
        client: MessageEnd::You,
        operation,
        took: Duration::from_micros(9),
        answer,
        hops: Vec::new(),
    };
    announcer.listen(sentences.iter().cloned(), &leads, &[request_trace]);
    assert_eq!(announcer.speak(10_100.0), "n3 is killed. n1 leads term 4.", "still being heard");
    assert_eq!(announcer.speak(12_000.0), "set color blue: success.");
}
