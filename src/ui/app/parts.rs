//! What the page consists of, from top to bottom. What stands in its middle is in `middle`.

use yew::prelude::{Html, html};

use crate::playground::Time;
use crate::ui::app::{App, projector};
use crate::ui::course::demonstrations::Demonstrations;
use crate::ui::course::guide;
use crate::ui::course::guide::GuideBar;
use crate::ui::panels::commands::Commands;
use crate::ui::panels::controls::Controls;
use crate::ui::panels::dialogs::{Help, NewCluster};
use crate::ui::panels::header::Header;
use crate::ui::panels::modes::{Drawers, ModeChoice};
use crate::ui::panels::notices::Notices;
use crate::ui::panels::request::Request;
use crate::ui::panels::sheets::SheetButtons;
use crate::ui::panels::tabs::Tabs;
use crate::ui::runs::dialog::Runs;
use crate::ui::runs::share::Share;
use crate::ui::state::page::panels::{Dialog, Sheet, Tab};
use crate::ui::timeline::transport::Transport;
use crate::ui::views::frame::ViewModes;
use crate::ui::widgets::word;

impl App {
    pub(super) fn page(&self) -> Html {
        let (callbacks, screen) = (&self.callbacks, self.appearance.screen());
        let shown = self.guide.shown();
        html! {
            <div class="page" data-sheet={self.panels.sheet().map(|_| "open")} data-projector={screen.projector.then_some("")}
                data-mode={screen.mode_of_styles()} data-view={self.middle.view_mode().is_stage().then_some("stage")} data-embed={screen.embed.clone()} data-guided={shown.as_ref().map(|_| "true")} data-tour={guide::act(shown.as_ref())}>
                { self.header() }
                { self.controls() }
                <GuideBar shown={shown.clone()} on_ask={callbacks.ask.clone()} />
                <ViewModes view_mode={self.middle.view_mode()} on_view_mode={callbacks.view_mode.clone()} />
                { self.middle() }
                { self.side() }
                <Drawers mode={screen.mode} on_mode={callbacks.mode.clone()} />
                <SheetButtons open={self.panels.sheet()} on_sheet={callbacks.sheet.clone()} mode={screen.mode} on_mode={callbacks.mode.clone()} />
                { self.caption() }
                { projector::way_out(screen) }
                { projector::spotlight(screen) }
                { self.transport() }
                <Notices session={self.handles.session.clone()} notice={self.handles.session.notice()} progress={self.snapshot.view.progress} script={self.snapshot.view.script} on_save={callbacks.save.clone()} />
                <p class="hidden" role="status" aria-live="polite">{ self.narrator.spoken() }</p>
                { self.dialogs() }
                { word::lines() }
            </div>
        }
    }

    fn header(&self) -> Html {
        let (view, callbacks) = (&self.snapshot.view, &self.callbacks);
        let sides: Vec<usize> = view.sides.iter().map(Vec::len).collect();
        let on_runs = self.kept_run.is_listed().then(|| callbacks.runs.clone());
        html! {
            <Header summary={view.summary.clone()} {sides} chaos={view.network.chaos} theme={self.appearance.theme()}
                past={view.clock.past.then_some(view.clock.end)} projector={self.appearance.screen().projector} has_verdicts={self.appearance.screen().has_tabs()}
                on_new={callbacks.new.clone()} on_share={callbacks.share.clone()} {on_runs}
                on_key={callbacks.key.clone()} on_theme={callbacks.theme.clone()} on_help={callbacks.help.clone()}>
                <ModeChoice mode={self.appearance.screen().mode} on_mode={callbacks.mode.clone()} />
                <Demonstrations on_ask={callbacks.ask.clone()} />
            </Header>
        }
    }

    fn controls(&self) -> Html {
        let (view, callbacks) = (&self.snapshot.view, &self.callbacks);
        html! {
            <Controls session={self.handles.session.clone()} network={view.network} nodes={self.snapshot.node_numbers()}
                leader={self.snapshot.leader()} sides={view.sides.clone()} is_cut={!view.cuts.is_empty()}
                is_broken={self.snapshot.is_broken} is_open={self.panels.sheet() == Some(Sheet::Controls)}
                on_messages={callbacks.messages.clone()} on_new={callbacks.new.clone()} />
        }
    }

    /// What stands beside the stage.
    fn side(&self) -> Html {
        let (view, callbacks, feed) = (&self.snapshot.view, &self.callbacks, self.snapshot.feed);
        let (tab, sheet) = (self.panels.tab(), self.panels.sheet());
        // A tab that is not seen is given nothing that changes, so that it is not rendered.
        let nodes = if tab == Tab::Inspector { self.snapshot.nodes.clone() } else { Vec::new() };
        let reason = self.handles.session.look().explanation();
        let events = reason.as_ref().map_or(0, |_| view.clock.events);
        let now = if view.comparison.is_some() { view.clock.now } else { Time::ZERO };
        html! {
            <div class="side">
                if self.appearance.screen().has_request_panel() {
                    { self.request(sheet == Some(Sheet::Request)) }
                } else {
                    <div hidden=true />
                }
                <Tabs session={self.handles.session.clone()} pointer={self.handles.pointer.clone()} {tab} on_tab={callbacks.tab.clone()} {nodes} selected={self.panels.selected()}
                    on_select={callbacks.inspect.clone()} on_view_mode={callbacks.view_mode.clone()} {reason} {events}
                    {feed} lines={feed} is_open={sheet == Some(Sheet::Log)}
                    branches={view.branches.clone()} comparison={view.comparison.clone()} {now} />
            </div>
        }
    }

    /// The form for requests, and the paths of the latest ones.
    pub(super) fn request(&self, is_open: bool) -> Html {
        html! {
            <Request session={self.handles.session.clone()} nodes={self.snapshot.node_numbers()}
                request_traces={self.snapshot.view.request_traces.clone()} {is_open} />
        }
    }

    fn transport(&self) -> Html {
        let (view, clock) = (&self.snapshot.view, self.snapshot.view.clock);
        let span = self.handles.frame.span();
        html! {
            <Transport session={self.handles.session.clone()} playing={clock.playing} speed={clock.speed} past={clock.past}
                branches={view.branches.clone()} {span} is_zoomed={span.hides_some(clock.end)} landmark={self.timeline.landmark()}
                on_timeline={self.callbacks.timeline.clone()} />
        }
    }

    fn dialogs(&self) -> Html {
        let (callbacks, is_open) = (&self.callbacks, |dialog| self.panels.is_open(dialog));
        let on_close = &callbacks.close;
        let commands = is_open(Dialog::Commands);
        let nodes = if commands { self.snapshot.nodes.clone() } else { Vec::new() };
        html! {
            <>
                <Help is_open={is_open(Dialog::Help)} {on_close} on_ask={callbacks.ask.clone()} />
                <Share is_open={is_open(Dialog::Share)} session={self.handles.session.clone()} name={self.kept_run.name(&self.handles.session)} {on_close} />
                if let Some(autosave) = self.kept_run.autosave() {
                    <Runs is_open={is_open(Dialog::Runs)} session={self.handles.session.clone()} autosave={autosave.clone()} {on_close} />
                }
                <Commands is_open={commands} session={self.handles.session.clone()} {nodes}
                    on_key={callbacks.key.clone()} on_close={callbacks.close_commands.clone()} />
                <NewCluster is_open={is_open(Dialog::New)} session={self.handles.session.clone()} {on_close} on_begun={callbacks.begun.clone()} />
            </>
        }
    }
}
