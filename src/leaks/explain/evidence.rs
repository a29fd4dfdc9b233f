//! How sure a leak is, and why.

use super::leak::Confidence;
use crate::kind::NodeKind;
use crate::leaks::grouped::grouped;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::survival::Survival;
use crate::leaks::newest::Newest;
use crate::leaks::suspects::suspect::Suspect;
use crate::ordinal::NodeOrdinal;

/// Facts about all leaks of a report.
pub struct Facts<'a> {
    pub growing: &'a Growing,
    /// Whether objects were followed by their ids.
    pub ids: bool,
}

/// How many of some objects are still there.
fn still_there(Survival { kept, there }: Survival, which: &str) -> String {
    let all = grouped(there);
    if kept == there {
        return format!("all {all} {which} are still there");
    }
    format!("of {all} {which}, {} are still there", grouped(kept))
}

/// The confidence in a leak, and the sentences that carry it, strongest first.
pub fn weigh(newest: &Newest<'_>, suspect: &Suspect, facts: &Facts<'_>) -> (Confidence, Vec<String>) {
    let counts = &suspect.item_growth.counts;
    let swells = counts.iter().all(|count| *count == 0);
    let operations = &facts.growing.operations;
    let is_multiple = operations.is_multiple(counts);
    let mut sentences = vec![growth(suspect, swells, is_multiple, &operations.sentence())];
    let is_regular = operations.is_regular(if swells { &suspect.item_growth.sizes } else { counts });
    let Survival { kept, there } = suspect.item_growth.survival;
    if there > 0 && kept * 10 >= there * 9 {
        sentences.push(still_there(suspect.item_growth.survival, "new ones that the snapshot before had"));
    }
    if let Some(stays) = facts.growing.stays.get(&suspect.key).filter(|stays| stays.there > 0) {
        sentences.push(still_there(*stays, "that the first snapshot had"));
    }
    let is_same = newest.grouping.is_persistent(suspect.container);
    let class = newest.class_name(suspect.container);
    sentences.push(match (is_same, facts.ids) {
        (true, true) => format!("the {class} that gains is the same object in every snapshot"),
        (true, false) => format!("the {class} that gains stands in the same place in every snapshot"),
        (false, _) => format!("the {class} that gains is replaced at times, and the new one has more"),
    });
    let is_running = |node: &NodeOrdinal| newest.tree.references.marks.is_running(newest.snapshot(), *node);
    if newest.tree.ancestors(suspect.container).iter().any(is_running) {
        sentences.push("a function that ran while the snapshots were taken holds it, and nothing else does".to_owned());
    }
    let limits = &newest.limits;
    let churns = kept * 2 < there;
    // A few connections may be as many more by accident.
    let is_accident =
        limits.are_few(counts) || !limits.is_exact(counts) && counts.iter().all(|count| *count < limits.many_of_node);
    let is_accident =
        is_accident && !is_multiple && !swells && newest.is_collected_by_node(suspect.item, suspect.container);
    let is_enough = counts.len() >= limits.intervals_for_high;
    // Memory outside of the heap and contexts are native objects too, but no work.
    let is_work = |node| newest.may_end(node) && newest.snapshot().kind(node) != NodeKind::NATIVE;
    let may_end = suspect.groups.iter().map(|group| group.node).chain([suspect.item]).any(is_work);
    let may_be_work = !facts.ids && is_enough && may_end && !is_multiple;
    if may_be_work {
        sentences.push(
            "without ids nobody knows whether the same ones are still there: it may be more work under way".to_owned(),
        );
    }
    if !is_enough {
        sentences.push("two snapshots cannot tell a leak from a cache that is filling up".to_owned());
    }
    let confidence = match (is_enough, is_regular) {
        (true, true) if !churns && !is_accident && !may_be_work => Confidence::High,
        (true, _) => Confidence::Medium,
        (false, _) if is_multiple => Confidence::Medium,
        (false, _) => Confidence::Low,
    };
    (confidence, sentences)
}

fn growth(suspect: &Suspect, swells: bool, is_multiple: bool, operations: &str) -> String {
    let steps = if swells { &suspect.item_growth.sizes } else { &suspect.item_growth.counts };
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
