//! Running episodes, counting what they did, and making failures small.

use std::collections::BTreeSet;
use std::fmt;

use super::episode::{Episode, Op};
use super::functions::FUNCTIONS;
use super::home::Random;
use super::world::{Outcome, World};

/// Bytes that one seed becomes: some 800 calls.
const EPISODE_BYTES: usize = 8192;

/// What calls have done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Calls made.
    pub calls: u64,
    /// Those that answered 0.
    pub succeeded: u64,
    /// Those given up because they would wait for ever.
    pub waited: u64,
    /// Those that ended their process.
    pub exited: u64,
    /// Every answer seen: a function's number and its errno.
    pub answers: BTreeSet<(usize, u16)>,
}

impl Report {
    fn count(&mut self, op: &Op, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Answered(0) => Some(&mut self.succeeded),
            Outcome::Answered(_) => None,
            Outcome::Exited => Some(&mut self.exited),
            Outcome::Waited => Some(&mut self.waited),
        };
        if let Some(counter) = counter {
            *counter = counter.saturating_add(1);
        }
        if let Outcome::Answered(errno) = outcome {
            self.answers.insert((op.function, errno));
        }
        self.calls = self.calls.saturating_add(1);
    }

    /// Functions that answered 0 at least once.
    #[must_use]
    pub fn functions_that_succeeded(&self) -> usize {
        (0..FUNCTIONS.len()).filter(|i| self.answers.contains(&(*i, 0))).count()
    }
}

/// A call after which something did not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The episode up to that call, or a smaller one that ends in the same failure.
    pub episode: Episode,
    /// What did not hold.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        writeln!(f, "after these calls, with {} bytes of memory:", self.episode.memory)?;
        self.episode.ops.iter().try_for_each(|op| writeln!(f, "{op}"))
    }
}

/// The bytes that a seed stands for.
#[must_use]
pub fn seed_bytes(seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; EPISODE_BYTES];
    Random::new(seed).fill(&mut bytes);
    bytes
}

/// Runs an episode in a world of its own.
///
/// # Errors
/// The first failure, with the calls up to it.
pub fn run(episode: &Episode, report: &mut Report) -> Result<(), Failure> {
    let fail = |ops: usize, what: String| Failure {
        episode: Episode { memory: episode.memory, ops: episode.ops.get(..ops).unwrap_or(&episode.ops).to_vec() },
        what,
    };
    let mut world = World::new(episode.memory, 1).map_err(|e| fail(0, format!("no world: {e}")))?;
    for (i, op) in episode.ops.iter().enumerate() {
        match world.step(op) {
            Ok(outcome) => report.count(op, outcome),
            Err(what) => return Err(fail(i.saturating_add(1), what)),
        }
    }
    Ok(())
}

/// Runs the episode of a seed; a failure comes back minimised.
///
/// # Errors
/// As [`run`].
pub fn run_seed(seed: u64, report: &mut Report) -> Result<(), Failure> {
    run(&Episode::decode(&seed_bytes(seed)), report).map_err(minimise)
}

/// Leaves out every call without which the failure stays the same.
#[must_use]
pub fn minimise(failure: Failure) -> Failure {
    let mut small = failure;
    let mut stride = small.episode.ops.len() / 2;
    while stride > 0 {
        let mut at = 0;
        while at < small.episode.ops.len() {
            let mut fewer = small.episode.clone();
            let end = at.saturating_add(stride).min(fewer.ops.len());
            fewer.ops.drain(at..end);
            match run(&fewer, &mut Report::default()) {
                Err(other) if other.what == small.what => small = other,
                _ => at = end,
            }
        }
        stride /= 2;
    }
    small
}
