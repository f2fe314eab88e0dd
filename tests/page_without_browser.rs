//! Parts of the page that need no browser: the stage's layout and texts.

use kvorum::playground::view::{Committed, MessageEnd, MessageView, Shape};
use kvorum::playground::{Duration, Time};
use kvorum::ui::format::clock::{clock_text, seconds};
use kvorum::ui::format::durations::{latency_words, millis, round_span, span};
use kvorum::ui::format::glossary::{GLOSSARY, words_in};
use kvorum::ui::format::sentences::{Piece, found, pieces, sentence};
use kvorum::ui::format::words::committed_words;
use kvorum::ui::geometry::layout::{Density, Layout, Rect};
use kvorum::ui::geometry::message_path::{link, link_at, message_at, pairs, position};
use kvorum::ui::geometry::partition_outline::{between, corridors, divide};

/// The stage's size in windows of 1440 × 900, 1280 × 720 and 390 × 844: without and with all rows above and below it,
/// and on a phone whose top line takes another row or two.
const STAGES: [(f64, f64); 8] = [
    (844.0, 760.0),
    (732.0, 580.0),
    (390.0, 564.0),
    (844.0, 718.0),
    (732.0, 538.0),
    (390.0, 379.0),
    (390.0, 344.0),
    (390.0, 316.0),
];

fn nodes(count: u32) -> Vec<u32> {
    (1..=count).collect()
}

#[test]
fn nothing_on_the_stage_overlaps_or_is_cut_off() {
    for (width, height) in STAGES {
        for count in 1..=51 {
            let layout = Layout::new(width, height, &nodes(count));
            assert_eq!(layout.nodes.len(), nodes(count).len());
            let mut things: Vec<(String, Rect)> =
                layout.nodes.iter().map(|(id, rect)| (format!("n{id}"), *rect)).collect();
            things.push(("the middle".to_string(), layout.centre));
            things.push(("you".to_string(), layout.you));
            things.push(("clients".to_string(), layout.clients));
            for (position, (name, rect)) in things.iter().enumerate() {
                let case = format!("{count} nodes on {width} × {height}");
                assert!(rect.left() >= 0.0 && rect.top() >= 0.0, "{name} is cut off: {case}");
                assert!(rect.left() + rect.width <= width, "{name} is cut off: {case}");
                assert!(rect.top() + rect.height <= height, "{name} is cut off: {case}");
                for (other, rectangle) in things.iter().skip(position + 1) {
                    assert!(!rect.crowds(rectangle, 0.0), "{name} lies on {other}: {case}");
                }
            }
        }
    }
}

#[test]
fn up_to_nine_nodes_are_full_cards_on_a_desk() {
    for (width, height) in [(844.0, 760.0), (732.0, 580.0)] {
        for count in 3..=9 {
            let density = Layout::new(width, height, &nodes(count)).density;
            assert_ne!(density, Density::Compact, "{count} nodes on {width} × {height}");
        }
    }
}

/// Half a stage in windows of 1280 × 720 and 390 × 844, as in the split view; a phone's stage,
/// whole and below an explaining sentence.
#[test]
fn few_nodes_show_their_logs_wherever_they_are_explained() {
    for (width, height, most) in
        [(366.0, 382.0, 5), (194.0, 303.0, 3), (390.0, 564.0, 7), (390.0, 380.0, 5)]
    {
        for count in 3..=most {
            let layout = Layout::new(width, height, &nodes(count));
            let case = format!("{count} nodes on {width} × {height}");
            assert_ne!(layout.density, Density::Compact, "{case}");
            assert!(!layout.you.crowds(&layout.clients, 0.0), "{case}");
        }
    }
}

fn message(id: u64, from: u32, to: u32, progress: f32) -> MessageView {
    let (from, to, label) = (MessageEnd::Node(from), MessageEnd::Node(to), String::new());
    MessageView { id, shape: Shape::Heartbeat, from, to, progress, lost: false, term: 1, label }
}

#[test]
fn the_message_that_is_drawn_nearest_is_the_one_that_is_hit() {
    let layout = Layout::new(844.0, 760.0, &nodes(5));
    let messages = [message(1, 1, 2, 0.3), message(2, 1, 2, 0.5), message(3, 2, 1, 0.5)];
    for drawn in &messages {
        let (x, y) = position(drawn, &layout, false).expect("it is there");
        let hit = |x, y| message_at(&messages, &layout, false, (x, y), 16.0);
        assert_eq!(hit(x, y), Some(drawn.id));
        assert_eq!(hit(x + 2.0, y - 2.0), Some(drawn.id), "near m{} at {x}, {y}", drawn.id);
    }
    let (x, y) = position(&messages[0], &layout, false).expect("it is there");
    assert_eq!(message_at(&messages, &layout, false, (x - 40.0, y - 40.0), 16.0), None);
    // With reduced motion a message is drawn in the middle of its path, and is hit there.
    let (x, y) = position(&messages[0], &layout, true).expect("it is there");
    let on_top = message_at(&messages[..2], &layout, true, (x, y), 16.0);
    assert_eq!(on_top, Some(2), "of two at one place the later one, which is drawn on top");
}

