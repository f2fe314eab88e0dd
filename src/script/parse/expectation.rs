//! Reading what a script waits for, and how it says that things must be.

use winnow::prelude::ModalResult;
use winnow::stream::Stream;

use super::super::{Bound, Condition, Expect, ExpectedAnswer, Scope, Standing, Wait};
use super::members::nodes;
use super::values::{
    duration, index, key, node, node_or, read_duration, read_node, read_term, term, value,
};
use super::words::{In, bare, expected, keyword, name, optional, skip_space, word};
use crate::check::Property;

pub(in crate::script) fn wait(input: In<'_, '_>) -> ModalResult<Wait> {
    let Some(condition) = condition(input)? else {
        let what = "a time such as 1s, `leader`, `idle`, `agree`, `commit` or `until`";
        return word(input, what, read_duration).map(Wait::For);
    };
    let mut at_most = None;
    if optional(input, "for") {
        keyword(input, "at", "`at` `most` and a time")?;
        keyword(input, "most", "`most` and a time")?;
        at_most = Some(duration(input)?);
    }
    Ok(Wait::Until { condition, at_most })
}

fn condition(input: In<'_, '_>) -> ModalResult<Option<Condition>> {
    Ok(Some(if optional(input, "leader") {
        Condition::Leader
    } else if optional(input, "idle") {
        Condition::Idle
    } else if optional(input, "agree") {
        Condition::Agree
    } else if optional(input, "commit") {
        let index = index(input)?;
        let on_all = optional(input, "on");
        if on_all {
            keyword(input, "all", "`all`")?;
        }
        Condition::Commit { index, on_all }
    } else if optional(input, "until") {
        Condition::Met(expect(input)?)
    } else {
        return Ok(None);
    }))
}

/// What begins an expectation, as it is told where something else stands.
const EXPECTATIONS: &str = "a node such as n1, or one of `leader`, `not`, `no`, `term`, `vote`, `value`, `commit`, `log`, `snapshot`, `members`, `learners`, `lease`, `agree`, `answer`, `holds`, `linearizable`, `violates`";

const NODE: &str = "a node such as n1";
const NODE_OR_ON: &str = "a node such as n1, or `on` and a node";

pub(in crate::script) fn expect(input: In<'_, '_>) -> ModalResult<Expect> {
    skip_space(input);
    let start = input.checkpoint();
    Ok(match bare(input).unwrap_or_default() {
        "leader" => Expect::Leader(node(input)?),
        "not" => {
            keyword(input, "leader", "`leader` and a node")?;
            Expect::NotLeader(node(input)?)
        }
        "no" => nothing(input)?,
        "term" => Expect::Term { term: term(input)?, on: scope_if_any(input)? },
        "vote" => Expect::Vote { candidate: node(input)?, on: scope(input)? },
        "value" => {
            let (key, value) = (key(input)?, Some(value(input)?));
            Expect::Value { key, value, on: scope(input)? }
        }
        "commit" => commit(input)?,
        "log" => {
            let mut terms = Vec::new();
            while !optional(input, "on") {
                terms.push(word(input, "a term, or `on` and a node", read_term)?);
            }
            Expect::Log { terms, on: node(input)? }
        }
        "members" => {
            let voters = nodes(input, NODE, NODE_OR_ON)?;
            Expect::Members { voters, on: scope_if_any(input)? }
        }
        "learners" => {
            let learners = nodes(input, NODE, NODE_OR_ON)?;
            Expect::Learners { learners, on: scope_if_any(input)? }
        }
        "lease" => Expect::Lease { on: node(input)?, held: true },
        "snapshot" => {
            let index = index(input)?;
            Expect::Snapshot { index, on: scope(input)? }
        }
        "agree" if optional(input, "on") => Expect::Agree(nodes(input, NODE, NODE)?),
        "agree" => Expect::Agree(Vec::new()),
        "answer" => Expect::Answer(expected_answer(input)?),
        "holds" => Expect::Holds,
        "linearizable" => Expect::Linearizable,
        "violates" => {
            let properties = Property::ALL.into_iter().map(|property| (property.name(), property));
            Expect::Violates(name(input, "a property such as election-safety", properties)?)
        }
        word => match read_node(word) {
            Some(node) => Expect::Standing { node, standing: standing(input)? },
            None => {
                input.reset(&start);
                return Err(expected(input, EXPECTATIONS));
            }
        },
    })
}

/// What stands after `no`.
fn nothing(input: In<'_, '_>) -> ModalResult<Expect> {
    if optional(input, "leader") {
        return Ok(Expect::NoLeader);
    }
    if optional(input, "lease") {
        return Ok(Expect::Lease { on: node(input)?, held: false });
    }
    if optional(input, "learners") {
        return Ok(Expect::Learners { learners: Vec::new(), on: scope_if_any(input)? });
    }
    keyword(input, "value", "`leader`, `lease`, `learners` or `value`")?;
    let key = key(input)?;
    Ok(Expect::Value { key, value: None, on: scope(input)? })
}

/// What stands after `commit`.
fn commit(input: In<'_, '_>) -> ModalResult<Expect> {
    let mut bound = Bound::Exactly;
    if optional(input, "at") {
        keyword(input, "least", "`least` and an index")?;
        bound = Bound::AtLeast;
    }
    let index = index(input)?;
    Ok(Expect::Commit { index, bound, on: scope(input)? })
}

fn standing(input: In<'_, '_>) -> ModalResult<Standing> {
    if optional(input, "is") {
        let states = [
            ("candidate", Standing::Candidate),
            ("down", Standing::Down),
            ("paused", Standing::Paused),
            ("removed", Standing::Removed),
        ];
        return name(input, "`candidate`, `down`, `paused` or `removed`", states.into_iter());
    }
    let states = [("leads", Standing::Leads), ("follows", Standing::Follows)];
    name(input, "`leads`, `follows` or `is`", states.into_iter())
}

fn expected_answer(input: In<'_, '_>) -> ModalResult<ExpectedAnswer> {
    if optional(input, "value") {
        return value(input).map(ExpectedAnswer::Value);
    }
    let answers = [
        ("ok", ExpectedAnswer::Ok),
        ("not-found", ExpectedAnswer::NotFound),
        ("mismatch", ExpectedAnswer::Mismatch),
        ("none", ExpectedAnswer::None),
    ];
    let what = "`ok`, `not-found`, `mismatch`, `none` or `value` and a value";
    name(input, what, answers.into_iter())
}

fn scope(input: In<'_, '_>) -> ModalResult<Scope> {
    keyword(input, "on", "`on` and a node, or `on all`")?;
    if optional(input, "all") {
        return Ok(Scope::All);
    }
    node_or(input, "a node such as n1, or `all`").map(Scope::Node)
}

fn scope_if_any(input: In<'_, '_>) -> ModalResult<Option<Scope>> {
    let start = input.checkpoint();
    if !optional(input, "on") {
        return Ok(None);
    }
    input.reset(&start);
    scope(input).map(Some)
}
