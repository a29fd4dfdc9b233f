//! What the search for leaks found: plain data.

use super::accounting::Account;
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
    /// What grew and is no leak, biggest first.
    pub one_off: Vec<OneOff>,
    /// Where every byte of growth belongs.
    pub account: Account,
    /// Fingerprints of all leaks, those beyond the limit too, in their order.
    pub fingerprints: Vec<String>,
}
