//! What stands in the middle of the page: the stage and what is open on it, two of them, or another view.

use yew::prelude::{Html, html};

use crate::ui::app::App;
use crate::ui::app::state::snapshot::Snapshot;
use crate::ui::browser::page;
use crate::ui::course::guide;
use crate::ui::search::laboratory::Laboratory;
use crate::ui::stage::area::Stage;
use crate::ui::stage::data::{Marked, Overlay, StageView};
use crate::ui::stage::split_view::split_view;
use crate::ui::state::notice::Notice;
use crate::ui::state::page::middle::{MiddleMessage, Opened, ViewMode};
use crate::ui::views::charts::Diagrams;
use crate::ui::views::clients::Clients;
use crate::ui::views::difference::Differences;
use crate::ui::views::frame;
use crate::ui::views::matrix::Matrix;
use crate::ui::views::spacetime::Diagram;

impl App {
    pub(super) fn middle(&self) -> Html {
        let (handles, feed) = (self.handles.clone(), self.snapshot.feed);
        let session = handles.session.clone();
        match self.middle.view_mode() {
            ViewMode::Stage => self.stage(),
            ViewMode::SplitView => {
                let Snapshot { view, other, .. } = &self.snapshot;
                split_view(self.stage(), (&session, &handles.frame), view, other.as_ref())
            }
            ViewMode::Matrix => {
                self.view_of(html! { <Matrix nodes={self.snapshot.nodes.clone()} /> })
            }
            ViewMode::Spacetime => self.view_of(html! { <Diagram {handles} {feed} /> }),
            ViewMode::Clients => self.view_of(html! { <Clients {handles} {feed} /> }),
            ViewMode::Charts => {
                let span = self.handles.frame.span();
                self.view_of(
                    html! { <Diagrams {session} pointer={handles.pointer} {span} {feed} /> },
                )
            }
            ViewMode::Difference => {
                let nodes = self.snapshot.node_numbers();
                self.view_of(
                    html! { <Differences {session} choices={handles.choices} {nodes} {feed} /> },
                )
            }
            ViewMode::Rules => self.view_of(self.laboratory()),
        }
    }

    fn view_of(&self, body: Html) -> Html {
        frame::view(self.middle.view_mode(), &self.handles, body, self.middle.note())
    }

    fn stage(&self) -> Html {
        let Snapshot { view, nodes, .. } = &self.snapshot;
        let shown = self.guide.shown();
        let marked =
            Marked { selected: self.panels.inspected(), named: guide::named(shown.as_ref()) };
        let (opened, session) = (self.middle.opened(), &self.handles.session);
        let lists_messages = opened.is_some_and(Opened::wants_a_pause);
        let overlay = Overlay {
            opened,
            note: self.middle.note().clone(),
            revision: if lists_messages { session.revision() } else { 0 },
        };
        html! {
            <Stage session={session.clone()} frame={self.handles.frame.clone()} view={StageView::new(view, nodes)}
                {marked} {overlay} large={self.appearance.screen().shows_large_cards()} callbacks={self.callbacks.on_stage.clone()}>
                if opened == Some(Opened::Request) && !self.appearance.screen().has_request_panel() {
                    { self.request(true) }
                }
            </Stage>
        }
    }

    fn laboratory(&self) -> Html {
        html! {
            <Laboratory session={self.handles.session.clone()} pool={self.pool.clone()} feed={self.snapshot.feed}
                on_show={self.callbacks.stage.clone()} on_famous={self.callbacks.famous.clone()} />
        }
    }

    /// Opens the famous run of the rule at this place of the table, both branches side by side.
    pub(super) fn begin_famous(&mut self, place: usize) {
        match self.handles.session.begin_famous(place) {
            Ok(()) => {
                self.middle.update(MiddleMessage::View(ViewMode::SplitView));
                self.begun();
                page::focus_soon(".stage");
            }
            Err(problem) => self.handles.session.tell(Notice::problem(problem)),
        }
    }
}
