//! The words that a newcomer may not know, each explained in one line.

/// A word, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it stands in a sentence, in small letters; its other forms begin with it.
    pub word: &'static str,
    pub line: &'static str,
}

const fn entry(word: &'static str, line: &'static str) -> Entry {
    Entry { word, line }
}

/// All words, a longer one before a shorter one that it begins with.
pub const GLOSSARY: [Entry; 16] = [
    entry(
        "commit",
        "An entry is committed once a majority has it on disk: then no later leader can lose it.",
    ),
    entry("quorum", "So many servers that two such groups always share one: more than half."),
    entry("majority", "More than half of the members, also counting those that are down."),
    entry(
        "term",
        "The number of a period with at most one leader. Each election begins a new one.",
    ),
    entry("lease", "A time during which a leader may answer reads without asking the others."),
    entry(
        "linearizable",
        "Clients see one store: a read returns the latest write that was answered before it began.",
    ),
    entry("stale", "From a server's own store, which may lag behind what is committed."),
    entry("heartbeat", "A message without entries: the leader says that it is still there."),
    entry("log", "The list of entries that all servers execute in the same order."),
    entry("snapshot", "A copy of the store that takes the place of the log's older entries."),
    entry("election timeout", "How long a follower hears no leader before it asks for votes."),
    entry("candidate", "A server that asks the others for their votes."),
    entry("follower", "A server that takes entries from the leader."),
    entry("learner", "A server that receives the log and has no vote."),
    entry("leader", "The one server that takes requests and sends entries to the others."),
    entry("partition", "A cut through the network: servers on one side cannot reach the others."),
];

/// The entry of this word.
pub fn entry_of(word: &str) -> Option<&'static Entry> {
    GLOSSARY.iter().find(|entry| entry.word == word)
}

/// Where a text has a word of the glossary first, each word once: its bytes, and the entry. The word may go on, as in
/// `commits` and `committed`.
pub fn words_in(text: &str) -> Vec<(std::ops::Range<usize>, &'static Entry)> {
    let lower = text.to_ascii_lowercase();
    let first = |entry: &'static Entry| {
        let begins = |at: usize| !lower[..at].ends_with(char::is_alphanumeric);
        let (at, _) = lower.match_indices(entry.word).find(|(at, _)| begins(*at))?;
        let rest = lower[at + entry.word.len()..].find(|letter: char| !letter.is_alphabetic());
        let end = rest.map_or(lower.len(), |rest| at + entry.word.len() + rest);
        // Another word can begin in the same way, as `terminal` does.
        let is_form = matches!(
            &lower[at + entry.word.len()..end],
            "" | "s" | "es" | "ted" | "ting" | "ship" | "d"
        );
        is_form.then_some((at..end, entry))
    };
    let mut found: Vec<_> = GLOSSARY.iter().filter_map(first).collect();
    found.sort_by_key(|(range, _)| range.start);
    found
}
