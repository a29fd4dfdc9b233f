//! Strings that are in the heap more than once.

use super::heap::Heap;
use super::names::ROPE_UNITS;
use super::quick_hash::QuickHash;
use super::ropes::Ropes;
use super::text_table::TextTable;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::KnownText;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use std::collections::HashMap;

/// Equal strings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DuplicateString {
    pub value: TextBuf,
    /// V8 says that the value is cut; then lengths and hashes were compared too.
    pub truncated: bool,
    /// The value is as long as V8's names can be, and nothing says whether it is cut: the strings may differ after it.
    pub maybe: bool,
    /// Sums over the members, in bytes.
    pub shallow_size: u64,
    pub retained_size: u64,
    /// In file order, two or more.
    pub members: Vec<NodeOrdinal>,
}

/// Groups of equal strings, the one that retains most first.
///
/// Strings and ropes count, slices and strings of size 0 do not, nor do ropes that were flattened: those are one string
/// and its shell.
///
/// # Cost
/// O(nodes + bytes of strings); about 24 bytes a distinct string while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn duplicate_strings(heap: &Heap, control: &Control) -> Result<Vec<DuplicateString>> {
    let snapshot = &heap.snapshot;
    let strings = Grouped::of(snapshot, control)?;
    let mut position = vec![u32::MAX; strings.count.len()];
    let mut found: Vec<DuplicateString> = Vec::new();
    // Strings that are not cut come first.
    let mut groups: Vec<usize> = (0..strings.count.len()).filter(|group| strings.count[*group] > 1).collect();
    groups.sort_by_key(|group| strings.truncated.contains(*group));
    for group in groups {
        position[group] = found.len() as u32;
        let value = strings.texts.text(strings.text_of[group]).to_owned();
        let truncated = strings.truncated.contains(group);
        found.push(DuplicateString {
            maybe: !truncated && value.as_text().utf16_len() >= ROPE_UNITS,
            value,
            truncated,
            shallow_size: 0,
            retained_size: 0,
            members: Vec::with_capacity(strings.count[group] as usize),
        });
    }
    for (node, group) in &strings.nodes {
        let Some(duplicate) = found.get_mut(position[*group as usize] as usize) else { continue };
        duplicate.members.push(*node);
        duplicate.shallow_size = duplicate.shallow_size.saturating_add(snapshot.shallow_size(*node));
        duplicate.retained_size = duplicate.retained_size.saturating_add(heap.graph.retained_size(*node));
    }
    found.sort_by_key(|duplicate| std::cmp::Reverse(duplicate.retained_size));
    Ok(found)
}

/// Members of all groups.
pub(super) fn duplicated(heap: &Heap, control: &Control) -> Result<BitSet> {
    let strings = Grouped::of(&heap.snapshot, control)?;
    let mut members = BitSet::new(heap.snapshot.node_count());
    for (node, group) in &strings.nodes {
        if strings.count[*group as usize] > 1 {
            members.insert(node.index());
        }
    }
    Ok(members)
}

/// Strings with the number of their group; groups are numbered by first appearance.
struct Grouped<'a> {
    nodes: Vec<(NodeOrdinal, u32)>,
    count: Vec<u32>,
    text_of: Vec<u32>,
    truncated: BitSet,
    texts: TextTable<'a>,
}

impl<'a> Grouped<'a> {
    fn of(snapshot: &'a Snapshot, control: &Control) -> Result<Self> {
        let mut texts = TextTable::new(snapshot);
        let mut ropes = Ropes::of(snapshot);
        let cut = Cut::of(snapshot);
        let mut nodes = Vec::new();
        let mut count: Vec<u32> = Vec::new();
        let mut text_of = Vec::new();
        let mut truncated = Vec::new();
        // Groups of whole strings by text, and of cut ones.
        let mut whole: Vec<u32> = Vec::new();
        let mut shortened: HashMap<(u32, CutKey), u32, QuickHash> = HashMap::default();
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            if snapshot.shallow_size(node) == 0 {
                continue;
            }
            let text = match snapshot.kind(node) {
                NodeKind::STRING => texts.number_of(snapshot.name(node)),
                NodeKind::CONCATENATED_STRING if !ropes.is_flat(node) => ropes.text_number(node, &mut texts),
                _ => continue,
            };
            let key = cut.key(snapshot, node);
            let known = match key {
                None => {
                    whole.resize(whole.len().max(text as usize + 1), NEW);
                    &mut whole[text as usize]
                }
                Some(key) => shortened.entry((text, key)).or_insert(NEW),
            };
            if *known == NEW {
                *known = count.len() as u32;
                count.push(0);
                text_of.push(text);
                truncated.push(key.is_some());
            }
            let group = *known;
            count[group as usize] += 1;
            nodes.push((node, group));
        }
        let mut set = BitSet::new(truncated.len());
        truncated.iter().enumerate().filter(|(_, is)| **is).for_each(|(group, _)| set.insert(group));
        Ok(Self { nodes, count, text_of, truncated: set, texts })
    }
}

