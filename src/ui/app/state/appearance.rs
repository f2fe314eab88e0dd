//! How the page looks: its theme, and whether it is shown by a projector or in a frame of another page.

use crate::ui::browser::page::Theme;
use crate::ui::browser::style_changes::StyleChanges;
use crate::ui::state::screen::{Mode, Screen};

/// What the page can be told about its look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppearanceMessage {
    /// Takes the theme after the one that is shown, and keeps that choice.
    NextTheme,
    /// Shows so much of the page, and keeps that choice.
    Mode(Mode),
    /// Shows the page for a projector, or no longer.
    ToggleProjector,
    /// Darkens all but what is around the pointer, or no longer.
    ToggleSpotlight,
}

/// How the page looks.
pub struct Appearance {
    theme: Theme,
    screen: Screen,
    /// Tells the painter that the styles are others.
    styles: StyleChanges,
}

impl Appearance {
    /// As the address and the choice of an earlier visit say.
    pub fn here() -> Self {
        let (theme, screen) = (Theme::recall(), Screen::here());
        Self { theme, screen, styles: StyleChanges::listen() }
    }

    pub fn update(&mut self, message: AppearanceMessage) {
        match message {
            AppearanceMessage::NextTheme => {
                self.theme = self.theme.next();
                self.theme.choose();
                self.styles.note();
            }
            AppearanceMessage::Mode(mode) => {
                self.screen.mode = mode;
                mode.keep();
            }
            AppearanceMessage::ToggleProjector => self.screen.projector = !self.screen.projector,
            AppearanceMessage::ToggleSpotlight => self.screen.spotlight = !self.screen.spotlight,
        }
    }

    pub fn theme(&self) -> Theme {
        self.theme
    }

    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// A handle that tells whether the styles are others.
    pub fn styles(&self) -> StyleChanges {
        self.styles.clone()
    }

    /// Whether the page is shown in a frame of another page.
    pub fn is_embedded(&self) -> bool {
        self.screen.embed.is_some()
    }
}
