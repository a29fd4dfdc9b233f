//! Are two heaps of one program? This file decides by their contents, for files that do not name their functions (Bun,
//! Hermes, V8 before 2018).

use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::snapshot::Snapshot;
use crate::text::Text;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// A runtime has hundreds of functions by name: with fewer a heap does not say which runtime it is of.
const OF_RUNTIME: usize = 50;
/// Percent of the objects on each side whose classes the other side has not.
const OTHER_PERCENT: usize = 10;

pub struct Contents<'a> {
    functions: HashSet<Text<'a>>,
    /// Objects by the name of their class.
    objects: HashMap<Text<'a>, usize>,
}

impl<'a> Contents<'a> {
    /// # Cost
    /// A look at every node; 16 bytes for each name of a function or class.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &'a Snapshot, control: &Control) -> Result<Self> {
        let (mut functions, mut objects) = (HashSet::new(), HashMap::new());
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            let name = snapshot.name_text(node);
            match snapshot.kind(node) {
                NodeKind::CLOSURE if !name.is_empty() => _ = functions.insert(name),
                NodeKind::OBJECT if !name.is_empty() => *objects.entry(name).or_insert(0) += 1,
                _ => {}
            }
        }
        Ok(Self { functions, objects })
    }

    /// Why the other is a heap of another program, if it is. A sentence without its full stop.
    pub fn why_other(&self, other: &Self) -> Option<String> {
        let common = self.functions.intersection(&other.functions).count();
        let fewest = self.functions.len().min(other.functions.len());
        if fewest >= OF_RUNTIME && common * 2 < fewest {
            return Some(format!(
                "they are of different runtimes: of the names of their functions ({} and {}) {common} are in both",
                self.functions.len(),
                other.functions.len()
            ));
        }
        // A program that grows, or begins anew, has one of the two; so has one whose code came since.
        let has_other_code = fewest == 0 || (common < self.functions.len() && common < other.functions.len());
        let (mine, others) = (self.alone(other), other.alone(self));
        let is_other = has_other_code && mine.is_much() && others.is_much();
        is_other
            .then(|| format!("one is of objects like {}, the other of objects like {}", mine.named(), others.named()))
    }

    /// Objects whose class the other side does not have.
    fn alone(&self, other: &Self) -> Alone<'a> {
        let all = self.objects.values().sum();
        let rows = self.objects.iter().filter(|(name, _)| !other.objects.contains_key(*name));
        let mut alone = Alone { count: 0, all, largest: None };
        for (name, objects) in rows {
            alone.count += objects;
            // Of equals the one that an order of bytes has first, so that the sentence is the same each time.
            let row = (*objects, Reverse(name.as_bytes()));
            if alone.largest.is_none_or(|(known, text)| row > (known, Reverse(text.as_bytes()))) {
                alone.largest = Some((*objects, *name));
            }
        }
        alone
    }
}

struct Alone<'a> {
    count: usize,
    all: usize,
    largest: Option<(usize, Text<'a>)>,
}

impl Alone<'_> {
    fn is_much(&self) -> bool {
        self.count > 0 && self.count * 100 >= self.all * OTHER_PERCENT
    }

    fn named(&self) -> String {
        let name = self.largest.map_or(Text::default(), |(_, name)| name);
        name.to_string_lossy().chars().take(80).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    #[track_caller]
    fn check(one: &str, other: &str, is_other: bool) {
        let (one, other) = (draw(one), draw(other));
        let contents = |snapshot| Contents::of(snapshot, &Control::new()).unwrap();
        assert_eq!(contents(&one).why_other(&contents(&other)).is_some(), is_other);
        assert_eq!(contents(&other).why_other(&contents(&one)).is_some(), is_other);
    }

    #[test]
    fn other_classes_and_other_functions_are_another_program() {
        check("root > main/closure Visit Window", "root > send/closure Letter Window", true);
        check("root > Visit Window", "root > Letter Window", true);
    }

    #[test]
    fn one_program_at_two_moments_is_none() {
        // It has begun anew; it has loaded more; it has done one thing first and another later.
        check("root > main/closure Visit Visit Window", "root > main/closure Window", false);
        check("root > main/closure Window", "root > main/closure send/closure Letter Window", false);
        check("root > main/closure Visit Window", "root > main/closure Letter Window", false);
    }
}
