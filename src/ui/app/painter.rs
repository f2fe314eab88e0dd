//! Draws what changes in every frame: the stages (by the stage renderer), the timeline, the diagrams and the clock.
//!
//! Each thing it writes has no other owner: Yew renders the clock's element, never its text, and the slider over
//! the timeline, never where it stands.

use web_sys::{Document, Node};

use crate::playground::Time;
use crate::ui::browser::page;
use crate::ui::browser::style_changes::StyleChanges;
use crate::ui::canvas::palette::{Palette, Probes};
use crate::ui::format::clock::clock_text;
use crate::ui::stage::renderer::{Brush, Interaction, OTHER, StageRenderer};
use crate::ui::state::handles::Handles;
use crate::ui::state::highlight::Marker;
use crate::ui::timeline::scrubber::Handle;
use crate::ui::timeline::strip;
use crate::ui::timeline::strip::Instants;
use crate::ui::views::charts::Veil;
use crate::ui::views::clients::Ruler;
use crate::ui::views::spacetime::SpaceTimeRenderer;

/// The state that is kept from one frame to the next.
pub struct Painter {
    handles: Handles,
    styles: StyleChanges,
    document: Document,
    probes: Option<Probes>,
    palette: Palette,
    /// The user has asked for less motion.
    is_still: bool,
    /// The text of the clock.
    clock: Option<Node>,
    /// The whole milliseconds that it shows.
    shown_millis: Option<u64>,
    stage: StageRenderer,
    /// The stage of the branch that is compared with.
    other: StageRenderer,
    strip: strip::Strip,
    handle: Handle,
    renderer: SpaceTimeRenderer,
    ruler: Ruler,
    veil: Veil,
    marker: Marker,
}

impl Painter {
    /// Reads the styles in the first frame, and again after each change of the styles.
    pub fn new(handles: Handles, styles: StyleChanges) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let probes = Probes::new(&document);
        Some(Self {
            handles,
            styles,
            document,
            probes,
            palette: Palette::default(),
            is_still: false,
            clock: None,
            shown_millis: None,
            stage: StageRenderer::new("stage-canvas", ""),
            other: StageRenderer::new("other-canvas", OTHER),
            strip: strip::Strip::default(),
            handle: Handle::default(),
            renderer: SpaceTimeRenderer::default(),
            ruler: Ruler::default(),
            veil: Veil::default(),
            marker: Marker::default(),
        })
    }

    /// Draws one frame, with the strip of history or without.
    pub fn frame(&mut self, now_ms: f64, with_history: bool) {
        if self.styles.take() {
            self.read_styles();
        }
        let motion = self.handles.session.motion();
        let (layout, other, interaction) = {
            let rendered = self.handles.frame.look();
            let lit = self.handles.pointer.highlight();
            let interaction = Interaction { mark: rendered.mark, line: rendered.line, lit };
            (rendered.layout.clone(), rendered.other.clone(), interaction)
        };
        let other =
            other.and_then(|layout| Some((layout, self.handles.session.look().other_motion()?)));
        // The canvases are measured before anything is written: a write before it would force a new layout.
        let brush = Brush {
            document: &self.document,
            palette: &self.palette,
            now_ms,
            is_still: self.is_still,
        };
        self.stage.draw_messages(&brush, &motion, &layout, interaction);
        if let Some((layout, motion)) = &other {
            let interaction = Interaction { lit: interaction.lit, ..Interaction::default() };
            self.other.draw_messages(&brush, motion, layout, interaction);
        }
        self.renderer.draw(&self.document, &self.palette, &self.handles);
        self.ruler.draw(&self.document, &self.palette, &self.handles);
        let now = self.handles.session.now();
        let span = self.handles.frame.span();
        if with_history {
            let playground = self.handles.session.look();
            let instants = Instants { now, end: playground.end(), parting: playground.parting() };
            self.strip.draw(&self.document, &self.palette, playground.timeline(), span, instants);
            self.handle.follow(&self.document, &playground, span);
        }
        self.stage.turn_rings(&self.document, &motion);
        if let Some((_, motion)) = &other {
            self.other.turn_rings(&self.document, motion);
        }
        self.veil.draw(&self.document, span, now);
        self.marker.mark(
            &self.document,
            self.handles.pointer.highlight(),
            self.handles.session.revision(),
        );
        self.set_clock(now);
    }

    fn read_styles(&mut self) {
        self.is_still = page::wants_less_motion();
        let Some(palette) = self.probes.as_ref().map(Probes::read) else { return };
        if self.palette != palette {
            self.palette = palette;
            self.stage.forget_colours();
            self.other.forget_colours();
        }
    }

    fn set_clock(&mut self, now: Time) {
        let millis = Some(now.as_millis());
        if self.clock.as_ref().is_none_or(|clock| !clock.is_connected()) {
            self.clock = page::text_of(&self.document, "clock");
            self.shown_millis = None;
        }
        if self.shown_millis != millis
            && let Some(clock) = &self.clock
        {
            clock.set_node_value(Some(&clock_text(now)));
            self.shown_millis = millis;
        }
    }
}
