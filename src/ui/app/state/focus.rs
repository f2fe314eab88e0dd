//! Keeps the keyboard's focus on the page where the element that had it goes away.

use web_sys::HtmlElement;

use crate::ui::browser::focus_guard::FocusGuard;
use crate::ui::browser::page;
use crate::ui::state::page::middle::StageChange;

/// Where the focus was.
pub struct FocusKeeper {
    /// The element that had the focus before something was opened on the stage.
    came_from: Option<HtmlElement>,
    _guard: Option<FocusGuard>,
}

impl FocusKeeper {
    pub fn start() -> Self {
        Self { came_from: None, _guard: FocusGuard::watch() }
    }

    /// Something on the stage was opened or closed. What is closed is still rendered: if it has the focus, the element
    /// that had the focus before it was opened gets it again.
    pub fn stage_changed(&mut self, change: StageChange) {
        match change {
            StageChange::Opened => self.came_from = page::focused(),
            StageChange::Closed => {
                let came_from = self.came_from.take();
                if page::has(".opened :focus") {
                    page::give_back(came_from);
                }
            }
            StageChange::Same => {}
        }
    }
}
