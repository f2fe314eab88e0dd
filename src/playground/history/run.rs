//! The branches of a run, and the instant of one of them that is shown.

use crate::cluster::{Action, Founding};
use crate::playground::history::branch::Tape;
use crate::playground::history::frame::Scene;
use crate::playground::history::limits::{HEAD_BYTES, Limit};
use crate::playground::history::names::letters;
use crate::playground::view::{RunId, Spot};
use crate::recording::{Instant, Timed};

/// How many branches are kept with all that was seen in them: those that were shown last. Each takes a megabyte or
/// more when it is long.
pub(crate) const WHOLE: usize = 8;

/// A run: all its branches, and what is shown of one.
#[derive(Debug)]
pub(crate) struct ShownRun {
    pub(crate) id: RunId,
    /// The instant that is shown.
    pub(crate) scene: Scene,
    /// All branches that were begun; one of them is played.
    pub(crate) branches: Vec<Branch>,
    pub(crate) current: usize,
}

/// A story: how it began and how it went on.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) name: String,
    /// The branch that it left, and when, in microseconds.
    pub(crate) left: Option<(usize, u64)>,
    pub(crate) tape: Tape,
    /// Where it was left for another.
    pub(crate) at: Instant,
}

impl ShownRun {
    /// A new cluster, at its beginning.
    pub(crate) fn founded(id: RunId, founding: Founding) -> Self {
        let (tape, scene) = Tape::new(founding);
        let (name, at) = (letters(0), scene.instant());
        Self { id, scene, branches: vec![Branch { name, left: None, tape, at }], current: 0 }
    }

    /// The branch that is shown.
    pub(crate) fn tape(&self) -> &Tape {
        &self.branches[self.current].tape
    }

    /// The branch that is shown, and the instant of it, to go on.
    pub(crate) fn parts(&mut self) -> (&mut Tape, &mut Scene) {
        (&mut self.branches[self.current].tape, &mut self.scene)
    }

    /// The place that is shown, to come back to.
    pub(crate) fn spot(&self) -> Spot {
        Spot { run: self.id, branch: self.current, place: self.scene.place() }
    }

    /// From `scene` on the run goes on otherwise; the old branch is kept. `seen` is a number that grows with what is
    /// shown.
    pub(crate) fn begin_branch(&mut self, tape: Tape, scene: &Scene, seen: u64) {
        self.leave_branch(seen);
        let at = scene.instant();
        let left = Some((self.current, at.at.as_micros()));
        let name = letters(self.branches.len());
        self.branches.push(Branch { name, left, tape, at });
        self.current = self.branches.len() - 1;
    }

    /// Another branch is shown next.
    pub(crate) fn leave_branch(&mut self, seen: u64) {
        let branch = &mut self.branches[self.current];
        (branch.at, branch.tape.seen) = (self.scene.instant(), seen);
    }

    /// Of the branches that nobody has looked at for long only what was done in them is kept; not of those that are
    /// used.
    pub(crate) fn fold_branches(&mut self, is_used: impl Fn(usize) -> bool) {
        let branches = self.branches.iter().enumerate();
        let whole = branches.filter(|(_, branch)| !branch.tape.is_folded());
        let mut whole: Vec<_> = whole.map(|(place, branch)| (branch.tape.seen, place)).collect();
        whole.sort_unstable();
        let over = whole.len().saturating_sub(WHOLE);
        let is_used = |place: usize| place == self.current || is_used(place);
        let unused = whole.into_iter().filter(|(_, place)| !is_used(*place));
        let unused: Vec<usize> = unused.take(over).map(|(_, place)| place).collect();
        unused.into_iter().for_each(|place| self.branches[place].tape.fold());
    }

    /// Whether something more can be done at the instant that is shown; in the past another story begins with
    /// it.
    pub(crate) fn look_for_room(&self, action: &Action) -> Result<(), Limit> {
        let (tape, scene) = (self.tape(), &self.scene);
        let forks = tape.goes_on_after(scene);
        if forks {
            self.look_for_a_story(scene.place().done)?;
        }
        if scene.place().done >= tape.limits.actions {
            return Err(Limit::Actions);
        }
        let timed = Timed { when: scene.instant(), action: action.clone() };
        let done = if forks { tape.bytes_until(scene.place().done) } else { tape.bytes() };
        if HEAD_BYTES + done + timed.bytes() > tape.limits.story_bytes {
            return Err(Limit::StoryBytes);
        }
        let fork = if forks { HEAD_BYTES + done } else { 0 };
        self.look_for_bytes(fork + timed.bytes())
    }

    /// Whether another story can begin after so many of this one's actions.
    pub(crate) fn look_for_a_story(&self, done: usize) -> Result<(), Limit> {
        if self.branches.len() >= self.tape().limits.stories {
            return Err(Limit::Stories);
        }
        self.look_for_bytes(HEAD_BYTES + self.tape().bytes_until(done))
    }

    fn look_for_bytes(&self, more: usize) -> Result<(), Limit> {
        let stories = self.branches.iter();
        let bytes: usize = stories.map(|branch| HEAD_BYTES + branch.tape.bytes()).sum();
        if bytes + more > self.tape().limits.bytes {
            return Err(Limit::Bytes);
        }
        Ok(())
    }

    /// Whether time can pass after the instant that is shown.
    pub(crate) fn look_for_time(&self) -> Result<(), Limit> {
        match self.tape().stands_at(&self.scene) {
            Some(limit) => Err(limit),
            None => Ok(()),
        }
    }
}
