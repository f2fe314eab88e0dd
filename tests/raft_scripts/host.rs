//! The host of a script's nodes: their messages, disks and state machines, each moved on by a line of the script.
//!
//! | command | what it does |
//! |---|---|
//! | `cluster 3` | starts n1 to n3, which know each other |
//! | `start n4` | starts a node with an empty disk, which knows nobody |
//! | `rule prevote off`    | switches a rule for all nodes |
//! | `after 50` | lets so many milliseconds pass |
//! | `tick n1` | tells it that the time has come which it asked for, if it has |
//! | `timeout n1` | lets its election timer run out now, and tells it |
//! | `deliver n1 n2` | the oldest message from n1 to n2 arrives; `all` for all of that link |
//! | `drop n1 n2` | loses the oldest message from n1 to n2; `all` for all of that link |
//! | `disk n1` | its disk is done with all that it was given |
//! | `settle` | delivers all messages and finishes all writes, until there is nothing left |
//! | `isolate n3`, `join n3` | loses all that is sent to or by the node from now on, and no more |
//! | `restart n1` | its process ends, and starts again with what the disk has |
//! | `propose n1 a` | a client's command |
//! | `read n1 1` | a read named 1; also `lease` and `leader` |
//! | `change n1 add n4` | also `learn`, `remove`, `demote`, and `members n1 n2 n4` |
//! | `transfer n1 n2` | n1 is to hand over to n2 |
//! | `snapshot n1` | its state machine is kept in the place of the log; `keep=1` keeps an entry before it |
//! | `state n1` | how it is |

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::error::Error;

use goldenscript::{Command, Context, Runner};
use kvorum::cluster::What;
use kvorum::raft::{
    Change, Config, Data, Durable, Effects, Envelope, Input, Node, NodeId, Payload, ReadAnswer,
    ReadId, ReadMode, Rule, Settings, Ticket, Write,
};
use kvorum::rng::Rng;
use kvorum::time::{Duration, Time};

use super::text;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A node and what its machine has.
struct Machine {
    node: Node,
    initial: Config,
    disk: Durable,
    writes: VecDeque<Write>,
    /// The state machine: all commands that were applied.
    applied: String,
    /// How often it was started.
    lives: u64,
}

/// All nodes, and the messages between them.
#[derive(Default)]
pub(crate) struct Host {
    now: Time,
    settings: Settings,
    machines: BTreeMap<NodeId, Machine>,
    mail: VecDeque<Envelope>,
    isolated: BTreeSet<NodeId>,
    /// What the command has led to so far.
    lines: Vec<String>,
}

impl Runner for Host {
    type Command = Command;

    fn run(&mut self, command: &Command, _: &Context) -> Outcome<String> {
        let mut args = command.consume_args();
        let keep = args.take_key("keep").map_or(Ok(0), str::parse)?;
        let mut words: VecDeque<&str> = std::iter::from_fn(|| args.next_pos()).collect();
        args.reject_next()?;
        self.obey(&command.name, keep, &mut words)?;
        if let Some(word) = words.front() {
            return Err(format!("`{word}` is more than the command takes").into());
        }
        Ok(std::mem::take(&mut self.lines).join("\n"))
    }
}

/// Takes the next word of a command.
fn take<'a>(words: &mut VecDeque<&'a str>) -> Outcome<&'a str> {
    words.pop_front().ok_or_else(|| "the command needs another word".into())
}

fn node(words: &mut VecDeque<&str>) -> Outcome<NodeId> {
    let word = take(words)?;
    let digits = word.strip_prefix('n').ok_or_else(|| format!("`{word}` is no node"))?;
    Ok(NodeId(digits.parse()?))
}

fn nodes(words: &mut VecDeque<&str>) -> Outcome<Vec<NodeId>> {
    let mut nodes = Vec::new();
    while !words.is_empty() {
        nodes.push(node(words)?);
    }
    Ok(nodes)
}

fn change(words: &mut VecDeque<&str>) -> Outcome<Change> {
    Ok(match take(words)? {
        "add" => Change::Add(node(words)?),
        "learn" => Change::Learn(node(words)?),
        "remove" => Change::Remove(node(words)?),
        "demote" => Change::Demote(node(words)?),
        "members" => Change::Members(nodes(words)?),
        other => return Err(format!("`{other}` is no change").into()),
    })
}

