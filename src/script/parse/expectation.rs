//! Reading what a script waits for, and how it says that things must be.

use winnow::prelude::ModalResult;
use winnow::stream::Stream;

use super::super::{Expect, ExpectedAnswer, Scope, Wait};
use super::members::nodes;
use super::values::{index, key, node, read_duration, read_node, read_term, term, value};
use super::words::{In, bare, expected, keyword, optional, skip_space, word};
use crate::check::Property;

pub(in crate::script) fn wait(input: In<'_, '_>) -> ModalResult<Wait> {
    if optional(input, "leader") {
        return Ok(Wait::Leader);
    }
    if optional(input, "idle") {
        return Ok(Wait::Idle);
    }
    if optional(input, "agree") {
        return Ok(Wait::Agree);
    }
    if optional(input, "commit") {
        let index = index(input)?;
        let on_all = optional(input, "on");
        if on_all {
            keyword(input, "all", "`all`")?;
        }
        return Ok(Wait::Commit { index, on_all });
    }
    if optional(input, "until") {
        return expect(input).map(Wait::Until);
    }
    let what = "a time such as 1s, `leader`, `idle`, `agree`, `commit` or `until`";
    word(input, what, read_duration).map(Wait::For)
}

pub(in crate::script) fn expect(input: In<'_, '_>) -> ModalResult<Expect> {
    skip_space(input);
    let start = input.checkpoint();
    Ok(match bare(input).unwrap_or_default() {
        "leader" => Expect::Leader(node(input)?),
        "no" if optional(input, "leader") => Expect::NoLeader,
        "no" if optional(input, "lease") => Expect::Lease { on: node(input)?, held: false },
        "no" => {
            keyword(input, "value", "`leader`, `lease` or `value`")?;
            let key = key(input)?;
            Expect::Value { key, value: None, on: scope(input)? }
        }
        "term" => Expect::Term(term(input)?),
        "vote" => Expect::Vote { candidate: node(input)?, on: scope(input)? },
        "value" => {
            let (key, value) = (key(input)?, Some(value(input)?));
            Expect::Value { key, value, on: scope(input)? }
        }
        "commit" => {
            let index = index(input)?;
            Expect::Commit { index, on: scope(input)? }
        }
        "log" => {
            let mut terms = Vec::new();
            while !optional(input, "on") {
                terms.push(word(input, "a term, or `on` and a node", read_term)?);
            }
            Expect::Log { terms, on: node(input)? }
        }
        "members" => Expect::Members(nodes(input)?),
        "learners" => Expect::Learners(nodes(input)?),
        "lease" => Expect::Lease { on: node(input)?, held: true },
        "snapshot" => {
            let index = index(input)?;
            Expect::Snapshot { index, on: scope(input)? }
        }
        "agree" => Expect::Agree,
        "answer" => Expect::Answer(expected_answer(input)?),
        "holds" => Expect::Holds,
        "linearizable" => Expect::Linearizable,
        "violates" => {
            Expect::Violates(word(input, "a property such as election-safety", |text| {
                Property::ALL.into_iter().find(|property| property.name() == text)
            })?)
        }
        _ => {
            input.reset(&start);
            return Err(expected(
                input,
                "one of leader, no, term, vote, value, commit, log, snapshot, members, learners, lease, agree, answer, holds, linearizable, violates",
            ));
        }
    })
}

fn expected_answer(input: In<'_, '_>) -> ModalResult<ExpectedAnswer> {
    if optional(input, "value") {
        return value(input).map(ExpectedAnswer::Value);
    }
    word(input, "`ok`, `not-found`, `mismatch`, `none` or `value` and a value", |text| match text {
        "ok" => Some(ExpectedAnswer::Ok),
        "not-found" => Some(ExpectedAnswer::NotFound),
        "mismatch" => Some(ExpectedAnswer::Mismatch),
        "none" => Some(ExpectedAnswer::None),
        _ => None,
    })
}

fn scope(input: In<'_, '_>) -> ModalResult<Scope> {
    keyword(input, "on", "`on` and a node, or `on all`")?;
    if optional(input, "all") {
        return Ok(Scope::All);
    }
    word(input, "a node such as n1, or `all`", read_node).map(Scope::Node)
}
