//! The rules of the protocol as a person sees and switches them.

use crate::check::Property;
use crate::cluster::{Action, Cluster};
use crate::raft::Rule;

/// A rule, and whether it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleView {
    /// Its name in the script language.
    pub name: &'static str,
    /// What it guards, or does.
    pub guards: &'static str,
    /// Where the paper or the thesis has it.
    pub section: &'static str,
    /// The property that falls without it; with it, where it is none of Raft's.
    pub falls: &'static str,
    pub on: bool,
    /// Whether it is on in Raft.
    pub on_by_default: bool,
    rule: Rule,
}

impl RuleView {
    /// Whether it is not as Raft wants it.
    pub fn is_switched(&self) -> bool {
        self.on != self.on_by_default
    }

    /// What switches it.
    pub fn switch(&self, on: bool) -> Action {
        Action::Rule { rule: self.rule, on }
    }

    /// The rule itself.
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

/// The names of all properties, as a search knows them.
pub fn properties() -> impl Iterator<Item = &'static str> {
    Property::ALL.into_iter().map(Property::name)
}

/// All rules, as they are at this instant.
pub(crate) fn rules(cluster: &Cluster) -> Vec<RuleView> {
    let rules = cluster.settings().rules;
    let view = |about: &crate::raft::About| RuleView {
        name: about.name,
        guards: about.guards,
        section: about.section,
        falls: about.falls,
        on: rules.on(about.rule),
        on_by_default: about.rule.on_by_default(),
        rule: about.rule,
    };
    Rule::TABLE.iter().map(view).collect()
}
