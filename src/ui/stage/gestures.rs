//! What a pointer does on the open ground of the stage: a click takes the message or the link that is
//! nearest, a drag draws a line that parts the cluster.
//!
//! The line itself is painted on the canvas; a rendering comes only when a card changes sides.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::{Callback, NodeRef};
use yew::{use_effect_with, use_mut_ref, use_state_eq};

use crate::playground::view::NodeNumber;
use crate::ui::browser::page;
use crate::ui::geometry::layout::Layout;
use crate::ui::geometry::message_path;
use crate::ui::geometry::message_path::Point;
use crate::ui::geometry::partition_outline;
use crate::ui::state::frame_context::FrameContext;
use crate::ui::state::session::Session;

/// What a pointer meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Gesture {
    Message(u64),
    Link(NodeNumber, NodeNumber),
    /// It clicked where there is nothing.
    Nothing,
    /// It drew a line with these nodes on its two sides.
    Line([Vec<NodeNumber>; 2]),
}

/// The listeners of the stage, and what a line would do that is being drawn.
pub struct Gestures {
    pub on_down: Callback<PointerEvent>,
    pub on_move: Callback<PointerEvent>,
    pub on_up: Callback<PointerEvent>,
    pub on_cancel: Callback<PointerEvent>,
    pub preview: Option<[Vec<NodeNumber>; 2]>,
}

/// A pointer that is down.
#[derive(Clone, Copy)]
struct Press {
    pointer: i32,
    start: Point,
    /// It has gone so far that it draws.
    draws: bool,
}

/// A pointer that went no further than this has clicked.
const STEADY: f64 = 8.0;

/// How far from what it means a pointer may be, and a finger: half a target.
const REACH: (f64, f64) = (16.0, 26.0);

/// What takes its own clicks.
const OCCUPIED: &str = ".card, .menu, .menu-back, button";

/// Listens to pointers on the stage. `links` are those that are drawn.
#[yew::hook]
pub fn use_gestures(
    stage: &NodeRef,
    session: &Session,
    frame: &FrameContext,
    layout: &Rc<Layout>,
    links: Vec<(NodeNumber, NodeNumber)>,
    on_gesture: Callback<Gesture>,
) -> Gestures {
    let press = use_mut_ref(|| None::<Press>);
    let preview = use_state_eq(|| None::<[Vec<NodeNumber>; 2]>);
    let cancel = {
        let (press, preview, frame) = (press.clone(), preview.setter(), frame.clone());
        Callback::from(move |()| {
            *press.borrow_mut() = None;
            frame.change(|rendered| rendered.line = None);
            preview.set(None);
        })
    };
    use_effect_with(preview.is_some(), {
        let cancel = cancel.clone();
        move |draws| {
            let listener = draws.then(|| listen_for_escape(cancel));
            move || drop(listener)
        }
    });
    let on_down = {
        let (press, stage, cancel) = (press.clone(), stage.clone(), cancel.clone());
        Callback::from(move |event: PointerEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let free = target.is_some_and(|target| matches!(target.closest(OCCUPIED), Ok(None)));
            if !event.is_primary() {
                // A second finger: it was not meant as a line.
                cancel.emit(());
            } else if let Some(start) =
                point(&stage, &event).filter(|_| free && event.button() == 0)
            {
                if let Some(stage) = stage.cast::<Element>() {
                    // Without it a line just ends at the edge of the stage.
                    let _ = stage.set_pointer_capture(event.pointer_id());
                }
                let pointer = event.pointer_id();
                *press.borrow_mut() = Some(Press { pointer, start, draws: false });
            }
        })
    };
    let on_move = {
        let (press, stage, layout) = (press.clone(), stage.clone(), Rc::clone(layout));
        let (frame, preview) = (frame.clone(), preview.setter());
        Callback::from(move |event: PointerEvent| {
            let mut press = press.borrow_mut();
            let press = press.as_mut().filter(|press| press.pointer == event.pointer_id());
            let (Some(press), Some(at)) = (press, point(&stage, &event)) else {
                return;
            };
            press.draws |= message_path::far(press.start, at) > STEADY;
            if press.draws {
                let start = press.start;
                frame.change(|rendered| rendered.line = Some((start, at)));
                preview.set(Some(partition_outline::divide(&layout, start, at)));
            }
        })
    };
    let on_up = {
        let (stage, layout, session) = (stage.clone(), Rc::clone(layout), session.clone());
        let cancel = cancel.clone();
        Callback::from(move |event: PointerEvent| {
            let down = press.borrow().filter(|press| press.pointer == event.pointer_id());
            let (Some(down), Some(at)) = (down, point(&stage, &event)) else {
                return;
            };
            cancel.emit(());
            on_gesture.emit(if down.draws {
                Gesture::Line(partition_outline::divide(&layout, down.start, at))
            } else {
                let reach = if event.pointer_type() == "mouse" { REACH.0 } else { REACH.1 };
                click(&session, &layout, &links, at, reach)
            });
        })
    };
    let on_cancel = cancel.reform(|_| ());
    Gestures { on_down, on_move, on_up, on_cancel, preview: (*preview).clone() }
}

/// A message lies on top of a link.
fn click(
    session: &Session,
    layout: &Layout,
    links: &[(NodeNumber, NodeNumber)],
    at: Point,
    reach: f64,
) -> Gesture {
    let motion = session.motion();
    let still = page::wants_less_motion();
    if let Some(message) = message_path::message_at(&motion.messages, layout, still, at, reach) {
        return Gesture::Message(message);
    }
    message_path::link_at(links.iter().copied(), layout, at, reach)
        .map_or(Gesture::Nothing, |(a, b)| Gesture::Link(a, b))
}

fn listen_for_escape(cancel: Callback<()>) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    Some(EventListener::new(&document, "keydown", move |event| {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape") {
            cancel.emit(());
        }
    }))
}

/// Where a pointer is, from the stage's corner.
fn point(stage: &NodeRef, event: &PointerEvent) -> Option<Point> {
    Some(page::place(&stage.cast::<Element>()?, event))
}
