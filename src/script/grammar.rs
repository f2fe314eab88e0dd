//! The table of commands: what `help` prints, where completion takes its words from, and what reads each of them.

use winnow::prelude::ModalResult;

use super::Command;
use super::parse::expectation::{expect, wait};
use super::parse::repeat::repeat;
use super::parse::words::In;
use super::parse::{at, cluster, machines, members, network, requests, settings};
use super::question::question;
use crate::cluster::{Action, Handling, Status};

/// Reads the words after a command's name.
type Read = fn(In<'_, '_>) -> ModalResult<Command>;

/// A command: how people are told of it, and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// How it is written: capitals stand for something, brackets for what may be left out.
    pub syntax: &'static str,
    /// What it does.
    pub help: &'static str,
    /// A line that is correct.
    pub example: &'static str,
    pub(super) read: Read,
}

impl Form {
    /// The command's first word.
    pub fn name(&self) -> &'static str {
        self.syntax.split(' ').next().unwrap_or_default()
    }
}

const fn form(syntax: &'static str, help: &'static str, example: &'static str, read: Read) -> Form {
    Form { syntax, help, example, read }
}

/// All commands, in the order in which `help` lists them.
pub const GRAMMAR: &[Form] = &[
    form("cluster SIZE [seed NUMBER]", "a new cluster", "cluster 5 seed 42", cluster),
    form(
        "set KEY VALUE [via NODE] [&]",
        "writes; & does not wait for the answer",
        "set color blue via n2",
        |input| requests::own(requests::set, input),
    ),
    form(
        "get KEY [from NODE] [linearizable|lease|leader|stale] [&]",
        "reads",
        "get color from n3 stale",
        |input| requests::own(requests::get, input),
    ),
    form("delete KEY [via NODE] [&]", "takes a key away", "delete color", |input| {
        requests::own(requests::delete, input)
    }),
    form(
        "cas KEY OLD NEW [via NODE] [&]",
        "writes NEW if the value is OLD",
        "cas color blue green",
        |input| requests::own(requests::cas, input),
    ),
    form(
        "as CLIENT REQUEST",
        "set, get, delete or cas as another client, c1 to c100, each with a session of its own",
        "as c2 set color blue",
        requests::named,
    ),
    form(
        "curl URL",
        "asks as the original store was asked",
        "curl \"http://localhost:8080/get?key=color\"",
        requests::curl,
    ),
    form(
        "add NODE [learner] [&]",
        "starts a node and takes it in, with a vote once it has learned the log",
        "add n6",
        members::add,
    ),
    form(
        "members NODE... [via NODE] [&]",
        "goes over to these voters",
        "members n1 n2 n6",
        members::members,
    ),
    form("remove NODE [via NODE] [&]", "takes a node out", "remove n2", members::remove),
    form(
        "demote NODE [via NODE] [&]",
        "takes its vote away; it goes on as a learner, and `add` gives the vote back",
        "demote n3",
        members::demote,
    ),
    form(
        "kill NODE...|all [torn]",
        "ends its process at once, maybe in mid-write; of several nodes all or, refused, none",
        "kill n1 torn",
        machines::kill,
    ),
    form("wipe NODE...|all", "ends its process and empties its disk", "wipe n1", |input| {
        machines::on_nodes(("wipe", Action::Wipe), |_| true, input)
    }),
    form("restart NODE...|all", "starts it with what is on its disk", "restart n1", |input| {
        let is_down = |status| status == Status::Down;
        machines::on_nodes(("restart", Action::Restart), is_down, input)
    }),
    form("pause NODE...|all", "lets it stand still", "pause n1", |input| {
        let runs = |status| status == Status::Running;
        machines::on_nodes(("pause", Action::Pause), runs, input)
    }),
    form("resume NODE...|all", "lets it go on", "resume n1", |input| {
        let stands = |status| status == Status::Paused;
        machines::on_nodes(("resume", Action::Resume), stands, input)
    }),
    form(
        "partition NODE... [| NODE...]...",
        "cuts the network into sides",
        "partition n1 n2 | n3 n4 n5",
        network::partition,
    ),
    form("heal", "mends all links", "heal", |_| {
        Ok(Command::Act { action: Action::Heal, background: false })
    }),
    form("cut NODE ->|<-> NODE", "cuts one way of a link, or both", "cut n1 -> n3", network::cut),
    form("mend NODE ->|<-> NODE", "mends it", "mend n1 -> n3", network::mend),
    form(
        "network [latency TIME[..TIME]] [loss PERCENT] [duplicate PERCENT]",
        "changes all links",
        "network latency 5ms..15ms loss 10% duplicate 2%",
        network::network,
    ),
    form(
        "link NODE ->|<-> NODE [latency TIME[..TIME]] [loss PERCENT] [duplicate PERCENT]",
        "changes one link, one way or both",
        "link n1 -> n3 latency 100ms",
        network::link,
    ),
    form(
        "disk NODE fsync TIME | disk NODE full|failing|lies|ok",
        "how long its disk takes; refuses writes, so that the node stops; or reports some that a crash will lose",
        "disk n2 fsync 40ms",
        machines::disk,
    ),
    form(
        "clock NODE [rate NUMBER] [offset TIME]",
        "makes its clock run fast or slow, or be wrong",
        "clock n3 rate 1.2",
        machines::clock,
    ),
    form("cpu NODE TIME", "how long it takes for whatever comes in", "cpu n2 5ms", machines::cpu),
    form("transfer NODE", "hands the leadership over", "transfer n2", |input| {
        machines::on_node(Action::Transfer, input)
    }),
    form(
        "snapshot NODE | snapshot every NUMBER [chunk BYTES] | snapshot off [chunk BYTES]",
        "takes a snapshot, now or every so many entries",
        "snapshot n1",
        settings::snapshot,
    ),
    form(
        "timing [election TIME..TIME] [heartbeat TIME] [batch NUMBER] [session TIME] [drift PERCENT]",
        "changes the servers' timing and how much they send at once",
        "timing election 150ms..300ms heartbeat 50ms batch 64",
        settings::timing,
    ),
    form(
        "rule RULE on|off",
        "switches a rule of the protocol",
        "rule step-down off",
        settings::rule,
    ),
    form("timeout NODE", "lets its election timer run out", "timeout n3", |input| {
        machines::on_node(Action::Timeout, input)
    }),
    form(
        "drop MESSAGE NODE -> NODE | drop mNUMBER",
        "loses the oldest such message, or the one with this number",
        "drop RequestVote n1 -> n3",
        |input| network::mail(Handling::Drop, input),
    ),
    form(
        "delay MESSAGE NODE -> NODE TIME | delay mNUMBER TIME",
        "lets it arrive later",
        "delay m17 50ms",
        network::delay,
    ),
    form(
        "duplicate MESSAGE NODE -> NODE | duplicate mNUMBER",
        "sends a copy of it",
        "duplicate AppendEntries n1 -> n3",
        |input| network::mail(Handling::Duplicate, input),
    ),
    form(
        "deliver MESSAGE NODE -> NODE | deliver mNUMBER",
        "lets it arrive now",
        "deliver m17",
        |input| network::mail(Handling::Deliver, input),
    ),
    form(
        "chaos PERCENT | chaos off",
        "faults at random, from the cluster's seed",
        "chaos 30%",
        settings::chaos,
    ),
    form(
        "clients NUMBER keys NUMBER writes PERCENT every TIME [reads linearizable|lease|leader|stale] | \
         clients off",
        "a background workload",
        "clients 5 keys 3 writes 50% every 20ms",
        settings::clients,
    ),
    form(
        "at TIME [EVENTS] COMMAND",
        "lets time pass up to there, over so many events in all, and then does it (in recordings)",
        "at 1500ms 120 kill n1",
        at,
    ),
    form(
        "wait TIME | wait leader|idle|agree|commit INDEX [on all]|until EXPECTATION [for at most TIME]",
        "lets time pass, until an expectation is met for one; no longer than a minute, unless it says so",
        "wait commit 3 on all for at most 5s",
        |input| wait(input).map(Command::Wait),
    ),
    form(
        "expect NODE leads|follows|is candidate|is down|is paused|is removed | [not] leader NODE | no leader | \
         term TERM [on NODE|all] | vote NODE on NODE|all | value KEY VALUE on NODE|all | \
         no value KEY on NODE|all | commit [at least] INDEX on NODE|all | log TERM... on NODE | \
         snapshot INDEX on NODE|all | members NODE... [on NODE|all] | learners NODE... [on NODE|all] | \
         no learners [on NODE|all] | lease NODE | no lease NODE | agree [on NODE...] | \
         answer ok|not-found|mismatch|none|value VALUE | holds | linearizable | violates PROPERTY",
        "says how things must be now",
        "expect value color blue on n3",
        |input| expect(input).map(Command::Expect),
    ),
    form(
        "repeat TIMES { COMMAND [; COMMAND]... }",
        "does the commands so many times, each when the one before it is done",
        "repeat 5 { kill n1; wait 200ms; restart n1; wait leader }",
        repeat,
    ),
    form(
        "why NODE term|vote|role|commit | why NODE entry INDEX | why NODE key KEY",
        "tells all that led to it (in the console)",
        "why n2 term",
        |input| question(input).map(Command::Why),
    ),
    form("help", "lists the commands", "help", |_| Ok(Command::Help)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_a_correct_line_of_its_command() {
        for form in GRAMMAR {
            let parsed = super::super::parse_line(form.example);
            assert!(parsed.as_ref().is_ok_and(Option::is_some), "{}: {parsed:?}", form.example);
            assert_eq!(form.example.split(' ').next(), Some(form.name()));
        }
    }

    /// What is done by a command, if it does something. Only that is ever written down again, as the line that
    /// does the same.
    fn action(command: &Command) -> Option<&Action> {
        match command {
            Command::Act { action, .. } | Command::At { action, .. } => Some(action),
            Command::Cluster(_)
            | Command::Curl(_)
            | Command::Wait(_)
            | Command::Expect(_)
            | Command::Together(_)
            | Command::Repeat(_)
            | Command::Unresolved(_)
            | Command::Why(_)
            | Command::Help => None,
        }
    }

    #[test]
    fn every_row_reads_prints_and_reads_the_same() {
        let read = |line: &str| super::super::parse_line(line).ok().flatten();
        let mut silent = Vec::new();
        for form in GRAMMAR {
            let Some(command) = read(form.example) else { panic!("{}", form.example) };
            let Some(action) = action(&command) else {
                silent.push(form.name());
                continue;
            };
            let again = read(&action.to_string());
            let expected = Command::Act { action: action.clone(), background: false };
            assert_eq!(again, Some(expected), "`{action}`, from `{}`", form.example);
        }
        assert_eq!(silent, ["cluster", "curl", "wait", "expect", "repeat", "why", "help"]);
    }

    #[test]
    fn every_name_stands_in_one_row() {
        let names: std::collections::BTreeSet<&str> = GRAMMAR.iter().map(Form::name).collect();
        assert_eq!(names.len(), GRAMMAR.len());
    }
}
