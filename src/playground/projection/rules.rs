//! The protocol's rules as a user sees and switches them.

use crate::check::Property;
use crate::cluster::{Action, Cluster};
use crate::raft::Rule;

/// A rule, and whether it is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleView {
    /// Its name in the script language.
    pub name: &'static str,
    /// What it demands, in a few plain words.
    pub title: &'static str,
    /// What it guards, or does.
    pub guards: &'static str,
    /// The section of the paper or the thesis.
    pub section: &'static str,
    /// The property that can break without it; for a rule that is not part of Raft, the one that
    /// can break with it.
    pub falls: &'static str,
    pub on: bool,
    /// Whether it is on in unmodified Raft.
    pub on_by_default: bool,
    rule: Rule,
}

impl RuleView {
    /// Whether it deviates from its default.
    pub fn is_switched(&self) -> bool {
        self.on != self.on_by_default
    }

    /// The action that switches it.
    pub fn switch(&self, on: bool) -> Action {
        Action::Rule { rule: self.rule, on }
    }

    pub fn rule(&self) -> Rule {
        self.rule
    }
}

/// The names of all properties, as a search takes them.
pub fn properties() -> impl Iterator<Item = &'static str> {
    Property::ALL.into_iter().map(Property::name)
}

/// All rules, with their state at this instant.
pub(crate) fn rules(cluster: &Cluster) -> Vec<RuleView> {
    let rules = cluster.settings().rules;
    let view = |about: &crate::raft::About| RuleView {
        name: about.name,
        title: about.title,
        guards: about.guards,
        section: about.section,
        falls: about.falls,
        on: rules.on(about.rule),
        on_by_default: about.rule.on_by_default(),
        rule: about.rule,
    };
    Rule::TABLE.iter().map(view).collect()
}