impl Host {
    fn obey(&mut self, command: &str, keep: u64, words: &mut VecDeque<&str>) -> Outcome {
        match command {
            "cluster" => {
                let voters: Vec<NodeId> = (1..=take(words)?.parse()?).map(NodeId).collect();
                for id in &voters {
                    self.start(*id, Config::new(voters.clone()));
                }
            }
            "start" => self.start(node(words)?, Config::default()),
            "rule" => self.switch_rule(take(words)?, take(words)? == "on")?,
            "after" => self.now += Duration::from_millis(take(words)?.parse()?),
            "tick" => self.step(node(words)?, Input::Tick)?,
            "timeout" => {
                let (id, now) = (node(words)?, self.now);
                if !self.machine(id)?.node.expire_election_timer(now) {
                    return Err(format!("{id} has no election timer").into());
                }
                self.step(id, Input::Tick)?;
            }
            "deliver" | "drop" => self.handle_mail(command == "deliver", words)?,
            "disk" => self.finish_writes(node(words)?)?,
            "settle" => self.settle()?,
            "isolate" => drop(self.isolated.insert(node(words)?)),
            "join" => drop(self.isolated.remove(&node(words)?)),
            "restart" => self.restart(node(words)?)?,
            "propose" => {
                let id = node(words)?;
                self.step(id, Input::Propose(Data::new(take(words)?.as_bytes())))?;
            }
            "read" => {
                let (id, read) = (node(words)?, ReadId(take(words)?.parse()?));
                let mode = match words.pop_front() {
                    None => ReadMode::ReadIndex,
                    Some("lease") => ReadMode::Lease,
                    Some("leader") => ReadMode::Leader,
                    Some(other) => return Err(format!("`{other}` is no kind of read").into()),
                };
                self.step(id, Input::Read(read, mode))?;
            }
            "change" => {
                let id = node(words)?;
                self.step(id, Input::Change(change(words)?))?;
            }
            "transfer" => {
                let id = node(words)?;
                self.step(id, Input::Transfer(node(words)?))?;
            }
            "snapshot" => {
                let id = node(words)?;
                let data = Data::new(self.machine(id)?.applied.as_bytes());
                self.step(id, Input::Snapshot { data, keep })?;
            }
            "state" => {
                let id = node(words)?;
                let line = text::state(&self.machine(id)?.node);
                self.tell("state", &format!("{id} {line}"));
            }
            other => return Err(format!("`{other}` is no command").into()),
        }
        Ok(())
    }

    fn tell(&mut self, what: &str, line: &str) {
        self.lines.push(format!("{what:<6}{line}"));
    }

    fn machine(&mut self, id: NodeId) -> Outcome<&mut Machine> {
        self.machines.get_mut(&id).ok_or_else(|| format!("there is no {id}").into())
    }

    fn start(&mut self, id: NodeId, initial: Config) {
        let (settings, rng, disk) = (self.settings, Rng::new(1, id.0.into()), Durable::default());
        let node = Node::start(id, settings, initial.clone(), disk.clone(), rng, self.now);
        let (writes, applied) = (VecDeque::new(), String::new());
        self.machines.insert(id, Machine { node, initial, disk, writes, applied, lives: 1 });
    }

    fn restart(&mut self, id: NodeId) -> Outcome {
        let (settings, now) = (self.settings, self.now);
        let machine = self.machine(id)?;
        machine.writes.clear();
        let rng = Rng::new(1, u64::from(id.0) + (machine.lives << 32));
        machine.lives += 1;
        let (initial, disk) = (machine.initial.clone(), machine.disk.clone());
        machine.applied = match &disk.snapshot {
            Some(snapshot) => String::from_utf8_lossy(snapshot.data.as_bytes()).into(),
            None => String::new(),
        };
        machine.node = Node::start(id, settings, initial, disk, rng, now);
        let line = text::state(&machine.node);
        self.tell("state", &format!("{id} {line}"));
        Ok(())
    }

    fn switch_rule(&mut self, name: &str, on: bool) -> Outcome {
        let rule = Rule::named(name).ok_or_else(|| format!("there is no rule {name}"))?;
        self.settings.rules.set(rule, on);
        self.settings.lapses.add_rules(self.settings.rules);
        for machine in self.machines.values_mut() {
            machine.node.set_settings(self.settings);
        }
        Ok(())
    }

    /// Delivers or drops the oldest message of a link, or all that are on it now.
    fn handle_mail(&mut self, deliver: bool, words: &mut VecDeque<&str>) -> Outcome {
        let (from, to) = (node(words)?, node(words)?);
        let on_link = |envelope: &&Envelope| envelope.from == from && envelope.to == to;
        let there = self.mail.iter().filter(on_link).count();
        let all = words.front() == Some(&"all");
        if all {
            words.pop_front();
        }
        if there == 0 {
            return Err(format!("nothing is on its way from {from} to {to}").into());
        }
        for _ in 0..if all { there } else { 1 } {
            let at = self.mail.iter().position(|envelope| on_link(&envelope));
            let Some(envelope) = at.and_then(|at| self.mail.remove(at)) else { break };
            if deliver {
                self.receive(envelope)?;
            } else {
                self.tell("lost", &line(&envelope));
            }
        }
        Ok(())
    }

