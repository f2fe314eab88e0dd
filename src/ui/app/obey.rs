//! What the page does when a key, the palette or a button of the header asks for it.

use std::rc::Rc;

use yew::prelude::Context;

use crate::playground::view::{NodeView, Status};
use crate::playground::{Action, Input, NodeId, Speed};
use crate::ui::app::state::appearance::AppearanceMessage;
use crate::ui::app::{App, Message};
use crate::ui::browser::page;
use crate::ui::format::clock::clock_text;
use crate::ui::state::ask::Ask;
use crate::ui::state::keys::Shortcut;
use crate::ui::state::notice::Notice;
use crate::ui::state::page::middle::{MiddleMessage, Opened, ViewMode};
use crate::ui::state::page::panels::{Dialog, PanelMessage, Sheet, Tab};
use crate::ui::state::page::timeline::TimelineMessage;
use crate::ui::state::playback::{change_speed, go_to};

impl App {
    /// Does what a key asks for.
    pub(super) fn obey(&mut self, ctx: &Context<Self>, shortcut: Shortcut) {
        let apply = |input| go_to(&self.handles.session, input);
        let (playing, speed) =
            (self.handles.session.look().is_playing(), self.handles.session.look().speed_now());
        match shortcut {
            Shortcut::PlayOrPause => apply(if playing { Input::Pause } else { Input::Play }),
            Shortcut::Step => apply(Input::Step),
            Shortcut::StepBack => apply(Input::StepBack),
            Shortcut::Undo => apply(Input::Undo),
            Shortcut::End => apply(Input::SeekEnd),
            Shortcut::Faster => change_speed(&self.handles.session, speed, true),
            Shortcut::AutomaticSpeed => apply(Input::Speed(Speed::AUTOMATIC)),
            Shortcut::Slower => change_speed(&self.handles.session, speed, false),
            Shortcut::AddNode => {
                let next = self.handles.session.look().next_node();
                apply(Input::Act(Action::Add(next)));
            }
            Shortcut::Messages => self.update_middle(MiddleMessage::Open(Some(Opened::Messages))),
            Shortcut::Heal => apply(Input::Act(Action::Heal)),
            Shortcut::Key => self.show_request(),
            Shortcut::Console => {
                self.update_panels(PanelMessage::ShowTab(Tab::Console));
                page::focus_soon("#console");
            }
            Shortcut::Events => self.update_panels(PanelMessage::ShowTab(Tab::Events)),
            Shortcut::Inspector => self.update_panels(PanelMessage::ShowTab(Tab::Inspector)),
            Shortcut::Verdicts => self.update_panels(PanelMessage::ShowTab(Tab::Verdicts)),
            Shortcut::Next => apply(Input::Next(self.timeline.landmark())),
            Shortcut::Previous => apply(Input::Previous(self.timeline.landmark())),
            Shortcut::Closer => ctx.link().send_message(Message::Timeline(TimelineMessage::ZoomIn)),
            Shortcut::Wider => ctx.link().send_message(Message::Timeline(TimelineMessage::ZoomOut)),
            Shortcut::Share => self.update_panels(PanelMessage::OpenDialog(Dialog::Share)),
            Shortcut::Runs => self.update_panels(if self.kept_run.is_listed() {
                PanelMessage::OpenDialog(Dialog::Runs)
            } else {
                PanelMessage::CloseDialog
            }),
            Shortcut::Branches => self.update_panels(PanelMessage::ShowTab(Tab::Branches)),
            Shortcut::Theme => self.appearance.update(AppearanceMessage::NextTheme),
            Shortcut::Node(node) => page::focus_soon(format!("#card-{node}")),
            Shortcut::Leader => self.focus_leader(),
            Shortcut::RestartLeader => self.restart_leader(),
            Shortcut::ReviveAll => self.revive_all(),
            Shortcut::Search => {
                self.update_panels(PanelMessage::ShowTab(Tab::Events));
                page::focus_soon("#event-search");
            }
            Shortcut::Commands => self.update_panels(PanelMessage::OpenDialog(Dialog::Commands)),
            Shortcut::View(view_mode) => {
                ctx.link().send_message(Message::Middle(MiddleMessage::View(view_mode)));
                if view_mode == ViewMode::Rules {
                    // The view of rules is a form. The next Tab leads into it.
                    page::focus_soon(".laboratory");
                }
            }
            Shortcut::Pin => self.pin(),
            Shortcut::Famous(place) => self.begin_famous(place),
            Shortcut::Demonstration(place) => {
                ctx.link().send_message(Message::Guide(Ask::Demonstration(place)));
            }
            Shortcut::Projector => self.appearance.update(AppearanceMessage::ToggleProjector),
            Shortcut::Mode => {
                let next = self.appearance.screen().mode.next();
                self.appearance.update(AppearanceMessage::Mode(next));
            }
            Shortcut::Spotlight => self.appearance.update(AppearanceMessage::ToggleSpotlight),
            Shortcut::Help => self.update_panels(PanelMessage::OpenDialog(Dialog::Help)),
        }
    }

    /// Shows the form for requests, beside the stage or on it.
    fn show_request(&mut self) {
        if self.appearance.screen().has_request_panel() {
            self.update_panels(PanelMessage::ShowSheet(Sheet::Request));
        } else {
            self.update_middle(MiddleMessage::View(ViewMode::Stage));
            self.update_middle(MiddleMessage::Open(Some(Opened::Request)));
        }
        page::focus_soon("#key");
    }

    /// Goes to the card of the leader, if there is one.
    fn focus_leader(&self) {
        let leader = self.snapshot.leader();
        leader.iter().for_each(|leader| page::focus_soon(format!("#card-{leader}")));
    }

    /// Pins the instant that is shown. A note says so where the pin can't be seen.
    fn pin(&mut self) {
        if let Err(problem) = self.handles.session.apply_quietly(Input::Pin(true)) {
            self.handles.session.tell(Notice::problem(problem));
        }
        let pin = self.handles.session.look().pin().filter(|pin| pin.is_shown);
        if let Some(pin) = pin.filter(|_| self.middle.view_mode() != ViewMode::Difference) {
            let at = clock_text(pin.at);
            let note = format!("{at} is pinned: Shift+d tells what differs from it.");
            self.middle.update(MiddleMessage::Note(note.into()));
        }
    }

    /// Ends the leader's process and starts it again.
    fn restart_leader(&self) {
        if let Some(leader) = self.snapshot.leader().map(NodeId) {
            let actions = vec![Action::Kill(leader), Action::Restart(leader)];
            go_to(&self.handles.session, Input::Together(actions));
        }
    }

    /// Restarts the nodes that are down, and resumes those that are paused.
    fn revive_all(&self) {
        let revive = |node: &Rc<NodeView>| match node.status {
            Status::Down => Some(Action::Restart(NodeId(node.id))),
            Status::Paused => Some(Action::Resume(NodeId(node.id))),
            Status::Running => None,
        };
        let actions = self.snapshot.nodes.iter().filter_map(revive).collect();
        go_to(&self.handles.session, Input::Together(actions));
    }
}
