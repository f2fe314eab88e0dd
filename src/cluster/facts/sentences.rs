//! What servers do and decide, each in one plain sentence that names cause and rule.

use std::fmt;

use crate::counts::{counted, noun};
use crate::raft::{
    Agreement, Certainty, GivenUp, Half, NodeId, Note, Position, RefusedVote, StepDown,
    TransferEnd, count,
};

/// `no entry` or `term 2, index 6`.
struct Last(Option<Position>);

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(position) => position.fmt(f),
            None => write!(f, "empty"),
        }
    }
}

/// `2 of 3 disks`, or `2 of 3 disks in the old configuration and 3 of 4 in the new one`.
struct OfAll {
    agreement: Agreement,
    one: &'static str,
    many: &'static str,
}

impl fmt::Display for OfAll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Agreement { new, old } = self.agreement;
        let first = old.unwrap_or(new);
        let noun = noun(first.of as u64, self.one, self.many);
        write!(f, "{} of {} {noun}", first.agree, first.of)?;
        if old.is_some() {
            write!(f, " in the old configuration and {} of {} in the new one", new.agree, new.of)?;
        }
        Ok(())
    }
}

/// `1 of 2 needed`, or `2 of 2 needed in the old configuration and 1 of 3 in the new one`.
pub(super) struct OfNeeded(pub(super) Agreement);

impl fmt::Display for OfNeeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Agreement { new, old } = self.0;
        let Half { agree, needed, .. } = old.unwrap_or(new);
        write!(f, "{agree} of {needed} needed")?;
        if old.is_some() {
            let Half { agree, needed, .. } = new;
            write!(f, " in the old configuration and {agree} of {needed} in the new one")?;
        }
        Ok(())
    }
}

/// Writes what a server did or decided, and why, as one plain sentence.
pub(in crate::cluster) fn write_note(
    f: &mut fmt::Formatter<'_>,
    node: NodeId,
    note: &Note,
) -> fmt::Result {
    match note {
        Note::Proposed { position, noop: true } => write!(
            f,
            "{node} opens term {} with an empty entry {} (§8).",
            position.term, position.index
        ),
        Note::Proposed { position, noop: false } => {
            write!(f, "{node} appends entry {} and sends it to all (§5.3).", position.index)
        }
        Note::ProposedConfig { config, position } => {
            let kind = if config.is_joint() { "joint configuration" } else { "configuration" };
            write!(f, "{node} appends entry {}, the {kind}: {config} (§6).", position.index)
        }
        Note::ChangeEnded { ended, by } => {
            write!(f, "{node} goes no further with `{ended}`: `{by}` was asked for later (§6).")
        }
        Note::Committed { last, copies, own_term, on_disk } => {
            let (one, many) = if *on_disk { ("disk", "disks") } else { ("server", "servers") };
            let is_joint = copies.old.is_some();
            let copies = OfAll { agreement: *copies, one, many };
            let or_not = match (on_disk, is_joint) {
                (true, false) => "",
                (true, true) => ",",
                (false, _) => ", on disk or not,",
            };
            let term = if *own_term {
                format!("of {node}'s own term (§5.4.2)")
            } else {
                "of an earlier term, which should not count (§5.4.2)".to_string()
            };
            write!(f, "Entry {last} is committed: it is on {copies}{or_not} and {term}.")
        }
        Note::LearnedCommit { last } => {
            write!(f, "{node} learns that entry {last} is committed (§5.3).")
        }
        Note::ConfirmedRead { read_index, by: Certainty::Lease } => write!(
            f,
            "{node} holds a lease: it may answer reads as of entry {} without asking (thesis §6.4.1).",
            count(*read_index)
        ),
        Note::ConfirmedRead { read_index, by: Certainty::None } => {
            write!(
                f,
                "{node} answers a read as of entry {}, and has asked nobody: it may be stale (§8).",
                count(*read_index)
            )
        }
        Note::ConfirmedRead { read_index, by: Certainty::Round } => write!(
            f,
            "A majority confirms that {node} leads: it may answer reads as of entry {} (§8).",
            count(*read_index)
        ),
        Note::IgnoredAnswer { from, round, begun } => write!(
            f,
            "{node} ignores an answer from {from} to round {round}: it has begun {begun} so far, so nobody can \
             have answered that one (thesis §6.4)."
        ),
        Note::Persisted { last } => {
            write!(f, "{node} has its log on disk up to entry {}.", count(*last))
        }
        _ => write_election_note(f, node, note),
    }
}

