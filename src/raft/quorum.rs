//! Majorities: pure arithmetic over a configuration.

use super::message::{Config, Index, NodeId};
use super::rules::{Rule, Rules};

/// How many servers of `config` make a majority.
pub fn majority(config: &Config) -> usize {
    config.voters().len() / 2 + 1
}

/// How many servers of `config` decide while `majority-quorum` is in force, or not: then half of them
/// do.
pub(super) fn needed(config: &Config, rules: Rules) -> usize {
    if rules.on(Rule::MajorityQuorum) {
        majority(config)
    } else {
        (config.voters().len() / 2).max(1)
    }
}

/// Whether the servers of `config` for which `agrees` holds are a majority of it. No configuration
/// without servers has one.
pub(super) fn is_majority(
    config: &Config,
    rules: Rules,
    mut agrees: impl FnMut(NodeId) -> bool,
) -> bool {
    let votes = config.voters().iter().filter(|voter| agrees(**voter)).count();
    !config.voters().is_empty() && votes >= needed(config, rules)
}

/// The highest index that a majority of `config` has reached, where `reached` tells how far each
/// server is (paper, section 5.3: "a majority of matchIndex").
pub(super) fn reached_by_majority(
    config: &Config,
    rules: Rules,
    mut reached: impl FnMut(NodeId) -> Option<Index>,
) -> Option<Index> {
    const INLINE: usize = 64;
    let voters = config.voters();
    if voters.is_empty() {
        return None;
    }
    let mut inline = [None; INLINE];
    let mut heap;
    let indexes: &mut [Option<Index>] = if voters.len() <= INLINE {
        &mut inline[..voters.len()]
    } else {
        heap = vec![None; voters.len()];
        &mut heap
    };
    for (slot, voter) in indexes.iter_mut().zip(voters) {
        *slot = reached(*voter);
    }
    indexes.sort_unstable();
    indexes[voters.len() - needed(config, rules)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(size: u32) -> Config {
        Config::new((1..=size).map(NodeId))
    }

    #[test]
    fn a_majority_is_more_than_half() {
        for (size, expected) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)] {
            assert_eq!(majority(&config(size)), expected, "of {size}");
            assert!(is_majority(&config(size), Rules::default(), |id| id.0 as usize <= expected));
            assert!(!is_majority(&config(size), Rules::default(), |id| (id.0 as usize) < expected));
        }
        assert!(!is_majority(&Config::default(), Rules::default(), |_| true));
    }

    #[test]
    fn the_majority_index_is_on_that_many_servers() {
        let reached = |indexes: &[u64]| {
            let config = config(u32::try_from(indexes.len()).unwrap());
            reached_by_majority(&config, Rules::default(), |id| {
                Index::new(indexes[id.0 as usize - 1])
            })
            .map(Index::get)
        };
        assert_eq!(reached(&[5]), Some(5));
        assert_eq!(reached(&[5, 3]), Some(3));
        assert_eq!(reached(&[5, 3, 4]), Some(4));
        assert_eq!(reached(&[5, 0, 0]), None);
        assert_eq!(reached(&[9, 9, 2, 1]), Some(2));
        assert_eq!(reached(&[9, 8, 7, 1, 1]), Some(7));
        assert_eq!(
            reached_by_majority(&Config::default(), Rules::default(), |_| Some(Index::FIRST)),
            None
        );
    }

    #[test]
    fn two_majorities_of_one_server_difference_intersect() {
        for size in 1..=9 {
            let (old, new) = (config(size), config(size + 1));
            assert!(majority(&old) + majority(&new) > new.voters().len());
        }
    }
}