    fn receive(&mut self, envelope: Envelope) -> Outcome {
        self.tell("recv", &line(&envelope));
        self.step(envelope.to, Input::Receive(envelope))
    }

    /// The disk makes all writes that it was given, and says so of each.
    fn finish_writes(&mut self, id: NodeId) -> Outcome {
        while let Some(write) = self.machine(id)?.writes.pop_front() {
            let ticket: Ticket = write.ticket;
            self.machine(id)?.disk.keep(write);
            self.tell("disk", &format!("{id} has #{}", ticket.0));
            self.step(id, Input::Durable(ticket))?;
        }
        Ok(())
    }

    /// Finishes all writes and delivers all messages, until there is nothing left.
    fn settle(&mut self) -> Outcome {
        for _ in 0..1_000 {
            let writing = self.machines.iter().find(|(_, machine)| !machine.writes.is_empty());
            if let Some(id) = writing.map(|(id, _)| *id) {
                self.finish_writes(id)?;
            } else if let Some(envelope) = self.mail.pop_front() {
                self.receive(envelope)?;
            } else {
                return Ok(());
            }
        }
        Err("the nodes do not come to rest".into())
    }

    /// A step of a node, and all that it asks for.
    fn step(&mut self, id: NodeId, input: Input) -> Outcome {
        let now = self.now;
        let machine = self.machine(id)?;
        let held_before: Vec<_> = machine.node.held_back().cloned().collect();
        let mut effects = Effects::default();
        machine.node.step(now, input, &mut effects);
        for note in std::mem::take(&mut effects.notes) {
            self.tell("note", &What::Server(id, note).to_string());
        }
        self.answer(id, &effects);
        if let Some(write) = effects.write {
            self.tell("write", &format!("{id} {}", text::write(&write)));
            self.machine(id)?.writes.push_back(write);
        }
        let held: Vec<String> = self
            .machine(id)?
            .node
            .held_back()
            .filter(|held| !held_before.contains(held))
            .map(|(ticket, envelope)| format!("{} until #{}", line(envelope), ticket.0))
            .collect();
        held.iter().for_each(|line| self.tell("hold", line));
        for envelope in effects.messages {
            self.send(envelope);
        }
        if let Some(data) = effects.restore {
            self.machine(id)?.applied = String::from_utf8_lossy(data.as_bytes()).into();
            self.tell("load", &format!("{id} goes on from the snapshot's bytes"));
        }
        self.apply(id)?;
        for answer in effects.reads {
            self.tell("read", &format!("{id} {}", text::read(answer)));
            self.serve(id, answer)?;
        }
        Ok(())
    }

    /// What became of a client's command, a change or a transfer.
    fn answer(&mut self, id: NodeId, effects: &Effects) {
        let refused = |why| format!("refused: {}", text::refusal(why));
        if let Some(proposed) = effects.proposed {
            let at = |at| format!("proposed at {}", text::position(Some(at)));
            self.tell("answer", &format!(" {id} {}", proposed.map_or_else(refused, at)));
        }
        if let Some(change) = effects.change {
            let line = change.map_or_else(refused, text::accepted);
            self.tell("answer", &format!(" {id} {line}"));
        }
        if let Some(transfer) = effects.transfer {
            let line = transfer.map_or_else(refused, |()| "begins to hand over".into());
            self.tell("answer", &format!(" {id} {line}"));
        }
    }

    fn send(&mut self, envelope: Envelope) {
        let line = line(&envelope);
        if [envelope.from, envelope.to].iter().any(|end| self.isolated.contains(end)) {
            self.tell("lost", &line);
        } else {
            self.tell("send", &line);
            self.mail.push_back(envelope);
        }
    }

    /// Gives the state machine what is committed.
    fn apply(&mut self, id: NodeId) -> Outcome {
        loop {
            let machine = self.machine(id)?;
            let Some((index, entry)) = machine.node.apply_next() else { return Ok(()) };
            let what = text::payload(&entry.payload);
            if matches!(entry.payload, Payload::Command(_)) {
                machine.applied.push_str(&what);
            }
            self.tell("apply", &format!("{id} {index}:{what}"));
        }
    }

    /// A read that is ready is served once enough is applied, which here is at once.
    fn serve(&mut self, id: NodeId, answer: ReadAnswer) -> Outcome {
        if let ReadAnswer::Ready { read_index, .. } = answer {
            let machine = self.machine(id)?;
            if machine.node.last_applied() < read_index {
                return Err("the read has to wait for its entry".into());
            }
            let line = format!("{id} sees `{}`", machine.applied);
            self.tell("read", &line);
        }
        Ok(())
    }
}

/// A message with its way and its sender's term.
fn line(envelope: &Envelope) -> String {
    let Envelope { from, to, term, message } = envelope;
    format!("{from} -> {to} term={term} {}", text::message(message))
}