fn write_election_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::AskedForPreVotes { term, waited } => write!(
            f,
            "{node}'s election timer ran out after {} ms; it asks who would vote for it in term {term} (thesis §9.6).",
            waited.as_micros() / 1_000
        ),
        Note::AnsweredPreVote { candidate, term, refused: None } => {
            write!(f, "{node} would vote for {candidate} in term {term} (thesis §9.6).")
        }
        Note::AnsweredPreVote { candidate, term, refused: Some(why) } => {
            write_refusal(f, node, "would not vote", *candidate, term.0, why)
        }
        Note::StoodForElection { term, transfer: true, .. } => {
            write!(
                f,
                "{node} stands for term {term} at once: the leader has asked it to (thesis §3.10)."
            )
        }
        Note::StoodForElection { term, waited: None, .. } => {
            write!(f, "{node} could win, and stands for term {term} (§5.2).")
        }
        Note::StoodForElection { term, waited: Some(waited), .. } => write!(
            f,
            "{node}'s election timer ran out after {} ms; it stands for term {term} (§5.2).",
            waited.as_micros() / 1_000
        ),
        Note::Voted { candidate, term, newer: Some(own), .. } => {
            write!(
                f,
                "{node} votes for {candidate} in term {term}, although its own log is newer ({own}), which §5.4.1 forbids."
            )
        }
        Note::Voted { candidate, term, last, newer: None } => write!(
            f,
            "{node} votes for {candidate} in term {term}: its log is at least as new ({}) (§5.4.1).",
            Last(*last)
        ),
        Note::RefusedVote { candidate, term, why } => {
            write_refusal(f, node, "does not vote", *candidate, term.0, why)
        }
        Note::CountedVote { from, votes } => {
            write!(f, "{node} counts the vote of {from}: {} (§5.2).", OfNeeded(*votes))
        }
        Note::BecameLeader { term, votes: Agreement { new, old: None } } => {
            let votes = counted(new.agree as u64, "vote", "votes");
            write!(f, "{node} becomes leader of term {term} with {votes} of {} (§5.2).", new.of)
        }
        Note::BecameLeader { term, votes } => {
            let votes = OfAll { agreement: *votes, one: "vote", many: "votes" };
            write!(f, "{node} becomes leader of term {term} with {votes} (§5.2).")
        }
        Note::SteppedDown { led, term, why } => {
            let what = if *led { "leads no longer" } else { "is no candidate any more" };
            match why {
                StepDown::HigherTerm { from } => {
                    write!(f, "{node} {what}: {from} is in the higher term {term} (§5.1).")
                }
                StepDown::LeaderExists(leader) => {
                    write!(f, "{node} {what}: {leader} leads term {term} (§5.2).")
                }
                StepDown::NoQuorum => {
                    write!(f, "{node} {what}: it has not heard from a majority (thesis §6.2).")
                }
                StepDown::Removed => write!(f, "{node} {what}: it is no longer a member (§6)."),
                StepDown::Demoted => write!(f, "{node} {what}: it has no vote any more (§6)."),
            }
        }
        _ => write_log_note(f, node, note),
    }
}

fn write_log_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::Appended { from, first, last } if first == last => {
            write!(f, "{node} appends entry {first} from {from} (§5.3).")
        }
        Note::Appended { from, first, last } => {
            write!(f, "{node} appends entries {first} to {last} from {from} (§5.3).")
        }
        Note::Truncated { first, last } if first == last => {
            write!(f, "{node} deletes its entry {first}: it conflicts with the leader's (§5.3).")
        }
        Note::Truncated { first, last } => write!(
            f,
            "{node} deletes its entries {first} to {last}: they conflict with the leader's (§5.3)."
        ),
        Note::Conflicted { leader, prev, found: Some(found) } => write!(
            f,
            "{node} refuses entries from {leader}: at index {} it has term {found}, not {} (§5.3).",
            prev.index, prev.term
        ),
        Note::Conflicted { leader, prev, found: None } => write!(
            f,
            "{node} refuses entries from {leader}: it has nothing at index {} (§5.3).",
            prev.index
        ),
        Note::SteppedBack { follower, next_index } => {
            write!(
                f,
                "{node} goes back to entry {next_index} for {follower}, which has refused what comes later (§5.3)."
            )
        }
        _ => write_snapshot_note(f, node, note),
    }
}

