//! The one animation-frame loop.
//!
//! It only calls; what is drawn is decided in [`crate::ui::app::painter`]. A hidden tab has no frames.
//!
//! By hand, since `gloo-render` 0.2 asks for each frame with a closure of its own, and the program grows by 18 KB (brotli)
//! with it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

type Frame = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

/// Runs for as long as it is kept.
pub struct FrameLoop {
    frame: Frame,
    request: Rc<Cell<Option<i32>>>,
}

impl FrameLoop {
    /// Calls `each` in every frame with the time in milliseconds.
    pub fn start(mut each: impl FnMut(f64) + 'static) -> Self {
        let frame: Frame = Rc::default();
        let request = Rc::new(Cell::new(None));
        let (again, next) = (Rc::clone(&frame), Rc::clone(&request));
        let closure = Closure::new(move |now: f64| {
            each(now);
            next.set(ask(&again));
        });
        *frame.borrow_mut() = Some(closure);
        request.set(ask(&frame));
        Self { frame, request }
    }
}

impl Drop for FrameLoop {
    fn drop(&mut self) {
        if let (Some(window), Some(request)) = (web_sys::window(), self.request.get()) {
            // A frame that is over needs no cancelling.
            let _ = window.cancel_animation_frame(request);
        }
        // The closure holds itself, which would keep it for ever.
        self.frame.borrow_mut().take();
    }
}

fn ask(frame: &Frame) -> Option<i32> {
    let frame = frame.borrow();
    let callback = frame.as_ref()?.as_ref().unchecked_ref();
    web_sys::window()?.request_animation_frame(callback).ok()
}
