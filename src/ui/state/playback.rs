//! Goes to another instant, and changes the speed.

use crate::playground::{Input, Speed};
use crate::ui::geometry::scale::nearest;
use crate::ui::state::notice::Notice;
use crate::ui::state::session::Session;

/// Microseconds of cluster time per millisecond of real time, from the slowest to the fastest.
pub const SPEEDS: &[u64] = &[
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
    200_000, 500_000, 1_000_000, UNBOUNDED,
];

/// The speed without a limit.
const UNBOUNDED: u64 = Speed::UNBOUNDED.get() as u64;

/// Applies an input, and tells the user why if it is refused.
pub fn go_to(session: &Session, input: Input) {
    if let Err(problem) = session.apply(input) {
        session.tell(Notice::problem(problem));
    }
}

/// Sets the speed, in microseconds of cluster time per millisecond.
pub fn set_speed(session: &Session, speed: u64) {
    let speed = Speed::new(u32::try_from(speed).unwrap_or(u32::MAX));
    // Every speed within the bounds is accepted.
    let _ = session.apply(Input::Speed(speed));
}

/// Takes the next speed of the list, faster or slower.
pub fn change_speed(session: &Session, speed: Speed, faster: bool) {
    let position = nearest(SPEEDS, u64::from(speed.get()));
    let next = if faster { position + 1 } else { position.saturating_sub(1) };
    if let Some(speed) = SPEEDS.get(next) {
        set_speed(session, *speed);
    }
}
