//! What a monkey types: lines of the script language, good and bad, words for fields, keys; and links that it was given.

use std::sync::OnceLock;

use kvorum::playground::{Duration, Input, Playground, RealTime, Speed, Time};
use kvorum::rng::Rng;
use kvorum::script::GRAMMAR;

/// Everything that has a key on the page (`src/ui/state/keys.rs`), and keys that have nothing.
const KEYS: &str = " .,nu][zZ+-ahmk/ceijbsrvywdoCDxP123456789gRBf:plt?qQ0@";

pub(crate) fn keys() -> Vec<char> {
    KEYS.chars().collect()
}

/// Clusters as large as a person watches.
const SIZES: [u64; 5] = [1, 3, 5, 7, 9];

/// What a field may get.
const WORDS: [&str; 14] = [
    "color",
    "blue",
    "",
    " ",
    "3",
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "20ms",
    "n2",
    "<b>é\u{1F412}</b>",
    "a\"b\\c'd",
    "leader lives",
];

pub(crate) fn words(rng: &mut Rng) -> String {
    if rng.range(0..=29) == 0 {
        return "x".repeat(300);
    }
    (*rng.pick(&WORDS).unwrap_or(&"")).to_owned()
}

/// A line of any command, sometimes a wrong one.
pub(crate) fn line(rng: &mut Rng) -> String {
    let Some(form) = rng.pick(GRAMMAR) else { return String::new() };
    let line = if form.name() == "cluster" {
        let size = rng.pick(&SIZES).copied().unwrap_or(3);
        format!("cluster {size} seed {}", rng.range(0..=99))
    } else {
        vary(rng, form.example)
    };
    if rng.range(0..=4) == 0 { spoil(rng, &line) } else { line }
}

/// A line that does something to the cluster.
pub(crate) fn act(rng: &mut Rng) -> String {
    const ACTS: [&str; 8] = [
        "timeout n1",
        "kill n1",
        "set color blue",
        "partition n1 n2 | n3",
        "add n6",
        "clients 3 keys 5 writes 50% every 20ms",
        "chaos 30%",
        "pause n2",
    ];
    let act = rng.pick(&ACTS).copied().unwrap_or_default();
    vary(rng, act)
}

/// Other nodes and other numbers in a line. Its words stay.
fn vary(rng: &mut Rng, line: &str) -> String {
    let mut varied = String::new();
    let mut digits = String::new();
    for letter in line.chars().chain([' ']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            let is_node = varied.ends_with('n');
            let number = match rng.range(0..=9) {
                0..4 => digits.parse().unwrap_or(1),
                4..9 if is_node => rng.range(1..=9),
                9 => rng.range(0..=3_000),
                _ => rng.range(0..=30),
            };
            varied.push_str(&number.to_string());
            digits.clear();
        }
        varied.push(letter);
    }
    varied.trim_end().to_owned()
}

/// A word is missing, doubled or wrong, or the line has no end.
fn spoil(rng: &mut Rng, line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    let at = rng.range(0..=words.len() as u64 - 1) as usize;
    match rng.range(0..=3) {
        0 => drop(words.remove(at)),
        1 => words.insert(at, words[at]),
        2 => words[at] = "\u{1F412}",
        _ => return format!("{line} {}", "&\"|->..%#".repeat(rng.range(1..=40) as usize)),
    }
    words.join(" ")
}

/// Runs as somebody else would share them: a short one, one with faults, and long ones that take a while to open.
pub(crate) fn links() -> Vec<String> {
    static LINKS: OnceLock<Vec<String>> = OnceLock::new();
    let made = || {
        let stories = [
            (5, 42, 2, "set color blue"),
            (3, 7, 5, "kill n1"),
            (5, 1, 60, "clients 5 keys 3 writes 50% every 20ms"),
            (7, 3, 30, "chaos 30%"),
            (9, 9, 90, "clients 3 keys 5 writes 50% every 50ms"),
        ];
        stories.map(|(nodes, seed, seconds, line)| run(nodes, seed, seconds, line)).to_vec()
    };
    LINKS.get_or_init(made).clone()
}

/// The fragment of a link to a run in which one line was typed at its beginning, after so many seconds.
fn run(nodes: u32, seed: u64, seconds: u64, line: &str) -> String {
    let mut playground = Playground::new(nodes, seed);
    for input in [Input::Console(line.to_owned()), Input::Speed(Speed::FASTEST), Input::Play] {
        playground.apply(input).expect("a line of the language");
    }
    while playground.now() < Time::ZERO + Duration::from_secs(seconds) {
        playground.apply(Input::Advance(RealTime::from_millis(1))).expect("time passes");
        // A property that breaks stops it.
        playground.apply(Input::Play).expect("it goes on");
    }
    playground.apply(Input::Speed(Speed::default())).expect("any speed");
    playground.bookmark().to_fragment()
}
