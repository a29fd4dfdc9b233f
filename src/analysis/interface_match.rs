//! Which interface a plain object has.

use super::interfaces::Interfaces;
use super::shapes::Shapes;
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;
use crate::text::Text;
use std::collections::HashMap;

/// No interface matches.
pub const NONE: u32 = u32::MAX;

/// Not looked up yet.
const UNKNOWN: u32 = u32::MAX - 1;

/// Position of the interface of every shape, or [`NONE`].
///
/// An interface matches when the object has all its properties. The one with the most properties wins, then the first.
///
/// # Cost
/// Every distinct property name is looked up once; every shape is compared with the interfaces whose rarest property it
/// has. 4 bytes a string while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn match_interfaces(
    snapshot: &Snapshot,
    shapes: &Shapes,
    interfaces: &Interfaces,
    control: &Control,
) -> Result<Vec<u32>> {
    let index = Index::of(interfaces);
    let mut property_of_string = vec![UNKNOWN; snapshot.tables().strings.len()];
    let mut have = vec![0u32; index.by_rarest.len()];
    let mut properties: Vec<usize> = Vec::new();
    let mut matches = Vec::with_capacity(shapes.len());
    for shape in 0..shapes.len() {
        control.check_at(shape)?;
        properties.clear();
        for string in shapes.properties(shape) {
            let known = &mut property_of_string[string.index()];
            if *known == UNKNOWN {
                *known = index.property.get(&snapshot.text(*string)).copied().unwrap_or(NONE);
            }
            if *known != NONE {
                have[*known as usize] += 1;
                properties.push(*known as usize);
            }
        }
        matches.push(index.best(&properties, &have));
        properties.iter().for_each(|property| have[*property] = 0);
    }
    Ok(matches)
}

struct Index<'a> {
    /// Number of each property that an interface names.
    property: HashMap<Text<'a>, u32>,
    /// Properties of each interface with how often it names them, and how many they are in all.
    needs: Vec<(Vec<(usize, u32)>, usize)>,
    /// Interfaces by the property that the fewest interfaces name.
    by_rarest: Vec<Vec<u32>>,
}

impl<'a> Index<'a> {
    fn of(interfaces: &'a Interfaces) -> Self {
        let mut property: HashMap<Text<'a>, u32> = HashMap::new();
        let mut users: Vec<u32> = Vec::new();
        let mut needs = Vec::with_capacity(interfaces.definitions.len());
        for interface in &interfaces.definitions {
            let mut need: Vec<(usize, u32)> = Vec::with_capacity(interface.properties.len());
            for name in &interface.properties {
                let next = users.len() as u32;
                let number = *property.entry(name.as_text()).or_insert(next) as usize;
                if number == users.len() {
                    users.push(0);
                }
                match need.iter_mut().find(|(known, _)| *known == number) {
                    Some((_, times)) => *times += 1,
                    None => {
                        users[number] += 1;
                        need.push((number, 1));
                    }
                }
            }
            needs.push((need, interface.properties.len()));
        }
        let mut by_rarest = vec![Vec::new(); users.len()];
        for (position, (need, _)) in needs.iter().enumerate() {
            if let Some((rarest, _)) = need.iter().min_by_key(|(property, _)| users[*property]) {
                by_rarest[*rarest].push(position as u32);
            }
        }
        Self { property, needs, by_rarest }
    }

    fn best(&self, properties: &[usize], have: &[u32]) -> u32 {
        let mut best = NONE;
        let mut most = 0;
        for property in properties {
            for interface in &self.by_rarest[*property] {
                let (need, count) = &self.needs[*interface as usize];
                let better = *count > most || *count == most && *interface < best;
                if better && need.iter().all(|(property, times)| have[*property] >= *times) {
                    best = *interface;
                    most = *count;
                }
            }
        }
        best
    }
}
