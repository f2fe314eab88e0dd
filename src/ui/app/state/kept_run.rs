//! The run as it is kept in this browser.

use crate::ui::runs::autosave::Autosave;
use crate::ui::state::session::Session;

/// The run that is saved while it is played, where runs are kept at all.
pub struct KeptRun {
    autosave: Option<Autosave>,
    /// The page is shown in a frame of another page, which does not list the runs of this browser.
    is_guest: bool,
}

impl KeptRun {
    /// `keeps`: whether runs are kept in the browser.
    pub fn start(session: &Session, keeps: bool, is_guest: bool) -> Self {
        let autosave = keeps.then(|| Autosave::start(session.clone(), is_guest));
        Self { autosave, is_guest }
    }

    pub fn autosave(&self) -> Option<&Autosave> {
        self.autosave.as_ref()
    }

    pub fn save_soon(&self) {
        self.autosave.iter().for_each(Autosave::save_soon);
    }

    /// Whether the user can look through the runs that are kept.
    pub fn is_listed(&self) -> bool {
        self.autosave.is_some() && !self.is_guest
    }

    /// What the run is called, also where nothing is kept.
    pub fn name(&self, session: &Session) -> String {
        let kept = self.autosave.as_ref().and_then(Autosave::current);
        kept.map_or_else(|| session.look().title(), |kept| kept.name)
    }
}
