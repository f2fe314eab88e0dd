//! The bar below the stage: one sentence that says what has just happened, and what to do next.

use yew::prelude::{Html, html};

use crate::ui::app::App;
use crate::ui::course::guide::Shown;
use crate::ui::panels::invitations::{Done, Invitations};
use crate::ui::state::screen::Mode;
use crate::ui::widgets::marked_text::text_with_marks;
use crate::ui::widgets::request_trace::RequestTrace;

impl App {
    /// On a projector it shows the latest request; in the mode to watch it invites.
    pub(super) fn caption(&self) -> Html {
        let (screen, view) = (self.appearance.screen(), &self.snapshot.view);
        if !screen.has_caption() {
            return html! { <div hidden=true /> };
        }
        let words = self.narrator.caption();
        let request_trace = view.request_traces.first().filter(|_| screen.projector);
        let is_tour = matches!(self.guide.shown(), Some(Shown::Tour(_)));
        let invites = is_tour || !screen.projector && screen.mode == Mode::Watch;
        html! {
            <section class="caption" aria-label="What has just happened">
                <p>{ text_with_marks(if words.is_empty() { "Nothing has happened yet." } else { words }, &[]) }</p>
                if let Some(request_trace) = request_trace {
                    <RequestTrace request_trace={request_trace.clone()} />
                }
                if invites {
                    { self.invitations() }
                }
            </section>
        }
    }

    fn invitations(&self) -> Html {
        let done =
            Done::of(&self.snapshot.view, self.snapshot.nodes.iter().map(|node| node.status));
        let run = self.handles.session.look().run_id();
        html! {
            <Invitations key={format!("{run:?}")} session={self.handles.session.clone()} leader={self.snapshot.leader()}
                nodes={self.snapshot.node_numbers()} {done} on_note={self.callbacks.on_stage.on_note.clone()} />
        }
    }
}
