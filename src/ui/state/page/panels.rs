//! The panels around the stage: which tab, sheet and dialog is open, and which node the inspector shows.

use crate::playground::view::NodeNumber;

/// Which of the tabs beside the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Events,
    Inspector,
    Verdicts,
    Console,
    Branches,
}

/// The panels that are sheets on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Controls,
    Request,
    Log,
}

/// Which dialog is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    Help,
    New,
    Share,
    Runs,
    Commands,
}

/// What the panels can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelMessage {
    /// Selects a tab; a sheet stays as it is.
    SelectTab(Tab),
    /// Selects a tab and opens the sheet that it is in.
    ShowTab(Tab),
    /// Selects a node and shows it in the inspector.
    Inspect(NodeNumber),
    /// Opens a sheet, or closes it if it is open.
    ToggleSheet(Sheet),
    ShowSheet(Sheet),
    OpenDialog(Dialog),
    /// Closes the dialog that is open.
    CloseDialog,
    /// This dialog has closed itself. Another one may already be open in its place.
    DialogClosed(Dialog),
}

impl PanelMessage {
    /// Whether it asks for a tab to be seen.
    pub fn shows_a_tab(self) -> bool {
        matches!(self, Self::ShowTab(_) | Self::Inspect(_))
    }
}

/// Which panels are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panels {
    tab: Tab,
    sheet: Option<Sheet>,
    dialog: Option<Dialog>,
    selected: Option<NodeNumber>,
}

impl Panels {
    pub fn update(&mut self, message: PanelMessage) {
        match message {
            PanelMessage::SelectTab(tab) => self.tab = tab,
            PanelMessage::ShowTab(tab) => (self.tab, self.sheet) = (tab, Some(Sheet::Log)),
            PanelMessage::Inspect(node) => {
                self.selected = Some(node);
                self.update(PanelMessage::ShowTab(Tab::Inspector));
            }
            PanelMessage::ToggleSheet(sheet) if self.sheet == Some(sheet) => self.sheet = None,
            PanelMessage::ToggleSheet(sheet) | PanelMessage::ShowSheet(sheet) => {
                self.sheet = Some(sheet);
            }
            PanelMessage::OpenDialog(dialog) => self.dialog = Some(dialog),
            PanelMessage::CloseDialog => self.dialog = None,
            PanelMessage::DialogClosed(dialog) => {
                self.dialog = self.dialog.filter(|open| *open != dialog);
            }
        }
    }

    /// Another cluster has begun: its nodes are other nodes.
    pub fn deselect(&mut self) {
        self.selected = None;
    }

    pub fn tab(&self) -> Tab {
        self.tab
    }

    pub fn sheet(&self) -> Option<Sheet> {
        self.sheet
    }

    pub fn is_open(&self, dialog: Dialog) -> bool {
        self.dialog == Some(dialog)
    }

    /// The node that was selected last.
    pub fn selected(&self) -> Option<NodeNumber> {
        self.selected
    }

    /// The node that the inspector shows, while the inspector is seen.
    pub fn inspected(&self) -> Option<NodeNumber> {
        self.selected.filter(|_| self.tab == Tab::Inspector)
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialog, PanelMessage, Panels, Sheet, Tab};

    fn told(messages: &[PanelMessage]) -> Panels {
        let mut panels = Panels::default();
        messages.iter().for_each(|message| panels.update(*message));
        panels
    }

    #[test]
    fn a_sheet_that_is_asked_for_again_closes_and_another_takes_its_place() {
        let toggle = PanelMessage::ToggleSheet;
        assert_eq!(told(&[toggle(Sheet::Request)]).sheet(), Some(Sheet::Request));
        assert_eq!(told(&[toggle(Sheet::Request), toggle(Sheet::Request)]).sheet(), None);
        let other = told(&[toggle(Sheet::Request), toggle(Sheet::Controls)]);
        assert_eq!(other.sheet(), Some(Sheet::Controls));
        let again = [PanelMessage::ShowSheet(Sheet::Log), PanelMessage::ShowSheet(Sheet::Log)];
        assert_eq!(told(&again).sheet(), Some(Sheet::Log));
    }

    #[test]
    fn a_dialog_that_opened_another_leaves_that_one_open() {
        let open = PanelMessage::OpenDialog;
        let closed = PanelMessage::DialogClosed(Dialog::Commands);
        let panels = told(&[open(Dialog::Commands), open(Dialog::Help), closed]);
        assert!(panels.is_open(Dialog::Help));
        assert!(!told(&[open(Dialog::Commands), closed]).is_open(Dialog::Commands));
        assert!(!told(&[open(Dialog::Help), PanelMessage::CloseDialog]).is_open(Dialog::Help));
    }

    #[test]
    fn a_node_is_inspected_only_while_the_inspector_is_seen() {
        let mut panels = told(&[PanelMessage::Inspect(2)]);
        assert_eq!((panels.tab(), panels.sheet()), (Tab::Inspector, Some(Sheet::Log)));
        assert_eq!(panels.inspected(), Some(2));
        panels.update(PanelMessage::SelectTab(Tab::Events));
        assert_eq!((panels.inspected(), panels.selected()), (None, Some(2)));
        panels.update(PanelMessage::SelectTab(Tab::Inspector));
        panels.deselect();
        assert_eq!(panels.inspected(), None);
    }
}
