//! The page survives any input.

use crate::browser::Outcome;
use crate::monkey::play::{Limit, Script};
use crate::monkey::{file, let_loose};

/// Some seconds each.
const SEEDS: [u64; 3] = [1, 2, 3];
const STEPS: usize = 150;

#[tokio::test]
async fn a_monkey_finds_nothing() -> Outcome {
    for seed in SEEDS {
        let report = let_loose(&Script::Drawn { seed, limit: Limit::Steps(STEPS) }).await?;
        report.write(&file(&format!("monkey-{seed}.steps")))?;
        assert!(report.findings.is_empty(), "seed {seed}: {report}{}", report.again(seed));
    }
    Ok(())
}
