//! The account of all growth: plain data.

use super::leaked_class::LeakedClass;
use crate::leaks::growth::why::Why;

/// The cause of a part of the growth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The leak at this position among all leaks.
    Leak(usize),
    /// It grew and is no leak, for this reason. Compiled code and tables of V8 are here too.
    OneOff(Why),
    /// No rule explains it.
    Unexplained,
    /// No reference of the file keeps it: nobody can tell why it is there.
    Unheld,
    /// V8 counts it outside of its heap.
    Outside,
    /// Many places with little each.
    Rest,
    /// It is gone, or became less.
    Freed,
}

impl Cause {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Leak(_) => "it is held by what leaks",
            Self::OneOff(why) => why.sentence(),
            Self::Unexplained => {
                "it grew in every interval or by the steps of a table, and no rule tells it from a leak or makes it one"
            }
            Self::Unheld => "no reference of the file keeps these: who wrote it left out what holds them",
            Self::Outside => "V8 counts it outside of its heap, and the file does not say what it is",
            Self::Rest => "many places with little each",
            Self::Freed => "it is gone, or became less",
        }
    }
}

/// One part of the growth.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub cause: Cause,
    pub size_growth: Vec<i64>,
    /// The classes with most of it, where no cause says more.
    pub classes: Vec<LeakedClass>,
}

/// All of the growth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Growth of the sum of all sizes, inside and outside of the heap.
    pub size_growth: Vec<i64>,
    pub lines: Vec<Line>,
    /// Bytes without a known reason, from the first heap to the last.
    pub unexplained: i64,
    /// False when so much is unexplained that "no leak" would be a guess.
    pub is_explained: bool,
}
