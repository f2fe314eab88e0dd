//! The demonstration that plays on the session's playground.

use crate::course::{Caption, Lesson, Player};
use crate::playground::{Input, Playground, RealTime};
use crate::ui::state::session::Session;

impl Session {
    /// Begins a demonstration in place of what is shown.
    pub fn begin_lesson(&self, lesson: Lesson) {
        self.leave();
        self.with_playground(|on, playground| {
            *on = Some(Player::begin(lesson, playground));
        });
    }

    /// Leaves the demonstration that is on.
    pub fn leave_lesson(&self) {
        self.with_playground(|lesson, playground| {
            if lesson.take().is_some() {
                // The playground never refuses to give up.
                let _ = playground.apply(Input::GiveUp);
            }
        });
    }

    /// Changes the demonstration that is on, if one is.
    pub fn with_lesson(&self, change: impl FnOnce(&mut Player, &mut Playground)) {
        self.with_playground(|lesson, playground| {
            if let Some(player) = lesson {
                change(player, playground);
            }
        });
    }

    /// Lets real time pass for the demonstration. It ends if another run has begun. What goes wrong with it is told, also
    /// while the cluster stands still.
    pub fn advance_lesson(&self, real: RealTime) {
        let has_changed = self.with_playground(|lesson, playground| {
            if lesson.as_ref().is_some_and(|player| !player.is_on(playground)) {
                *lesson = None;
            }
            let Some(player) = lesson else { return false };
            let before = player.trouble().cloned();
            player.advance(playground, real);
            player.trouble() != before.as_ref()
        });
        if has_changed {
            self.tell_change();
        }
    }

    /// What the demonstration that is on shows.
    pub fn caption(&self) -> Option<Caption> {
        self.with_playground(|lesson, playground| {
            let player = lesson.as_ref().filter(|player| player.is_on(playground));
            player.map(|player| player.caption(playground))
        })
    }
}