#[test]
fn a_link_is_hit_on_its_line_only() {
    let layout = Layout::new(844.0, 760.0, &nodes(5));
    for (a, b) in pairs(&layout) {
        let (from, to) = link(&layout, a, b).expect("it is there");
        // Not in the middle, where several links cross.
        let at = (from.0 + (to.0 - from.0) * 0.12, from.1 + (to.1 - from.1) * 0.12);
        assert_eq!(link_at(pairs(&layout), &layout, at, 4.0), Some((a, b)), "n{a} and n{b}");
    }
    assert_eq!(link_at(pairs(&layout), &layout, (2.0, 2.0), 16.0), None);
}

#[test]
fn a_line_divides_the_cards_by_their_middles() {
    let layout = Layout::new(844.0, 760.0, &nodes(5));
    let n1 = layout.nodes[&1];
    let below = n1.y + n1.height;
    let right = divide(&layout, (0.0, below), (844.0, below));
    assert_eq!(right, [vec![1], vec![2, 3, 4, 5]]);
    let left = divide(&layout, (844.0, below), (0.0, below));
    assert_eq!(left, [vec![2, 3, 4, 5], vec![1]], "drawn the other way");
    let beside = divide(&layout, (0.0, 1.0), (844.0, 1.0));
    assert_eq!(beside, [vec![], vec![1, 2, 3, 4, 5]]);
    // A short line extends in both directions.
    assert_eq!(divide(&layout, (10.0, below), (20.0, below)), right);
}

#[test]
fn a_partition_outline_separates_its_sides() {
    let mut walls = 0;
    for (width, height) in STAGES {
        for count in 2..=25 {
            let layout = Layout::new(width, height, &nodes(count));
            let case = format!("{count} nodes on {width} × {height}");
            let [a, b] = divide(&layout, (width * 0.5 + 1.0, 0.0), (width * 0.5 + 1.0, height));
            if a.is_empty() || b.is_empty() {
                continue;
            }
            if let Some((from, to)) = between(&layout, &a, &b) {
                walls += 1;
                let mut parted = divide(&layout, from, to);
                parted.sort();
                let mut sides = [a, b];
                sides.sort();
                assert_eq!(parted, sides, "{case}");
            }
        }
    }
    assert!(walls > STAGES.len(), "{walls} walls");
    let layout = Layout::new(844.0, 760.0, &nodes(5));
    assert!(between(&layout, &[1], &[2, 3, 4, 5]).is_some());
    assert!(between(&layout, &[1, 2], &[3, 4, 5]).is_some());
    assert_eq!(between(&layout, &[1, 3], &[2, 4, 5]), None, "their lines cross");
}

#[test]
fn corridors_connect_all_of_a_side_and_are_short() {
    let layout = Layout::new(844.0, 760.0, &nodes(9));
    let place = |node: u32| *layout.node(node).expect("it is there");
    let side = [1, 2, 3, 5, 9];
    let ways = corridors(&layout, &side);
    assert_eq!(ways.len(), side.len() - 1, "{ways:?}");
    let mut reached = vec![place(1)];
    for _ in &side {
        for (a, b) in &ways {
            if reached.contains(a) != reached.contains(b) {
                reached.extend([*a, *b]);
            }
        }
    }
    assert!(side.iter().all(|node| reached.contains(&place(*node))), "{ways:?}");
    let joins = |a, b| ways.contains(&(place(a), place(b))) || ways.contains(&(place(b), place(a)));
    assert!(joins(1, 2) && joins(2, 3) && joins(9, 1) && joins(3, 5), "neighbours: {ways:?}");
    assert_eq!(corridors(&layout, &[4]), [], "one alone needs none");
}

#[test]
fn search_ignores_case() {
    assert_eq!(found("n3 votes for N3.", "n3"), [0..2, 13..15]);
    assert_eq!(found("Ärger mit n3", "n3").first(), Some(&(11..13)), "in bytes");
    assert!(found("n3 votes", "n4").is_empty());
}