fn write_snapshot_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::TookSnapshot { last, kept } => write!(
            f,
            "{node} takes a snapshot as of entry {}; its log keeps {} (§7).",
            last.index,
            counted(*kept, "entry", "entries")
        ),
        Note::SendsSnapshot { follower, last } => write!(
            f,
            "{node} sends {follower} its snapshot as of entry {}: its log no longer has what {follower} \
             lacks (§7).",
            last.index
        ),
        Note::GaveUpSnapshot { follower, last, why } => {
            write!(
                f,
                "{node} gives up sending {follower} its snapshot as of entry {}: ",
                last.index
            )?;
            match why {
                GivenUp::Silent => write!(
                    f,
                    "{follower} does not answer, and the log no longer has what follows (§7)."
                ),
                GivenUp::Overtaken => write!(f, "{follower} turns out to have those entries (§7)."),
            }
        }
        Note::InstalledSnapshot { from, last, .. } => {
            write!(f, "{node} goes on from {from}'s snapshot as of entry {} (§7).", last.index)
        }
        Note::RefusedSnapshot { leader, last } => write!(
            f,
            "{node} refuses {leader}'s snapshot as of entry {}: its checksum does not fit.",
            last.index
        ),
        _ => write_transfer_note(f, node, note),
    }
}

fn write_transfer_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::TransferBegan { to } => write!(
            f,
            "{node} is to hand over to {to}, and takes no new commands meanwhile (thesis §3.10)."
        ),
        Note::AskedToStand { to } => {
            write!(
                f,
                "{node} asks {to}, which has all of its log, to stand for election at once (thesis §3.10)."
            )
        }
        Note::TransferEnded { to, why } => match why {
            TransferEnd::TooLate => {
                write!(f, "{node} goes on leading: {to} has not taken over in time (thesis §3.10).")
            }
            TransferEnd::Recalled => write!(
                f,
                "{node} goes on leading: it is to keep the leadership, and not to hand over to {to} (thesis §3.10)."
            ),
            TransferEnd::Replaced { by } => {
                write!(f, "{node} does not hand over to {to} any more, but to {by} (thesis §3.10).")
            }
            TransferEnd::LosesVote => {
                write!(f, "{node} goes on leading: {to} is to vote no longer (thesis §3.10, §6).")
            }
        },
        // The functions above write these. They are listed so that a new note can't be forgotten.
        Note::AskedForPreVotes { .. }
        | Note::AnsweredPreVote { .. }
        | Note::StoodForElection { .. }
        | Note::Voted { .. }
        | Note::RefusedVote { .. }
        | Note::CountedVote { .. }
        | Note::BecameLeader { .. }
        | Note::SteppedDown { .. }
        | Note::Proposed { .. }
        | Note::ProposedConfig { .. }
        | Note::ChangeEnded { .. }
        | Note::Appended { .. }
        | Note::Truncated { .. }
        | Note::Conflicted { .. }
        | Note::SteppedBack { .. }
        | Note::Committed { .. }
        | Note::LearnedCommit { .. }
        | Note::ConfirmedRead { .. }
        | Note::IgnoredAnswer { .. }
        | Note::Persisted { .. }
        | Note::TookSnapshot { .. }
        | Note::SendsSnapshot { .. }
        | Note::GaveUpSnapshot { .. }
        | Note::InstalledSnapshot { .. }
        | Note::RefusedSnapshot { .. } => Ok(()),
    }
}

fn write_refusal(
    f: &mut fmt::Formatter<'_>,
    node: NodeId,
    what: &str,
    candidate: NodeId,
    term: u64,
    why: &RefusedVote,
) -> fmt::Result {
    write!(f, "{node} {what} for {candidate}: ")?;
    match why {
        RefusedVote::OldTerm { current_term } => {
            write!(f, "it is in term {current_term} already (§5.1).")
        }
        RefusedVote::VotedFor(own) if *own == node => {
            write!(f, "it stands for term {term} itself (§5.2).")
        }
        RefusedVote::VotedFor(other) => {
            write!(f, "in term {term} it has voted for {other} (§5.2).")
        }
        RefusedVote::HasLeader(leader) if *leader == node => {
            write!(f, "it leads (thesis §9.6).")
        }
        RefusedVote::HasLeader(leader) => {
            write!(f, "it has heard from its leader {leader} lately (thesis §4.2.3).")
        }
        RefusedVote::HeardLately => {
            write!(f, "it has heard from a leader lately, who may hold a lease (thesis §4.2.3).")
        }
        RefusedVote::JustStarted => write!(
            f,
            "it has just started, and may have heard from a leader before (thesis §6.4.1)."
        ),
        RefusedVote::LogIsNewer { own, candidates } => {
            write!(f, "its own log is newer ({own} against {}) (§5.4.1).", Last(*candidates))
        }
    }
}
