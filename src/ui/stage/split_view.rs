//! Two branches side by side at the same instant: the branch that is shown, the branch that it is compared with, and
//! where they part.
//!
//! The second stage can only be looked at: all actions go to the branch that is shown. A famous run is opened here too,
//! since it is made to be seen side by side.

use std::rc::Rc;

use yew::prelude::{AttrValue, Html, NodeRef, Properties, component, html};
use yew::{use_effect_with, use_node_ref};

use crate::course::FAMOUS;
use crate::playground::view::{BranchView, JobProgress, NodeView, Parting, PartingStep, View};
use crate::playground::{Input, RealTime, Time};
use crate::ui::format::clock::clock_text;
use crate::ui::format::sentences::sentence;
use crate::ui::format::words::side_letter;
use crate::ui::geometry::layout::Layout;
use crate::ui::stage::area;
use crate::ui::stage::area::{Centre, Clients};
use crate::ui::stage::card::Card;
use crate::ui::stage::data::StageView;
use crate::ui::stage::links::Links;
use crate::ui::state::frame_context::FrameContext;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::widgets::marked_text::text_with_marks;

/// The branch that is only looked at, as it was seen last; its nodes are in `nodes`.
#[derive(Clone, Default, PartialEq)]
pub struct Other {
    pub view: View,
    pub nodes: Vec<Rc<NodeView>>,
}

/// Both branches; `stage` is that of the one that is shown.
pub fn split_view(
    stage: Html,
    (session, frame): (&Session, &FrameContext),
    view: &View,
    other: Option<&Other>,
) -> Html {
    let compared = view.comparison.as_ref();
    let name = |place: Option<usize>| {
        let branch = place.and_then(|place| view.branches.get(place));
        branch.map_or(String::new(), |branch| branch.name.clone())
    };
    let ours = name(view.branches.iter().position(|branch| branch.current));
    let theirs = name(compared.map(|comparison| comparison.with));
    html! {
        <div class="split-view">
            { compared.map(|comparison| bar(session, (&ours, &theirs), comparison.parting.as_ref())) }
            { heading(&ours, view, view.clock.now) }
            { stage }
            if let Some(other) = other.filter(|_| compared.is_some()) {
                { heading(&theirs, &other.view, view.clock.now) }
                <Onlooker frame={frame.clone()} name={theirs} other={other.clone()} />
            } else {
                { invitation(session, view) }
            }
        </div>
    }
}

/// Where the two part, and by what.
fn bar(session: &Session, (ours, theirs): (&str, &str), parting: Option<&Parting>) -> Html {
    let words = match parting {
        None => "Looking for the first event where they part…".to_string(),
        Some(Parting::Nowhere) => "As far as both were played they are the same.".to_string(),
        Some(Parting::At { .. }) => "They part at ".to_string(),
    };
    let at = parting.and_then(Parting::at);
    let go = |at: Time| {
        let session = session.clone();
        move |_: yew::MouseEvent| go_to(&session, Input::Seek(at))
    };
    html! {
        <section class="split-view-bar" aria-label="Where they part">
            <p role="status">{ words }{ at.map(|at| html! { <b>{ clock_text(at) }</b> }) }</p>
            if let Some(at) = at {
                <button type="button" class="button" title="To where the two branches part" onclick={go(at)}>{ "Go there" }</button>
            }
            if let Some(Parting::At { ours: mine, theirs: other }) = parting {
                { steps((ours, mine.as_ref()), (theirs, other.as_ref())) }
            }
        </section>
    }
}

/// The steps by which two branches left each other. The same can be told of both, as of a vote that leaves in
/// one of them only when it is on the disk.
fn steps(
    (ours, mine): (&str, Option<&PartingStep>),
    (theirs, other): (&str, Option<&PartingStep>),
) -> Html {
    let text = |step: Option<&PartingStep>| match step {
        None => "This branch has ended.".to_string(),
        Some(step) => step.text.clone().unwrap_or("It has no effect here.".to_string()),
    };
    let row = |name: &str, text: &str| {
        let text = text_with_marks(text, &[]);
        html! { <div key={name.to_string()}><dt>{ name }</dt><dd>{ text }</dd></div> }
    };
    let (mine, other) = (text(mine), text(other));
    html! {
        <dl class="split-view-steps">
            if mine == other {
                { row("In both", &format!("{mine} Its effects differ.")) }
            } else {
                { row(ours, &mine) }
                { row(theirs, &other) }
            }
        </dl>
    }
}

