//! The stage: cards, links, messages and what opens on them.

pub mod area;
pub mod card;
pub mod data;
pub mod gestures;
pub mod link_card;
pub mod links;
pub mod menu;
pub mod message_card;
pub mod partition_drawing;
pub mod renderer;
pub mod split_view;
