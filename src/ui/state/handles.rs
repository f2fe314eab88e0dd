//! The handles that the page gives to its parts, each of which takes only those that it needs.

use std::cell::RefCell;
use std::rc::Rc;

use crate::playground::history::operation_history::{Operations, Version};
use crate::ui::state::frame_context::FrameContext;
use crate::ui::state::highlight::Pointer;
use crate::ui::state::session::Session;
use crate::ui::state::view_choices::ViewChoices;

/// All of them; clones share what they lead to.
#[derive(Clone, PartialEq)]
pub struct Handles {
    pub session: Session,
    pub frame: FrameContext,
    pub pointer: Pointer,
    pub choices: ViewChoices,
    pub operations: FoundOperations,
}

impl Handles {
    pub fn new(session: Session) -> Self {
        Self {
            operations: FoundOperations::new(session.clone()),
            session,
            frame: FrameContext::default(),
            pointer: Pointer::default(),
            choices: ViewChoices::default(),
        }
    }
}

/// The clients' operations. An order through them is looked for once for each version, and not in every frame.
#[derive(Clone)]
pub struct FoundOperations {
    session: Session,
    known: Rc<RefCell<Option<Found>>>,
}

/// What was found last, and of which version.
type Found = (Version, Rc<Operations>);

impl FoundOperations {
    fn new(session: Session) -> Self {
        Self { session, known: Rc::default() }
    }

    pub fn get(&self) -> Rc<Operations> {
        let version = self.session.look().operations_version();
        let mut known = self.known.borrow_mut();
        match &*known {
            Some((of, operations)) if *of == version => Rc::clone(operations),
            _ => {
                let operations = Rc::new(self.session.look().operations());
                *known = Some((version, Rc::clone(&operations)));
                operations
            }
        }
    }
}

impl PartialEq for FoundOperations {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.known, &other.known)
    }
}
