//! Says in words what happens: to a screen reader, and to a class that reads it below the stage.

use crate::playground::Playground;
use crate::playground::view::View;
use crate::ui::app::announcer::Announcer;
use crate::ui::format::clock::clock_text;
use crate::ui::state::page::caption::Caption;

/// What is said.
#[derive(Default)]
pub struct Narrator {
    announcer: Announcer,
    /// How often the playground had jumped to another instant when the announcer listened last.
    jumps: u64,
    /// What the live region says.
    spoken: String,
    /// The sentence below the stage.
    caption: Caption,
    /// How often the playground had jumped when the caption was written last.
    caption_jumps: u64,
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

    /// Writes the caption at `now_ms`.
    pub fn write_caption(&mut self, playground: &Playground, now_ms: f64) {
        if playground.jumps() == self.caption_jumps {
            let new = playground.sentences(self.caption.wants());
            self.caption.hear(new, now_ms, !playground.is_playing());
        } else {
            self.caption_jumps = playground.jumps();
            let wants = playground.sentences(0).next_back().map_or(0, |last| last.id + 1);
            let last = playground.sentences(0).rev().find(|sentence| !sentence.detail);
            self.caption.jump(last, wants, now_ms);
        }
    }

    /// Puts words into the caption at once: what the user has just done.
    pub fn say_in_caption(&mut self, text: String, now_ms: f64) {
        self.caption.say(text, now_ms);
    }

    /// In how many milliseconds the caption has another text, if it is known.
    pub fn next_caption_in(&self, now_ms: f64) -> Option<f64> {
        self.caption.remaining_ms(now_ms)
    }

    /// Another cluster has begun.
    pub fn reset(&mut self) {
        self.announcer.reset();
        self.caption = Caption::default();
    }

    pub fn spoken(&self) -> &str {
        &self.spoken
    }

    pub fn caption(&self) -> &str {
        self.caption.text()
    }
}
