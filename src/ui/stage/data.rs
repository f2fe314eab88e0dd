//! What the stage is given: the cluster as it is shown, what is marked and open on it, and what it calls.

use std::collections::BTreeSet;
use std::rc::Rc;

use yew::prelude::Callback;

use crate::playground::view::{
    Committed, LinkView, NetworkView, NodeNumber, NodeView, Status, View,
};
use crate::ui::geometry::layout::Layout;
use crate::ui::geometry::message_path;
use crate::ui::state::page::middle::{Note, Opened};

/// The two ends of a link.
pub type Ends = (NodeNumber, NodeNumber);

/// A cluster as a stage shows it.
#[derive(Clone, PartialEq)]
pub struct StageView {
    pub nodes: Vec<Rc<NodeView>>,
    pub cuts: Vec<Ends>,
    pub links: Vec<LinkView>,
    pub network: NetworkView,
    pub sides: Vec<Vec<NodeNumber>>,
    pub committed: Option<Committed>,
    pub leader: Option<NodeNumber>,
}

impl StageView {
    /// The nodes of this view are in `nodes`.
    pub fn new(view: &View, nodes: &[Rc<NodeView>]) -> Self {
        Self {
            nodes: nodes.to_vec(),
            cuts: view.cuts.clone(),
            links: view.links.clone(),
            network: view.network,
            sides: view.sides.clone(),
            committed: view.committed.clone(),
            leader: view.summary.leader,
        }
    }

    pub fn node(&self, id: NodeNumber) -> Option<&Rc<NodeView>> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The nodes that are down.
    pub fn down(&self) -> Vec<NodeNumber> {
        let down = self.nodes.iter().filter(|node| node.status == Status::Down);
        down.map(|node| node.id).collect()
    }

    /// The links that are drawn, and so can be clicked. Up to nine nodes these are all; with more only
    /// those of the leader and those that something is wrong with, since three hundred lines say nothing.
    /// Where a partition cuts many, its outline says so.
    pub fn lines(&self, layout: &Layout) -> Vec<Ends> {
        const MOST: usize = 9;
        let links = self.links.iter().map(|link| (link.from, link.to));
        let cuts = self.cuts.iter().copied().filter(|_| self.sides.is_empty());
        let wrong: BTreeSet<_> = links.chain(cuts).map(|(a, b)| (a.min(b), a.max(b))).collect();
        let drawn = |(a, b): &Ends| {
            let led = self.leader == Some(*a) || self.leader == Some(*b);
            layout.nodes.len() <= MOST || led || wrong.contains(&(*a, *b))
        };
        message_path::pairs(layout).filter(drawn).collect()
    }
}

/// Which nodes are marked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// The node that the inspector shows.
    pub selected: Option<NodeNumber>,
    /// The nodes that the sentence of a demonstration names.
    pub named: Vec<NodeNumber>,
}

/// What lies over the stage.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    pub opened: Option<Opened>,
    /// What there is to say of what was done here.
    pub note: Note,
    /// That of the playground, where messages in flight are listed; it matters to them only.
    pub revision: u64,
}

/// What the stage calls when the user asks for something.
#[derive(Clone, PartialEq)]
pub struct StageCallbacks {
    pub on_inspect: Callback<NodeNumber>,
    pub on_open: Callback<Option<Opened>>,
    pub on_note: Callback<String>,
    /// The user wants to send a request.
    pub on_request: Callback<()>,
}
