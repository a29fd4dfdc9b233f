//! Names for groups of plain objects: `{id, user, createdAt}`.

use super::property_text::property_text;
use super::quick_hash::QuickHash;
use super::shapes::{PlainObjects, Shapes};
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use std::collections::HashMap;

/// An interface's name takes properties until it would be longer than this, in UTF-16 units.
const NAME_UNITS: usize = 120;

/// Interfaces that at least so many plain objects have are kept: one in a thousand, and never less than two.
const LEAST_OBJECTS: u64 = 2;
const OBJECTS_PER_INTERFACE: u64 = 1000;

/// Properties that many plain objects begin with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interface {
    pub name: TextBuf,
    pub properties: Vec<TextBuf>,
    /// Plain objects whose first properties are these, in this order.
    pub count: u64,
}

/// Interfaces inferred from one snapshot, the most frequent first. They can be applied to another (`diff` does).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Interfaces {
    pub definitions: Vec<Interface>,
}

impl Interfaces {
    /// # Cost
    /// O(nodes + edges of plain objects).
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    /// # Source
    /// DevTools' `inferInterfaceDefinitions`.
    pub fn infer(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let shapes = Shapes::of(snapshot, &PlainObjects::of(snapshot), control)?;
        Self::of_shapes(snapshot, &shapes, control)
    }

    pub(super) fn of_shapes(snapshot: &Snapshot, shapes: &Shapes, control: &Control) -> Result<Self> {
        let mut candidates: Vec<Interface> = Vec::new();
        let mut known: HashMap<TextBuf, usize, QuickHash> = HashMap::default();
        for shape in 0..shapes.len() {
            control.check_at(shape)?;
            let Some((name, properties)) = named(snapshot, shapes, shape) else { continue };
            let count = u64::from(shapes.count[shape]);
            match known.get(&name) {
                Some(candidate) => candidates[*candidate].count += count,
                None => {
                    known.insert(name.clone(), candidates.len());
                    candidates.push(Interface { name, properties, count });
                }
            }
        }
        let objects = shapes.of.len() as u64;
        candidates
            .retain(|interface| interface.count >= LEAST_OBJECTS && interface.count * OBJECTS_PER_INTERFACE >= objects);
        candidates.sort_by_key(|interface| std::cmp::Reverse(interface.count));
        Ok(Self { definitions: candidates })
    }
}

/// Name of the interface that a shape asks for, and the properties in it.
fn named(snapshot: &Snapshot, shapes: &Shapes, shape: usize) -> Option<(TextBuf, Vec<TextBuf>)> {
    let mut name = TextBuf::from("{");
    let mut units = 1;
    let mut properties = Vec::new();
    for string in shapes.properties(shape) {
        let property = snapshot.text(*string);
        if property.is("__proto__") {
            continue;
        }
        let shown = property_text(property);
        let shown_units = shown.as_text().utf16_len();
        if units > 1 && units + shown_units > NAME_UNITS {
            break;
        }
        if units > 1 {
            name.push_str(", ");
            units += 2;
        }
        name.push(shown.as_text());
        units += shown_units;
        properties.push(property.to_owned());
    }
    if properties.is_empty() {
        return None;
    }
    name.push_str("}");
    Some((name, properties))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Classes;
    use crate::analysis::shapes::tests::with_plain_objects;
    use crate::test_random::Random;

    /// Nodes whose names begin with `o` are plain objects.
    #[track_caller]
    fn check_interfaces(drawing: &str, expected: &[(&str, u64)]) -> Vec<String> {
        let snapshot = with_plain_objects(drawing);
        let (interfaces, classes) = Classes::infer(&snapshot, &Control::new()).unwrap();
        let found: Vec<(String, u64)> =
            interfaces.definitions.iter().map(|interface| (interface.name.to_string(), interface.count)).collect();
        assert_eq!(found, expected.iter().map(|(name, count)| (String::from(*name), *count)).collect::<Vec<_>>());
        assert_eq!(interfaces, Interfaces::infer(&snapshot, &Control::new()).unwrap());
        assert_eq!(classes.column(), Classes::of(&snapshot, &interfaces, &Control::new()).unwrap().column());
        classes.column().iter().map(|row| classes.rows[*row as usize].name.to_string()).collect()
    }

    #[test]
    fn frequent_first_properties_make_an_interface() {
        check_interfaces(
            "root | o1 > a.x b.x | o2 > b.x a.x | o3 > a.x b.x | o4 > b.x a.x | o5 > a.x b.x",
            &[("{a, b}", 3), ("{b, a}", 2)],
        );
        check_interfaces("root | o1 > a.x | o2 > b.x", &[]);
        check_interfaces("root | o1 > d,e.x | o2 > __proto__.x d,e.x", &[("{\"d,e\"}", 2)]);
        let long = "p".repeat(100);
        check_interfaces(
            &format!("root | o1 > {long}.x {long}2.x b.x | o2 > {long}.x {long}3.x c.x"),
            &[(&format!("{{{long}}}"), 2)],
        );
    }

    #[test]
    fn the_interface_with_the_most_properties_wins() {
        let classes = check_interfaces(
            "root | o1 > a.x | o2 > a.x | o3 > a.x c.x b.x | o4 > a.x c.x b.x | o5 > c.x b.x q.x a.x | o6 > b.x q.x a.x | o7 > q.x",
            &[("{a}", 2), ("{a, c, b}", 2)],
        );
        assert_eq!(classes[1], "{a}");
        assert_eq!(classes[3], "{a}");
        let counted = |name: &str| classes.iter().filter(|class| *class == name).count();
        assert_eq!((counted("{a}"), counted("{a, c, b}"), counted("Object")), (3, 3, 2));
    }

    #[test]
    fn matching_agrees_with_the_definition_on_random_objects() {
        let mut numbers = Random::new(77);
        let mut random = |below: u64| numbers.below(below);
        for _ in 0..60 {
            let objects: Vec<String> = (0..40)
                .map(|object| {
                    let properties: Vec<String> = (0..random(5)).map(|_| format!("p{}.x", random(5))).collect();
                    format!("o{object} > {}", properties.join(" "))
                })
                .collect();
            let snapshot = with_plain_objects(&format!("root | {}", objects.join(" | ")));
            let (interfaces, classes) = Classes::infer(&snapshot, &Control::new()).unwrap();
            for node in snapshot.nodes().filter(|node| snapshot.name_text(*node).is("Object")) {
                let mut names: Vec<TextBuf> = snapshot
                    .edges(node)
                    .filter_map(|edge| snapshot.edge_string(edge))
                    .map(|name| snapshot.text(name).to_owned())
                    .collect();
                names.sort_by(|a, b| a.as_text().cmp_utf16(b.as_text()));
                let contains = |interface: &&Interface| {
                    let mut names = names.clone();
                    interface.properties.iter().all(|property| {
                        names.iter().position(|name| name == property).map(|at| names.remove(at)).is_some()
                    })
                };
                let best = interfaces
                    .definitions
                    .iter()
                    .filter(contains)
                    .rev()
                    .max_by_key(|interface| interface.properties.len());
                let expected = best.map_or("Object".into(), |interface| interface.name.clone());
                assert_eq!(classes.row(classes.class_of(node)).name, expected);
            }
        }
    }
}