#[test]
fn sentences_are_cut_into_names_and_code() {
    let cut = pieces("n2 sent `set n1 x` on to n10.");
    let expected = [
        Piece::Plain(""),
        Piece::Node("n2"),
        Piece::Plain(" sent "),
        Piece::Code("set n1 x"),
        Piece::Plain(" on to "),
        Piece::Node("n10"),
        Piece::Plain("."),
    ];
    assert_eq!(cut, expected);
    assert_eq!(pieces("an9 n9x"), [Piece::Plain("an9 n9x")]);
}

#[test]
fn a_problem_is_a_sentence() {
    assert_eq!(sentence("there is no node n9"), "There is no node n9.");
    assert_eq!(sentence("n1 is down"), "n1 is down.");
    assert_eq!(sentence(""), "");
}

#[test]
fn an_instant_is_written_as_a_clock_shows_it_and_on_an_axis_as_short_as_it_can_be() {
    let clock = |micros| clock_text(Time::from_micros(micros));
    let shown = [0, 2_784_999, 62_784_000, 3_602_784_000].map(clock);
    assert_eq!(shown, ["0.000 s", "2.784 s", "1:02.784", "1:00:02.784"]);
    let axis = |micros| seconds(Time::from_micros(micros));
    let shown = [0, 250_000, 2_505_000, 540_000_000, 600_000_000, 630_000_000].map(axis);
    assert_eq!(shown, ["0 s", "0.25 s", "2.505 s", "540 s", "10 min", "630 s"]);
}

#[test]
fn a_span_is_written_in_the_unit_that_fits_it() {
    let written = |micros| span(Duration::from_micros(micros));
    let shown = [0, 250, 6_299, 120_900, 3_090_000].map(written);
    assert_eq!(shown, ["0 ms", "250 µs", "6.2 ms", "120 ms", "3.0 s"]);
    let of_a_setting = |micros| millis(Duration::from_micros(micros));
    assert_eq!(
        [0, 2_000, 2_599, 3_000_000].map(of_a_setting),
        ["0 ms", "2 ms", "2.5 ms", "3000 ms"]
    );
    let [least, most] = [10, 20].map(Duration::from_millis);
    assert_eq!(latency_words((least, most)), "10–20 ms");
    assert_eq!(latency_words((most, most)), "20 ms");
    let tick = |micros| round_span(Duration::from_micros(micros));
    assert_eq!([10, 100_000, 1_000_000].map(tick), ["10 µs", "100 ms", "1 s"]);
}

#[test]
fn above_what_is_committed_stands_who_lags() {
    let words = |lagging: &[u32], differing: &[u32]| {
        let (lagging, differing) = (lagging.to_vec(), differing.to_vec());
        let committed = Committed { lagging, differing, entries: Vec::new(), len: 0 };
        committed_words(Some(&committed))
    };
    assert_eq!(words(&[], &[]), "Committed");
    assert_eq!(words(&[3], &[]), "Committed · n3 lags");
    assert_eq!(words(&[3, 5], &[]), "Committed · n3 n5 lag");
    assert_eq!(words(&[1, 2, 3], &[4]), "Committed · n4 differs · 3 nodes lag");
    assert_eq!(committed_words(None), "No node runs");
}

#[test]
fn words_are_explained_where_they_stand_first_and_in_their_other_forms() {
    let found = |text: &str| -> Vec<(String, &str)> {
        words_in(text).into_iter().map(|(at, entry)| (text[at].to_string(), entry.word)).collect()
    };
    let expected = [("Terms", "term"), ("committed", "commit"), ("leader", "leader")];
    let expected: Vec<_> = expected.map(|(text, word)| (text.to_string(), word)).into();
    assert_eq!(
        found("Terms grow. What is committed stays; the leader of a term has it."),
        expected
    );
    assert_eq!(found("A terminal is no determined blogger."), []);
    assert_eq!(found("Ä lease"), [("lease".to_string(), "lease")]);
    for entry in &GLOSSARY {
        assert!(entry.line.ends_with('.') && (20..=110).contains(&entry.line.len()), "{entry:?}");
        assert_eq!(found(entry.word).len(), 1, "{entry:?}");
    }
}

/// Messages are drawn above the cards, but not above this.
#[test]
fn the_name_on_a_card_is_within_it() {
    for (width, height) in STAGES {
        for count in [1, 3, 5, 7, 25] {
            let layout = Layout::new(width, height, &nodes(count));
            for card in layout.nodes.values() {
                let name = layout.name_on(card);
                assert!(name.left() > card.left() && name.top() > card.top(), "{card:?}: {name:?}");
                assert!(name.left() + name.width < card.left() + card.width, "{card:?}: {name:?}");
                assert!(name.top() + name.height < card.top() + card.height, "{card:?}: {name:?}");
                assert!(name.width > 0.0 && name.height >= 14.0, "{card:?}: {name:?}");
            }
        }
    }
}
