//! What stands in the middle of the page: the stage and what is open on it, two of them, or another view.

use yew::prelude::{Html, html};

use crate::ui::app::App;
use crate::ui::app::state::snapshot::Snapshot;
use crate::ui::browser::page;
use crate::ui::course::guide;
use crate::ui::search::laboratory::Laboratory;
use crate::ui::stage::area::Stage;
use crate::ui::stage::split_view::beside;
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
            ViewMode::Beside => {
                let Snapshot { view, other, .. } = &self.snapshot;
                beside(self.stage(), (&session, &handles.frame), view, other.as_ref())
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
        frame::view(self.middle.view_mode(), &self.handles.pointer, body, self.middle.note())
    }

    fn stage(&self) -> Html {
        let (view, callbacks) = (&self.snapshot.view, &self.callbacks);
        let opened = self.middle.opened();
        let shown = self.guide.shown();
        html! {
            <Stage session={self.handles.session.clone()} frame={self.handles.frame.clone()} nodes={self.snapshot.nodes.clone()} cuts={view.cuts.clone()} sides={view.sides.clone()}
                links={view.links.clone()} network={view.network} agreed={view.agreed.clone()} leader={view.summary.leader} named={guide::named(shown.as_ref())}
                {opened} on_open={callbacks.open.clone()} note={self.middle.note().to_string()} on_note={callbacks.note.clone()}
                revision={if opened.is_some_and(Opened::wants_a_pause) { self.handles.session.revision() } else { 0 }}
                selected={self.panels.inspected()} on_inspect={callbacks.inspect.clone()} />
        }
    }

    fn laboratory(&self) -> Html {
        html! {
            <Laboratory session={self.handles.session.clone()} pool={self.pool.clone()} feed={self.snapshot.feed}
                on_show={self.callbacks.stage.clone()} on_famous={self.callbacks.famous.clone()} />
        }
    }

    /// Opens the famous run of the rule at this place of the table, both stories side by side.
    pub(super) fn begin_famous(&mut self, place: usize) {
        match self.handles.session.begin_famous(place) {
            Ok(()) => {
                self.middle.update(MiddleMessage::View(ViewMode::Beside));
                self.begun();
                page::focus_soon(".stage");
            }
            Err(problem) => self.handles.session.tell(Notice::problem(problem)),
        }
    }
}
