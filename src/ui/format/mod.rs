//! Texts of numbers, times and states. Knows no browser: it is built and tested natively too.

pub mod clock;
pub mod decimals;
pub mod durations;
pub mod glossary;
pub mod sentences;
pub mod words;
