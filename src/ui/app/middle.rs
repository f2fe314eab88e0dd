//! What stands in the middle of the page: the stage and what is open on it, two of them, or another view.

use std::rc::Rc;

use yew::prelude::{Html, html};

use crate::playground::Input;
use crate::playground::view::{NodeNumber, NodeView};
use crate::ui::app::App;
use crate::ui::browser::page;
use crate::ui::course::guide;
use crate::ui::search::laboratory::Laboratory;
use crate::ui::stage::area::Stage;
use crate::ui::stage::split_view::{Other, beside};
use crate::ui::state::notice::Notice;
use crate::ui::state::opened::{Opened, Tab};
use crate::ui::state::view_mode::ViewMode;
use crate::ui::views::charts::Diagrams;
use crate::ui::views::clients::Clients;
use crate::ui::views::difference::Differences;
use crate::ui::views::frame;
use crate::ui::views::matrix::Matrix;
use crate::ui::views::spacetime::Diagram;

impl App {
    pub(super) fn middle(&self) -> Html {
        let (session, feed) = (self.session.clone(), self.feed);
        match self.view_mode {
            ViewMode::Stage => self.stage(),
            ViewMode::Beside => {
                beside(self.stage(), &self.session, &self.view, self.other.as_ref())
            }
            ViewMode::Matrix => self.view_of(html! { <Matrix nodes={self.nodes.clone()} /> }),
            ViewMode::Spacetime => self.view_of(html! { <Diagram {session} {feed} /> }),
            ViewMode::Clients => self.view_of(html! { <Clients {session} {feed} /> }),
            ViewMode::Charts => {
                let span = self.session.frame_context().span;
                self.view_of(html! { <Diagrams {session} {span} {feed} /> })
            }
            ViewMode::Difference => {
                let nodes: Vec<NodeNumber> = self.nodes.iter().map(|node| node.id).collect();
                self.view_of(html! { <Differences {session} {nodes} {feed} /> })
            }
            ViewMode::Rules => self.view_of(self.laboratory()),
        }
    }

    fn view_of(&self, body: Html) -> Html {
        frame::view(self.view_mode, &self.session, body, &self.note)
    }

    fn stage(&self) -> Html {
        let (view, callbacks) = (&self.view, &self.callbacks);
        let shown = self.guide.shown();
        html! {
            <Stage session={self.session.clone()} nodes={self.nodes.clone()} cuts={view.cuts.clone()} sides={view.sides.clone()}
                links={view.links.clone()} network={view.network} agreed={view.agreed.clone()} leader={view.summary.leader} named={guide::named(shown.as_ref())}
                opened={self.opened} on_open={callbacks.open.clone()} note={self.note.clone()} on_note={callbacks.note.clone()}
                revision={if self.opened.is_some_and(Opened::wants_a_pause) { self.session.revision() } else { 0 }}
                selected={self.selected.filter(|_| self.tab == Tab::Inspector)} on_inspect={callbacks.inspect.clone()} />
        }
    }

    fn laboratory(&self) -> Html {
        html! {
            <Laboratory session={self.session.clone()} pool={self.pool.clone()} feed={self.feed}
                on_show={self.callbacks.stage.clone()} on_famous={self.callbacks.famous.clone()} />
        }
    }

    /// What passes quickly can only be read while time stands still.
    pub(super) fn open(&mut self, opened: Option<Opened>) {
        self.note = String::new();
        if opened.is_some_and(Opened::wants_a_pause) && self.session.look().is_playing() {
            // Quietly, since this is no news to whoever opened it. To pause is never refused.
            let _ = self.session.apply_quietly(Input::Pause);
            self.note = "Paused, so that it can be read.".to_string();
        }
        match opened {
            None => self.close(),
            // One after the other, as a list and a message of it, came from the same place.
            Some(_) if self.opened.is_none() => self.came_from = page::focused(),
            Some(_) => {}
        }
        self.opened = opened;
    }

    /// Closes what is open on the stage. Where that has the focus, what had it before has it again.
    fn close(&mut self) {
        let came_from = self.came_from.take();
        if self.opened.take().is_some() && page::has(".opened :focus") {
            page::give_back(came_from);
        }
    }

    /// Closes the card of what is gone.
    pub(super) fn close_what_is_gone(&mut self) {
        let has = |node: &NodeNumber| self.nodes.iter().any(|known| known.id == *node);
        match self.opened {
            Some(Opened::Message(id)) if self.session.look().message(id).is_none() => {
                self.note = format!("Message m{id} is no longer in flight.");
                self.close();
            }
            Some(Opened::Menu(node) | Opened::Links(node)) if !has(&node) => self.close(),
            Some(Opened::Link(a, b)) if !has(&a) || !has(&b) => self.close(),
            _ => {}
        }
    }

    /// Looks at the story that is compared with, where it is seen.
    pub(super) fn take_other(&mut self) {
        let known = self.other.take().map_or(Vec::new(), |other| other.nodes);
        let seen = (self.view_mode == ViewMode::Beside).then(|| self.session.look().other_view());
        self.other = seen.flatten().map(|mut view| {
            let nodes = kept(&known, std::mem::take(&mut view.nodes));
            Other { view, nodes }
        });
    }

    /// Opens the famous run of the rule at this place of the table, both stories side by side.
    pub(super) fn begin_famous(&mut self, place: usize) {
        match self.session.begin_famous(place) {
            Ok(()) => {
                (self.view_mode, self.note) = (ViewMode::Beside, String::new());
                self.begun();
                page::focus_soon(".stage");
            }
            Err(problem) => self.session.tell(Notice::problem(problem)),
        }
    }
}

/// A node that has not changed keeps the handle it is known by, so that its card compares by address.
pub(super) fn kept(known: &[Rc<NodeView>], nodes: Vec<NodeView>) -> Vec<Rc<NodeView>> {
    let keep = |node: NodeView| {
        let same = known.iter().find(|known| known.id == node.id && known.as_ref() == &node);
        same.map_or_else(|| Rc::new(node), Rc::clone)
    };
    nodes.into_iter().map(keep).collect()
}
