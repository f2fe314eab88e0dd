//! What was seen of the playground last: what the page renders.

use std::rc::Rc;

use crate::playground::Playground;
use crate::playground::view::{NodeNumber, NodeView, View};
use crate::ui::stage::split_view::Other;

/// What was seen of the playground.
#[derive(Default)]
pub struct Snapshot {
    /// The nodes of this view are in `nodes`.
    pub view: View,
    pub nodes: Vec<Rc<NodeView>>,
    /// The branch that stands beside the one that is shown.
    pub other: Option<Other>,
    /// Whether anything in the world is broken or slow.
    pub is_broken: bool,
    /// Grows when it is time to show what only grows, as the event log.
    pub feed: u64,
}

impl Snapshot {
    /// Looks at the playground anew, and at the branch that is compared with if that is seen.
    pub fn take(&mut self, playground: &Playground, is_other_seen: bool) {
        let mut view = playground.view();
        self.nodes = unchanged_kept(&self.nodes, std::mem::take(&mut view.nodes));
        self.view = view;
        let known = self.other.take().map_or(Vec::new(), |other| other.nodes);
        let seen = is_other_seen.then(|| playground.other_view());
        self.other = seen.flatten().map(|mut view| {
            let nodes = unchanged_kept(&known, std::mem::take(&mut view.nodes));
            Other { view, nodes }
        });
        self.is_broken = playground.is_broken();
    }

    pub fn has(&self, node: NodeNumber) -> bool {
        self.nodes.iter().any(|known| known.id == node)
    }

    pub fn leader(&self) -> Option<NodeNumber> {
        self.view.summary.leader
    }

    pub fn node_numbers(&self) -> Vec<NodeNumber> {
        self.nodes.iter().map(|node| node.id).collect()
    }
}

/// A node that has not changed keeps the handle it is known by, so that its card compares by address.
fn unchanged_kept(known: &[Rc<NodeView>], nodes: Vec<NodeView>) -> Vec<Rc<NodeView>> {
    let keep = |node: NodeView| {
        let same = known.iter().find(|known| known.id == node.id && known.as_ref() == &node);
        same.map_or_else(|| Rc::new(node), Rc::clone)
    };
    nodes.into_iter().map(keep).collect()
}
