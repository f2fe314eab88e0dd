//! Says in words what happens: to a screen reader, and to a class that reads it below the stage.

use crate::playground::Playground;
use crate::playground::view::View;
use crate::ui::app::announcer::Announcer;
use crate::ui::format::clock::clock_text;

/// What is said.
#[derive(Default)]
pub struct Narrator {
    announcer: Announcer,
    /// How often the playground had jumped to another instant when the announcer listened last.
    jumps: u64,
    /// What the live region says.
    spoken: String,
    /// The last sentence that was told, for a projector.
    caption: String,
}

impl Narrator {
    /// Listens to what is new and says some of it. `view` is the one that is rendered.
    pub fn listen(&mut self, playground: &Playground, view: &View, now_ms: f64) {
        let new = playground.sentences(self.announcer.wants());
        if playground.jumps() == self.jumps {
            self.announcer.listen(new, &view.summary, &view.request_traces);
        } else {
            self.jumps = playground.jumps();
            let place =
                format!("At {} of {}.", clock_text(playground.now()), clock_text(playground.end()));
            self.announcer.skip(new, place);
        }
        self.spoken = self.announcer.speak(now_ms);
    }

    /// Takes the sentence that was told last for the caption.
    pub fn write_caption(&mut self, playground: &Playground) {
        let told = playground.sentences(0).rev().find(|sentence| !sentence.detail);
        self.caption = told.map_or(String::new(), |sentence| sentence.text.replace('`', ""));
    }

    /// Another cluster has begun.
    pub fn reset(&mut self) {
        self.announcer.reset();
    }

    pub fn spoken(&self) -> &str {
        &self.spoken
    }

    pub fn caption(&self) -> &str {
        &self.caption
    }
}
