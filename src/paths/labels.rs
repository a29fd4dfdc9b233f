//! The label under which a node is counted: equal in every heap of every process.

use super::given_names::GivenNames;
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::NodeKind;
use crate::known::engine::{GLOBAL, GLOBAL_TAGGED};
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::Text;
use std::collections::HashMap;

/// A hash of kind and, where the name is a class rather than content, of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(pub u64);

/// Labels of one heap's nodes.
///
/// # Shapes
/// `number` by node: a position in `known`, where each label stands once. So equal numbers are equal labels.
pub struct Labels {
    number: Vec<u32>,
    known: Vec<Label>,
    given: GivenNames,
}

/// Ends the chain of the labels of one name.
const NO_LABEL: u32 = u32::MAX;

/// Labels while they are numbered.
#[derive(Default)]
struct Numbering {
    known: Vec<Label>,
    number_of: HashMap<Label, u32>,
    /// The kind and the number of each name of a class, and the link before it of the same name.
    chain: Vec<(NodeKind, u32, u32)>,
}

impl Numbering {
    #[inline(always)]
    fn of_name(&mut self, snapshot: &Snapshot, of_name: &mut [u32], kind: NodeKind, name: StringOrdinal) -> u32 {
        let last = of_name[name.index()];
        let mut at = last;
        while at != NO_LABEL {
            let (known, number, before) = self.chain[at as usize];
            if known == kind {
                return number;
            }
            at = before;
        }
        let number = self.number(kind, hash_text(without_tag(snapshot.text(name))) | 1);
        of_name[name.index()] = NodeOrdinal::from_index(self.chain.len()).0;
        self.chain.push((kind, number, last));
        number
    }

    fn number(&mut self, kind: NodeKind, name: u64) -> u32 {
        let label = Label(mix(u64::from(kind.0) + 1, name));
        let Self { known, number_of, .. } = self;
        *number_of.entry(label).or_insert_with(|| {
            known.push(label);
            NodeOrdinal::from_index(known.len() - 1).0
        })
    }
}

impl Labels {
    /// # Cost
    /// O(nodes), and one pass over the text of the class names; 4 bytes a node stay, and 4 a string while it runs.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let given = GivenNames::of(snapshot, control)?;
        let mut numbering = Numbering::default();
        // By string: the last link of its chain.
        let mut of_name = vec![NO_LABEL; snapshot.tables().strings.len()];
        // By kind: the number of its nodes without a name.
        let mut of_kind = [NO_LABEL; 1 << u8::BITS];
        let mut number = Vec::with_capacity(snapshot.node_count());
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            let kind = snapshot.kind(node);
            let labelled = if kind.is_string() { NodeKind::STRING } else { kind };
            number.push(match given.get(node) {
                Some(own) => numbering.number(labelled, hash_text(snapshot.text(own)) | 1),
                None if is_named(kind) => numbering.of_name(snapshot, &mut of_name, kind, snapshot.name(node)),
                None => {
                    let known = &mut of_kind[usize::from(labelled.0)];
                    if *known == NO_LABEL {
                        *known = numbering.number(labelled, 0);
                    }
                    *known
                }
            });
        }
        Ok(Self { number, known: numbering.known, given })
    }

    /// Names that constructors were given.
    pub fn given_names(&self) -> &GivenNames {
        &self.given
    }

    /// [`Self::given_names`], without the labels.
    pub fn into_given_names(self) -> GivenNames {
        self.given
    }

    #[inline(always)]
    pub fn label(&self, node: NodeOrdinal) -> Label {
        self.known[self.number[node.index()] as usize]
    }

    /// By node: a number that stands for its label. Two labels have two numbers.
    pub fn numbers(&self) -> &[u32] {
        &self.number
    }

    /// Labels of the heap, and so numbers.
    pub fn count(&self) -> usize {
        self.known.len()
    }

    /// [`Self::numbers`], for who keeps them in another form meanwhile and [gives them back](Self::give_back).
    pub fn take_numbers(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.number)
    }

    pub fn give_back(&mut self, numbers: Vec<u32>) {
        self.number = numbers;
    }

    /// The label that a number stands for.
    #[inline(always)]
    pub fn numbered(&self, number: u32) -> Label {
        self.known[number as usize]
    }
}

/// The name without the tag of an inspector. Nearly every path begins at the global object, and paths have to be equal
/// in a capture from outside and in one from inside. What a line of V8 adds stays: every snapshot of that line has it.
fn without_tag(name: Text<'_>) -> Text<'_> {
    if name.starts_with(GLOBAL_TAGGED[0]) { Text::from_str(GLOBAL) } else { name }
}

/// The names of strings, numbers and code are their content.
fn is_named(kind: NodeKind) -> bool {
    !kind.is_string()
        && !matches!(
            kind,
            NodeKind::NUMBER
                | NodeKind::CODE
                | NodeKind::REGEXP
                | NodeKind::BIGINT
                | NodeKind::SYMBOL
                | NodeKind::OBJECT_SHAPE
        )
}
