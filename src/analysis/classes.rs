//! The classes of a snapshot: each is a row of a summary or of a diff.

use super::class::{Class, ClassOrdinal};
use super::class_builder::ClassBuilder;
use super::interface_match::match_interfaces;
use super::interfaces::Interfaces;
use super::shapes::{PlainObjects, Shapes};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::Text;
use std::collections::HashMap;

/// Classes of all nodes.
///
/// # Shapes
/// One `u32` per node by ordinal; rows in the order of their first nodes.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    of: Vec<u32>,
    pub rows: Vec<Class>,
}

impl Classes {
    /// Classes as DevTools tells them apart inside one snapshot, which is finer than by key: a user's class that is
    /// called `Function` and the functions are two. [`Classes::merged`] makes them one.
    ///
    /// # Cost
    /// O(nodes + edges of plain objects); 4 bytes a node, and 4 a string while it runs.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, interfaces: &Interfaces, control: &Control) -> Result<Self> {
        let plain = PlainObjects::of(snapshot);
        let shapes = Shapes::of(snapshot, &plain, control)?;
        Self::of_shapes(snapshot, &plain, &shapes, interfaces, control)
    }

    /// [`Interfaces::infer`] and [`Classes::of`] in one pass over the plain objects.
    pub fn infer(snapshot: &Snapshot, control: &Control) -> Result<(Interfaces, Self)> {
        let plain = PlainObjects::of(snapshot);
        let shapes = Shapes::of(snapshot, &plain, control)?;
        let interfaces = Interfaces::of_shapes(snapshot, &shapes, control)?;
        let classes = Self::of_shapes(snapshot, &plain, &shapes, &interfaces, control)?;
        Ok((interfaces, classes))
    }

    fn of_shapes(
        snapshot: &Snapshot,
        plain: &PlainObjects,
        shapes: &Shapes,
        interfaces: &Interfaces,
        control: &Control,
    ) -> Result<Self> {
        let matches = match_interfaces(snapshot, shapes, interfaces, control)?;
        let mut builder = ClassBuilder::new(snapshot, interfaces);
        let mut of = Vec::with_capacity(snapshot.node_count());
        let mut interface = shapes.of.iter().map(|shape| matches[*shape as usize]);
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            let interface = if plain.contains(snapshot, node) { interface.next() } else { None };
            of.push(builder.class(node, interface).0);
        }
        Ok(Self { of, rows: builder.rows })
    }

    /// The same with one class for each key.
    pub fn merged(mut self) -> Self {
        let mut first: HashMap<Text<'_>, u32> = HashMap::with_capacity(self.rows.len());
        let mut kept = Vec::new();
        let new: Vec<u32> = (self.rows.iter().enumerate())
            .map(|(at, class)| {
                *first.entry(class.key.as_text()).or_insert_with(|| {
                    kept.push(at);
                    kept.len() as u32 - 1
                })
            })
            .collect();
        if kept.len() < self.rows.len() {
            self.of.iter_mut().for_each(|class| *class = new[*class as usize]);
            self.rows = kept.into_iter().map(|at| self.rows[at].clone()).collect();
        }
        self
    }

    #[inline(always)]
    pub fn class_of(&self, node: NodeOrdinal) -> ClassOrdinal {
        ClassOrdinal(self.of[node.index()])
    }

    pub fn row(&self, class: ClassOrdinal) -> &Class {
        &self.rows[class.index()]
    }

    /// Class of every node.
    pub fn column(&self) -> &[u32] {
        &self.of
    }

    /// Classes that DevTools shows when `counted` nodes are counted. Of several with one key it is the one whose first
    /// counted node comes last; the others' numbers are lost. After [`Classes::merged`] it is all that have counted
    /// nodes.
    ///
    /// # Cost
    /// O(nodes).
    pub fn shown(&self, mut counted: impl FnMut(NodeOrdinal) -> bool) -> BitSet {
        let mut seen = BitSet::new(self.rows.len());
        let mut shown: HashMap<Text<'_>, usize> = HashMap::with_capacity(self.rows.len());
        for (node, class) in self.of.iter().enumerate() {
            let class = *class as usize;
            if !seen.contains(class) && counted(NodeOrdinal::from_index(node)) {
                seen.insert(class);
                shown.insert(self.rows[class].key.as_text(), class);
            }
        }
        let mut set = BitSet::new(self.rows.len());
        shown.into_values().for_each(|class| set.insert(class));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Location, LocationTable};
    use crate::snapshot::drawing::{draw, named};

    /// `expected`: `name=key` words, with `_` for a space.
    #[track_caller]
    fn check_classes(drawing: &str, expected: &str) {
        let snapshot = draw(drawing);
        let (_, classes) = Classes::infer(&snapshot, &Control::new()).unwrap();
        for word in expected.split_whitespace() {
            let (name, key) = word.split_once('=').unwrap();
            let class = classes.class_of(named(&snapshot, &name.replace('_', " ")));
            assert_eq!(classes.row(class).key.to_string(), key.replace('_', " "), "{drawing}");
        }
    }

    #[test]
    fn a_class_is_a_kind_or_a_name() {
        check_classes("root > Session", "root=,(synthetic) Session=,Session");
        check_classes(
            "root > h/hidden f/closure r/regexp c/code",
            "h=,(system) f=,Function r=,RegExp c=,(compiled_code)",
        );
        check_classes("root > s/concatenated_string n/native b/bigint", "s=,(concatenated_string) n=,n b=,(bigint)");
        check_classes("root > Object", "Object=,Object");
    }

    #[test]
    fn elements_lose_their_attributes() {
        let rename = |text: &str| {
            let mut snapshot = draw("root > n/native");
            let name = snapshot.add_text(Text::from_str(text));
            let node = named(&snapshot, "n");
            let snapshot = snapshot.with_detached([(node, crate::kind::Detachedness::Unknown, Some(name))]);
            let (_, classes) = Classes::infer(&snapshot, &Control::new()).unwrap();
            classes.row(classes.class_of(node)).name.to_string()
        };
        assert_eq!(rename("<div class=x>"), "<div>");
        assert_eq!(rename("<div>"), "<div>");
        assert_eq!(rename("Detached <p id=x>"), "Detached <p>");
        assert_eq!(rename("Detached Thing x"), "Detached Thing x");
    }

    #[test]
    fn a_location_splits_classes_of_one_name() {
        let mut tables = draw("root > A b:1 c:1 d:1").tables().clone();
        let name = tables.nodes.name[1];
        tables.nodes.name[2..].iter_mut().for_each(|other| *other = name);
        let place = |line| Location { script_id: 7, line, column: 0 };
        tables.locations = LocationTable { nodes: vec![1, 2, 3], places: vec![place(3), place(4), place(3)] };
        let (_, classes) = Classes::infer(&Snapshot::new(tables), &Control::new()).unwrap();
        let keys: Vec<String> =
            classes.column()[1..].iter().map(|row| classes.rows[*row as usize].key.to_string()).collect();
        assert_eq!(keys, ["7,3,0,A", "7,4,0,A", "7,3,0,A", ",A"]);
        assert_eq!(classes.row(ClassOrdinal(1)).location, Some(place(3)));
    }

    #[test]
    fn classes_of_one_key_merge_or_replace_each_other() {
        let snapshot = draw("root > f:8/closure Function:8 g:8/closure");
        let (_, classes) = Classes::infer(&snapshot, &Control::new()).unwrap();
        assert_eq!(classes.column(), [0, 1, 2, 1]);
        assert_eq!(classes.shown(|node| snapshot.shallow_size(node) != 0).iter().collect::<Vec<_>>(), [2]);
        assert_eq!(classes.shown(|node| node.0 != 2).iter().collect::<Vec<_>>(), [0, 1]);
        let merged = classes.merged();
        assert_eq!(merged.column(), [0, 1, 1, 1]);
        assert_eq!(merged.shown(|_| true).count(), 2);
    }
}
