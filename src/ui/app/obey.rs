//! What the page does when a key, the palette or a button of the header asks for it.

use std::rc::Rc;

use yew::prelude::Context;

use crate::playground::view::{NodeView, Status};
use crate::playground::{Action, Input, NodeId};
use crate::ui::app::{App, Message};
use crate::ui::browser::page;
use crate::ui::format::clock::clock_text;
use crate::ui::state::keys::Shortcut;
use crate::ui::state::notice::Notice;
use crate::ui::state::opened::{Dialog, Opened, Sheet, Tab};
use crate::ui::state::playback::{change_speed, go_to};
use crate::ui::state::view_mode::ViewMode;

impl App {
    /// Does what a key asks for.
    pub(super) fn obey(&mut self, ctx: &Context<Self>, shortcut: Shortcut) {
        let apply = |input| go_to(&self.session, input);
        let (playing, speed) = (self.session.look().is_playing(), self.session.look().speed());
        match shortcut {
            Shortcut::PlayOrPause => apply(if playing { Input::Pause } else { Input::Play }),
            Shortcut::Step => apply(Input::Step),
            Shortcut::StepBack => apply(Input::StepBack),
            Shortcut::Undo => apply(Input::Undo),
            Shortcut::End => apply(Input::SeekEnd),
            Shortcut::Faster => change_speed(&self.session, speed, true),
            Shortcut::Slower => change_speed(&self.session, speed, false),
            Shortcut::AddNode => {
                let next = self.session.look().next_node();
                apply(Input::Act(Action::Add(next)));
            }
            Shortcut::Messages => self.open(Some(Opened::Messages)),
            Shortcut::Heal => apply(Input::Act(Action::Heal)),
            Shortcut::Key => {
                self.sheet = Some(Sheet::Request);
                page::focus_soon("#key");
            }
            Shortcut::Console => {
                (self.tab, self.sheet) = (Tab::Console, Some(Sheet::Log));
                page::focus_soon("#console");
            }
            Shortcut::Events => (self.tab, self.sheet) = (Tab::Events, Some(Sheet::Log)),
            Shortcut::Inspector => (self.tab, self.sheet) = (Tab::Inspector, Some(Sheet::Log)),
            Shortcut::Verdicts => (self.tab, self.sheet) = (Tab::Verdicts, Some(Sheet::Log)),
            Shortcut::Next => apply(Input::Next(self.landmark)),
            Shortcut::Previous => apply(Input::Previous(self.landmark)),
            Shortcut::Closer => ctx.link().send_message(Message::Zoom(true)),
            Shortcut::Wider => ctx.link().send_message(Message::Zoom(false)),
            Shortcut::Share => self.dialog = Some(Dialog::Share),
            Shortcut::Runs => self.dialog = self.keeps_runs().then_some(Dialog::Runs),
            Shortcut::Stories => (self.tab, self.sheet) = (Tab::Stories, Some(Sheet::Log)),
            Shortcut::Theme => ctx.link().send_message(Message::NextTheme),
            Shortcut::Node(node) => page::focus_soon(format!("#card-{node}")),
            Shortcut::Leader => {
                let leader = self.view.summary.leader;
                leader.iter().for_each(|leader| page::focus_soon(format!("#card-{leader}")));
            }
            Shortcut::RestartLeader => self.restart_leader(),
            Shortcut::ReviveAll => self.revive_all(),
            Shortcut::Search => {
                (self.tab, self.sheet) = (Tab::Events, Some(Sheet::Log));
                page::focus_soon("#event-search");
            }
            Shortcut::Commands => self.dialog = Some(Dialog::Commands),
            Shortcut::View(view_mode) => {
                ctx.link().send_message(Message::ViewMode(view_mode));
                if view_mode == ViewMode::Rules {
                    // What is there is a form: the next Tab leads into it.
                    page::focus_soon(".laboratory");
                }
            }
            Shortcut::Pin => self.pin(),
            Shortcut::Famous(place) => self.begin_famous(place),
            Shortcut::Projector => {
                self.screen.projector = !self.screen.projector;
                self.tell_caption();
            }
            Shortcut::Spotlight => self.screen.spotlight = !self.screen.spotlight,
            Shortcut::Help => self.dialog = Some(Dialog::Help),
        }
    }

    /// Pins the instant that is shown; where that can't be seen it is said.
    fn pin(&mut self) {
        if let Err(problem) = self.session.apply_quietly(Input::Pin(true)) {
            self.session.tell(Notice::problem(problem));
        }
        let pin = self.session.look().pin().filter(|pin| pin.is_shown);
        if let Some(pin) = pin.filter(|_| self.view_mode != ViewMode::Difference) {
            let at = clock_text(pin.at / 1_000);
            self.note = format!("{at} is pinned: Shift+d tells what differs from it.");
        }
    }

    /// Ends the leader's process and starts it again.
    fn restart_leader(&self) {
        if let Some(leader) = self.view.summary.leader.map(NodeId) {
            let actions = vec![Action::Kill(leader), Action::Restart(leader)];
            go_to(&self.session, Input::Together(actions));
        }
    }

    /// Starts what is down, and lets go on what is paused.
    fn revive_all(&self) {
        let revive = |node: &Rc<NodeView>| match node.status {
            Status::Down => Some(Action::Restart(NodeId(node.id))),
            Status::Paused => Some(Action::Resume(NodeId(node.id))),
            Status::Running => None,
        };
        let actions = self.nodes.iter().filter_map(revive).collect();
        go_to(&self.session, Input::Together(actions));
    }
}
