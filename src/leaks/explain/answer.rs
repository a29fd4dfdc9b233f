//! The answer of the search for leaks: plain data.

use super::account::Account;
use super::dropped::DroppedGrowth;
use super::explained_growth::OneOff;
use super::leak::Leak;
use crate::analysis::Comparison;

/// The answer; `leaks` is empty when nothing grows in every interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeakReport {
    /// Whether objects were followed by their ids.
    pub comparison: Comparison,
    /// Most important first.
    pub leaks: Vec<Leak>,
    /// Growth that is no leak, biggest first.
    pub one_off: Vec<OneOff>,
    /// Growth that a rule dropped, biggest first.
    pub dropped: Vec<DroppedGrowth>,
    /// The cause of every byte of growth.
    pub account: Account,
    /// Fingerprints of all leaks, those beyond the limit too, in their order.
    pub fingerprints: Vec<String>,
}