/// What a branch is called, and whether its properties hold at this instant.
fn heading(name: &str, view: &View, now: Time) -> Html {
    let broken = view.summary.violation.as_ref().map(|broken| broken.sentence.clone());
    let (tone, verdict) =
        if broken.is_some() { ("broken", "✗ broken") } else { ("sound", "✓ holds") };
    let is_over = view.clock.now < now;
    html! {
        <section class="split-view-head" aria-label={format!("Branch {name}")}>
            <h2>{ name.to_string() }</h2>
            <p class="split-view-verdict" data-tone={tone} title={broken}>{ verdict }</p>
            if is_over {
                <p class="split-view-end">{ format!("at its end, {}", clock_text(view.clock.now)) }</p>
            }
        </section>
    }
}

/// Says how to compare, where nothing is compared.
fn invitation(session: &Session, view: &View) -> Html {
    let others = view.branches.iter().enumerate().filter(|(_, branch)| !branch.current);
    let button = |(place, branch): (usize, &BranchView)| {
        let session = session.clone();
        let onclick = move |_: yew::MouseEvent| go_to(&session, Input::Compare(Some(place)));
        let words = format!("Compare with {}", branch.name);
        html! { <button key={place} type="button" class="button" {onclick}>{ words }</button> }
    };
    let words = if view.branches.len() < 2 {
        "A second branch of this run can stand here, at the same instant. There is none yet: go back in time and do \
         something else there, or undo, and another branch begins. Or open a famous run from the rules (x)."
    } else {
        "A second branch of this run can stand here, at the same instant. Which one?"
    };
    html! {
        <section class="split-view-invitation" aria-label="Nothing is compared">
            <p>{ words }</p>
            <div>{ for others.map(button) }</div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct Props {
    frame: FrameContext,
    /// What the branch is called.
    name: AttrValue,
    other: Other,
}

/// A stage that is only looked at.
#[component]
fn Onlooker(props: &Props) -> Html {
    let stage = use_node_ref();
    let Other { view, nodes } = &props.other;
    let view = StageView::new(view, nodes);
    let layout = area::use_layout(&stage, nodes);
    props.frame.change(|rendered| rendered.other = Some(Rc::clone(&layout)));
    use_leaving(&stage, &props.frame);
    let lines = view.lines(&layout);
    html! {
        <section class="stage onlooker" ref={stage} aria-label={format!("Stage of {}", props.name)}>
            <Links layout={Rc::clone(&layout)} cuts={view.cuts.clone()} links={view.links.clone()} latency={view.network.latency.1}
                sides={view.sides.clone()} is_preview={false} down={view.down()} {lines} opened={None} />
            if layout.width > 0.0 {
                <Centre layout={Rc::clone(&layout)} committed={view.committed.clone()} name="What is committed in the other branch" />
                <Clients layout={Rc::clone(&layout)} are_others={view.network.has_other_clients()} />
            }
            <canvas id="other-canvas" class="stage-canvas" aria-hidden="true" data-in-rows={layout.in_rows.then_some("true")} />
            { for nodes.iter().filter_map(|node| card(props, &layout, node)) }
        </section>
    }
}

fn card(props: &Props, layout: &Layout, node: &Rc<NodeView>) -> Option<Html> {
    let sides = &props.other.view.sides;
    let side = sides.iter().position(|side| side.contains(&node.id));
    let place = *layout.node(node.id)?;
    Some(html! {
        <Card key={node.id} node={Rc::clone(node)} {place} density={layout.density} side={side.map(side_letter)}
            looked_at={props.name.clone()} />
    })
}

/// Stops the drawing on a stage that is gone.
#[yew::hook]
fn use_leaving(stage: &NodeRef, frame: &FrameContext) {
    let frame = frame.clone();
    use_effect_with(stage.clone(), move |_| move || frame.change(|rendered| rendered.other = None));
}

impl Session {
    /// Opens the famous run of the rule at this place of the table: the branch that breaks is shown, from its
    /// beginning, and compared with the one that does not.
    ///
    /// # Errors
    ///
    /// As [`Session::apply`].
    pub fn begin_famous(&self, place: usize) -> Result<(), String> {
        let Some(famous) = FAMOUS.get(place) else { return Ok(()) };
        let archive = famous.archive().map_err(|problem| sentence(&problem.to_string()))?;
        self.apply_quietly(Input::Open(Box::new(archive)))?;
        // A famous run is so short that it is open after a piece or two.
        while matches!(self.look().progress(), Some(JobProgress::Opening(_))) {
            self.apply_quietly(Input::Advance(RealTime::ZERO))?;
        }
        self.apply(Input::Compare(Some(1)))
    }
}
