//! What the page calls what it shows: roles, how safe an entry is, the sides of a partition.

use crate::counts::counted;
use crate::playground::view::{
    Awaited, BlockedOn, Committed, NodeNumber, NodeView, RoleView, Safety, Status,
};

/// The role in words.
pub fn role_words(node: &NodeView) -> String {
    let role = node.role.map_or("Down".to_string(), |role| role.to_string());
    match (node.status, node.votes) {
        (Status::Down, _) => "Down".to_string(),
        (Status::Paused, _) => format!("Paused · {}", role.to_lowercase()),
        (Status::Running, Some((votes, needed))) if node.role == Some(RoleView::Candidate) => {
            format!("Candidate {votes}/{needed}")
        }
        (Status::Running, Some((votes, needed))) => format!("Asking {votes}/{needed}"),
        (Status::Running, _) => role,
    }
}

/// How safe an entry is, as the styles know it.
pub fn safety_key(safety: Safety) -> &'static str {
    match safety {
        Safety::Committed => "committed",
        Safety::OnDisk => "disk",
        Safety::InMemory => "memory",
    }
}

/// The same in words.
pub fn safety_words(safety: Safety) -> &'static str {
    match safety {
        Safety::Committed => "committed",
        Safety::OnDisk => "on disk, not committed",
        Safety::InMemory => "in memory only",
    }
}

/// What stands above the committed entries: `Committed`, `Committed · n3 lags`.
pub fn committed_words(committed: Option<&Committed>) -> String {
    let Some(Committed { lagging, differing, .. }) = committed else {
        return "No node runs".to_string();
    };
    let told = |nodes: &[NodeNumber], one: &str, many: &str| match nodes {
        [] => String::new(),
        [node] => format!(" · n{node} {one}"),
        [first, second] => format!(" · n{first} n{second} {many}"),
        nodes => format!(" · {} {many}", counted(nodes.len() as u64, "node", "nodes")),
    };
    format!("Committed{}{}", told(differing, "differs", "differ"), told(lagging, "lags", "lag"))
}

/// What a node can't go on without, for its card.
pub fn blocked_words(on: &BlockedOn) -> String {
    match on {
        BlockedOn::Disk(Awaited::OwnVote | Awaited::Vote(_)) => "vote waits for disk".to_string(),
        BlockedOn::Disk(Awaited::OwnCopy | Awaited::Answer(_)) => "waits for disk".to_string(),
        BlockedOn::LostEntries { leader, .. } => format!("lost what n{} counts on", leader.0),
        BlockedOn::Votes { in_reach, .. } => {
            let half = in_reach.half_that_lacks_most();
            format!("in reach: {} of {} votes", half.agree, half.needed)
        }
        BlockedOn::Copies { in_reach, .. } => {
            let half = in_reach.half_that_lacks_most();
            format!("in reach: {} of {} copies", half.agree, half.needed)
        }
        BlockedOn::Learner { learner, .. } => format!("waits for n{}", learner.0),
        BlockedOn::Change(_) => "change not committed".to_string(),
    }
}

/// `A` for the first side.
pub fn side_letter(number: usize) -> char {
    u8::try_from(number).ok().and_then(|number| b'A'.checked_add(number)).map_or('?', char::from)
}
