//! How sure a leak is, and why.

use super::entries::Entry;
use super::growth::Growing;
use super::last::Last;
use super::leak::Confidence;

/// What is known about a leak beside its path.
pub struct Facts<'a> {
    pub growing: &'a Growing,
    /// Whether objects were followed by their ids.
    pub ids: bool,
    /// Of the leaked objects that the snapshot before the last had: how many it still has, and how many there were. Needs ids.
    pub stayed: Option<(u64, u64)>,
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
    let scaled = operations.scaled(if swells { &entry.item_growth.sizes } else { counts });
    let is_even = evenness(&scaled) >= 0.9;
    if let Some((kept, there)) = facts.stayed.filter(|(_, there)| *there > 0) {
        sentences.push(match kept {
            _ if kept == there => format!("all {there} that the snapshot before had are still there"),
            _ => format!("of {there} that the snapshot before had, {kept} are still there"),
        });
    }
    let is_same = last.zones.is_persistent(entry.container);
    sentences.push(match (is_same, facts.ids) {
        (true, true) => {
            format!("the {} that holds them is the same object in every snapshot", last.class_name(entry.container))
        }
        (true, false) => format!(
            "the {} that holds them stands in the same place in every snapshot",
            last.class_name(entry.container)
        ),
        (false, _) => format!(
            "the {} that holds them is replaced, and the new one has all the old ones",
            last.class_name(entry.container)
        ),
    });
    let churns = facts.stayed.is_some_and(|(kept, there)| kept * 2 < there);
    let is_enough = counts.len() >= ENOUGH;
    if !is_enough {
        sentences.push("two snapshots cannot tell a leak from a cache that is filling up".to_owned());
    }
    let confidence = match (is_enough, is_even || is_multiple) {
        (true, true) if !churns => Confidence::High,
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
        [one] => format!("grew by {one}{unit} in the only interval"),
        [first, rest @ ..] if rest.iter().all(|step| step == first) => {
            format!("grew in every interval, by {first}{unit} each")
        }
        steps => {
            let all: Vec<String> = steps.iter().map(ToString::to_string).collect();
            format!("grew in every interval, by {}{unit}", all.join(", "))
        }
    };
    if is_multiple { format!("{by}: a multiple of the {operations}") } else { by }
}

/// Smallest step by the largest.
fn evenness(steps: &[i64]) -> f64 {
    match (steps.iter().min(), steps.iter().max()) {
        (Some(least), Some(most)) if *most > 0 => (*least).max(0) as f64 / *most as f64,
        _ => 0.0,
    }
}