/// No group yet.
const NEW: u32 = u32::MAX;

/// Length and hash of a cut string, as V8 spells them.
type CutKey = (Option<StringOrdinal>, Option<StringOrdinal>);

/// Tells strings whose value V8 cut. Only snapshots from 2026 on say so.
struct Cut {
    truncated: KnownText,
}

impl Cut {
    fn of(snapshot: &Snapshot) -> Self {
        Self { truncated: KnownText::of(snapshot, "truncated") }
    }

    fn key(&self, snapshot: &Snapshot, string: NodeOrdinal) -> Option<CutKey> {
        if self.truncated.is_absent() {
            return None;
        }
        let truncated = snapshot.edges(string).find(|edge| {
            snapshot.edge_kind(*edge) == EdgeKind::Internal
                && self.truncated.is(StringOrdinal(snapshot.name_or_index(*edge)))
        })?;
        let value = number(snapshot, snapshot.target(truncated), "bool")?;
        if !snapshot.text(value).is("true") {
            return None;
        }
        let int = |name| snapshot.internal_edge(string, name).and_then(|(_, node)| number(snapshot, node, "int"));
        Some((int("length"), int("hash")))
    }
}

/// Text of the `value` of a number node of this name.
fn number(snapshot: &Snapshot, node: NodeOrdinal, name: &str) -> Option<StringOrdinal> {
    if snapshot.kind(node) != NodeKind::NUMBER || !snapshot.name_text(node).is(name) {
        return None;
    }
    snapshot.internal_edge(node, "value").map(|(_, value)| snapshot.name(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Parity;
    use crate::analysis::test_heap::{heap_of, renamed};
    use crate::snapshot::drawing::draw;

    /// Nodes are named `text_number`; `expected` has the texts with the numbers of their nodes.
    #[track_caller]
    fn check_duplicates(drawing: &str, expected: &str) -> Vec<DuplicateString> {
        let heap =
            heap_of(renamed(draw(drawing), |name| name.split('_').next().unwrap_or(name).to_owned()), Parity::Ours);
        let found = duplicate_strings(&heap, &Control::new()).unwrap();
        let shown: Vec<String> = (found.iter())
            .map(|group| {
                let members: Vec<String> = group.members.iter().map(|node| node.0.to_string()).collect();
                let cut = if group.truncated { "…" } else { "" };
                format!("{}{cut}={}", group.value, members.join(","))
            })
            .collect();
        assert_eq!(shown.join(" "), expected, "{drawing}");
        let members = duplicated(&heap, &Control::new()).unwrap();
        let mut listed: Vec<usize> = found.iter().flat_map(|group| &group.members).map(|node| node.index()).collect();
        listed.sort_unstable();
        assert_eq!(members.iter().collect::<Vec<_>>(), listed);
        found
    }

    #[test]
    fn equal_strings_are_a_group() {
        let found =
            check_duplicates("root > a_1:8/string b_1:8/string a_2:8/string b_2:16/string c_1:8/string", "b=2,4 a=1,3");
        assert_eq!((found[0].shallow_size, found[0].retained_size), (24, 24));
        check_duplicates("root > a_1:8/string a_2/string a_3:8/sliced_string a_4:8/object", "");
    }

    #[test]
    fn ropes_count_by_their_text() {
        let rope = "r_1:8/concatenated_string";
        check_duplicates(
            &format!("root > ab_1:8/string {rope} | r_1 > #first.a_1/string #second.b_1/string"),
            "ab=1,2",
        );
        // A flattened rope is the shell of its text.
        check_duplicates(&format!("root > ab_1:8/string {rope} | r_1 > #first.ab_1 #second._9/string"), "");
    }

    #[test]
    fn long_ropes_share_their_beginning() {
        let part = "x".repeat(500);
        let mut drawing = format!("root > r_0:8/concatenated_string {part}_8/string");
        for rope in 0..6 {
            let below = if rope == 5 { format!("{part}_8") } else { format!("r_{}:8/concatenated_string", rope + 1) };
            drawing.push_str(&format!(" | r_{rope} > #second.{part}_8 #first.{below}"));
        }
        let found = check_duplicates(&drawing, &format!("{}=1,3,4,5,6", part.repeat(3)));
        assert!(found[0].maybe);
    }

    #[test]
    fn cut_strings_need_equal_lengths_and_hashes() {
        let cut = |string: &str, length: &str| {
            format!(
                " | {string} > #truncated.bool_1/number #length.int_{length}/number | int_{length} > #value.{length}_1/string"
            )
        };
        let drawing = format!(
            "root > a_1:8/string a_2:8/string a_3:8/string a_4:8/string a_5:8/string | bool_1 > #value.true_1/string{}{}{}",
            cut("a_1", "7"),
            cut("a_2", "8"),
            cut("a_3", "7"),
        );
        check_duplicates(&drawing, "a=4,5 a…=1,3");
    }
}
