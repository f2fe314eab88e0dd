//! The gestures of the pointer on the free ground of the stage: a click opens the nearest message or link, a drag draws
//! a line that partitions the cluster.
//!
//! The painter draws the line on the canvas. The stage is rendered again only when a card changes sides.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::{Callback, NodeRef, UseStateSetter};
use yew::{use_effect_with, use_mut_ref, use_state_eq};

use crate::playground::view::NodeNumber;
use crate::ui::browser::page;
use crate::ui::geometry::layout::Layout;
use crate::ui::geometry::message_path;
use crate::ui::geometry::message_path::Point;
use crate::ui::geometry::partition_outline;
use crate::ui::stage::data::Ends;
use crate::ui::state::frame_context::FrameContext;
use crate::ui::state::session::Session;

/// The nodes on the two sides of a line.
pub type Sides = [Vec<NodeNumber>; 2];

/// What a pointer meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Gesture {
    Message(u64),
    Link(NodeNumber, NodeNumber),
    /// It clicked where there is nothing.
    Nothing,
    /// It drew a line with these nodes on its two sides.
    Line(Sides),
}

/// The listeners of the stage, and what a line would do that is being drawn.
pub struct Gestures {
    pub on_down: Callback<PointerEvent>,
    pub on_move: Callback<PointerEvent>,
    pub on_up: Callback<PointerEvent>,
    pub on_cancel: Callback<PointerEvent>,
    pub preview: Option<Sides>,
}

/// A pointer that is down.
#[derive(Clone, Copy)]
struct Press {
    pointer: i32,
    start: Point,
    /// Whether the pointer has moved so far that it draws a line.
    draws: bool,
}

/// The most that a pointer moves in a click, in pixels.
const STEADY: f64 = 8.0;

/// How far a mouse may be from its target, and how far a finger, in pixels.
const REACH: (f64, f64) = (16.0, 26.0);

/// The elements that have clicks of their own.
const OCCUPIED: &str = ".card, .menu, .menu-back, button";

/// What is drawn on the stage, and what the frame loop is told.
pub struct Drawn {
    pub session: Session,
    pub frame: FrameContext,
    pub layout: Rc<Layout>,
    pub links: Vec<Ends>,
}

/// Listens to pointers on the stage.
#[yew::hook]
pub fn use_gestures(stage: &NodeRef, drawn: Drawn, on_gesture: Callback<Gesture>) -> Gestures {
    let press = use_mut_ref(|| None::<Press>);
    let preview = use_state_eq(|| None::<Sides>);
    let ground = Rc::new(Ground { stage: stage.clone(), drawn, press, preview: preview.setter() });
    use_effect_with(preview.is_some(), {
        let ground = Rc::clone(&ground);
        move |draws| {
            let listener = draws.then(|| listen_for_escape(ground));
            move || drop(listener)
        }
    });
    let listen = |does: fn(&Ground, &PointerEvent)| {
        let ground = Rc::clone(&ground);
        Callback::from(move |event: PointerEvent| does(&ground, &event))
    };
    let on_up = {
        let ground = Rc::clone(&ground);
        Callback::from(move |event: PointerEvent| {
            ground.release(&event).into_iter().for_each(|gesture| on_gesture.emit(gesture));
        })
    };
    Gestures {
        on_down: listen(Ground::press),
        on_move: listen(Ground::drag),
        on_up,
        on_cancel: listen(|ground, _| ground.cancel()),
        preview: (*preview).clone(),
    }
}

/// The stage with the pointer that is down on it.
struct Ground {
    stage: NodeRef,
    drawn: Drawn,
    press: Rc<RefCell<Option<Press>>>,
    preview: UseStateSetter<Option<Sides>>,
}

impl Ground {
    fn cancel(&self) {
        *self.press.borrow_mut() = None;
        self.drawn.frame.change(|rendered| rendered.line = None);
        self.preview.set(None);
    }

    /// A pointer goes down.
    fn press(&self, event: &PointerEvent) {
        if !event.is_primary() {
            // With a second finger the gesture is not a line.
            return self.cancel();
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let free = target.is_some_and(|target| matches!(target.closest(OCCUPIED), Ok(None)));
        if let Some(start) = self.point(event).filter(|_| free && event.button() == 0) {
            if let Some(stage) = self.stage.cast::<Element>() {
                // Without the capture a line ends at the edge of the stage.
                let _ = stage.set_pointer_capture(event.pointer_id());
            }
            let pointer = event.pointer_id();
            *self.press.borrow_mut() = Some(Press { pointer, start, draws: false });
        }
    }

    /// A pointer moves. The line that it draws follows it.
    fn drag(&self, event: &PointerEvent) {
        let mut press = self.press.borrow_mut();
        let press = press.as_mut().filter(|press| press.pointer == event.pointer_id());
        let (Some(press), Some(at)) = (press, self.point(event)) else {
            return;
        };
        press.draws |= message_path::far(press.start, at) > STEADY;
        if press.draws {
            let start = press.start;
            self.drawn.frame.change(|rendered| rendered.line = Some((start, at)));
            self.preview.set(Some(partition_outline::divide(&self.drawn.layout, start, at)));
        }
    }

    /// A pointer goes up: what it meant.
    fn release(&self, event: &PointerEvent) -> Option<Gesture> {
        let down = self.press.borrow().filter(|press| press.pointer == event.pointer_id())?;
        let at = self.point(event)?;
        self.cancel();
        if down.draws {
            let sides = partition_outline::divide(&self.drawn.layout, down.start, at);
            return Some(Gesture::Line(sides));
        }
        let reach = if event.pointer_type() == "mouse" { REACH.0 } else { REACH.1 };
        Some(self.click(at, reach))
    }

    /// What a click means. A message lies on top of a link.
    fn click(&self, at: Point, reach: f64) -> Gesture {
        let Drawn { session, layout, links, .. } = &self.drawn;
        let motion = session.motion();
        let still = page::wants_less_motion();
        if let Some(message) = message_path::message_at(&motion.messages, layout, still, at, reach)
        {
            return Gesture::Message(message);
        }
        message_path::link_at(links.iter().copied(), layout, at, reach)
            .map_or(Gesture::Nothing, |(a, b)| Gesture::Link(a, b))
    }

    /// Where a pointer is, from the stage's corner.
    fn point(&self, event: &PointerEvent) -> Option<Point> {
        Some(page::place(&self.stage.cast::<Element>()?, event))
    }
}

fn listen_for_escape(ground: Rc<Ground>) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    Some(EventListener::new(&document, "keydown", move |event| {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape") {
            ground.cancel();
        }
    }))
}
