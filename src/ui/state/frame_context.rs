//! What the frame loop needs of the last rendering.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use crate::ui::geometry::layout::Layout;
use crate::ui::geometry::message_path::Point;
use crate::ui::state::page::span::Span;

/// A handle to it: renderings write, the frame loop reads. Clones share it.
#[derive(Clone, Default)]
pub struct FrameContext(Rc<RefCell<Rendered>>);

/// What was rendered.
#[derive(Clone, Default)]
pub struct Rendered {
    pub layout: Rc<Layout>,
    /// That of the stage beside it, while there is one.
    pub other: Option<Rc<Layout>>,
    /// What of the history the strip shows.
    pub span: Span,
    /// The message whose card is open.
    pub mark: Option<Mark>,
    /// The line that is being drawn across the stage.
    pub line: Option<(Point, Point)>,
}

/// A message that is marked, and the point of its card that a line leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    pub message: u64,
    pub anchor: Point,
}

impl FrameContext {
    pub fn look(&self) -> Ref<'_, Rendered> {
        self.0.borrow()
    }

    /// Tells the frame loop what was rendered.
    pub fn change(&self, change: impl FnOnce(&mut Rendered)) {
        change(&mut self.0.borrow_mut());
    }

    /// What of the history the strip shows.
    pub fn span(&self) -> Span {
        self.0.borrow().span
    }
}

impl PartialEq for FrameContext {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
