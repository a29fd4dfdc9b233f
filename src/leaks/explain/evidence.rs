//! How sure a leak is, and why.

use super::leak::Confidence;
use crate::leaks::grouped::grouped;
use crate::leaks::growth::growing::{Growing, MANY_OWN, are_few, is_exact};
use crate::leaks::growth::survival::Stayed;
use crate::leaks::newest::Last;
use crate::leaks::place::bounded::is_own;
use crate::leaks::place::path::nodes_to;
use crate::leaks::suspects::suspect::Entry;
use crate::ordinal::NodeOrdinal;

/// What is known about a leak beside its path.
pub struct Facts<'a> {
    pub growing: &'a Growing,
    /// Whether objects were followed by their ids.
    pub ids: bool,
}

/// From so many intervals on, even growth is not the start of something.
const ENOUGH: usize = 2;

/// Confidence, and the sentences that carry it, strongest first.
pub fn weigh(last: &Last<'_>, entry: &Entry, facts: &Facts<'_>) -> (Confidence, Vec<String>) {
    let counts = &entry.item_growth.counts;
    let swells = counts.iter().all(|count| *count == 0);
    let operations = &facts.growing.operations;
    let is_multiple = operations.is_multiple(counts);
    let mut sentences = vec![growth(entry, swells, is_multiple, &operations.told())];
    let is_regular = operations.is_regular(if swells { &entry.item_growth.sizes } else { counts });
    let Stayed { kept, there } = entry.item_growth.stayed;
    if there > 0 && kept * 10 >= there * 9 {
        sentences.push(if kept == there {
            format!("all {} new ones that the snapshot before had are still there", grouped(there))
        } else {
            format!("of {} new ones that the snapshot before had, {} are still there", grouped(there), grouped(kept))
        });
    }
    let is_same = last.zones.is_persistent(entry.container);
    let class = last.class_name(entry.container);
    sentences.push(match (is_same, facts.ids) {
        (true, true) => format!("the {class} that gains is the same object in every snapshot"),
        (true, false) => format!("the {class} that gains stands in the same place in every snapshot"),
        (false, _) => format!("the {class} that gains is replaced at times, and the new one has more"),
    });
    let is_running = |node: &NodeOrdinal| last.hanging.references.is_running(last.snapshot(), *node);
    if nodes_to(last, entry.container).iter().any(is_running) {
        sentences.push("a function that ran while the snapshots were taken holds it, and nothing else does".to_owned());
    }
    let churns = kept * 2 < there;
    // A few connections may be as many more by accident.
    let is_accident = are_few(counts) || !is_exact(counts) && counts.iter().all(|count| *count < MANY_OWN);
    let is_accident = is_accident && !is_multiple && !swells && is_own(last, entry.item, entry.container);
    let is_enough = counts.len() >= ENOUGH;
    if !is_enough {
        sentences.push("two snapshots cannot tell a leak from a cache that is filling up".to_owned());
    }
    let confidence = match (is_enough, is_regular) {
        (true, true) if !churns && !is_accident => Confidence::High,
        (true, _) => Confidence::Medium,
        (false, _) if is_multiple => Confidence::Medium,
        (false, _) => Confidence::Low,
    };
    (confidence, sentences)
}

fn growth(entry: &Entry, swells: bool, is_multiple: bool, operations: &str) -> String {
    let steps = if swells { &entry.item_growth.sizes } else { &entry.item_growth.counts };
    let unit = if swells { " bytes" } else { "" };
    let by = match &steps[..] {
        [one] => format!("grew by {}{unit} in the only interval", grouped(one)),
        [first, rest @ ..] if rest.iter().all(|step| step == first) => {
            format!("grew in every interval, by {}{unit} each", grouped(first))
        }
        steps => {
            let all: Vec<String> = steps.iter().map(grouped).collect();
            format!("grew in every interval, by {}{unit}", all.join(", "))
        }
    };
    if is_multiple { format!("{by}: a multiple of the {operations}") } else { by }
}
