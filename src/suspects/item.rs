//! What one object that piles up is made of: the mean of all, from the groups below.

use super::groups::Groups;
use super::limits::{PART_CHILDREN, PART_LEVELS, PART_SHARE};
use crate::leaks::Part;
use crate::paths::name::Naming;

/// The object of a group, with its parts. `below` has the groups below each group.
pub fn item(naming: &Naming<'_>, groups: &Groups, below: &[Vec<u32>], at: u32) -> Part {
    part(naming, groups, below, at, at, PART_LEVELS)
}

/// The groups below each group of a subtree of the groups.
pub fn below(groups: &Groups) -> Vec<Vec<u32>> {
    let mut below = vec![Vec::new(); groups.rows.len()];
    for (at, group) in groups.rows.iter().enumerate() {
        if let Some(above) = below.get_mut(group.parent as usize) {
            above.push(u32::try_from(at).expect("there are no more groups than nodes"));
        }
    }
    below
}

/// Recursion ends with the levels.
fn part(naming: &Naming<'_>, groups: &Groups, below: &[Vec<u32>], at: u32, whole: u32, levels: usize) -> Part {
    let (row, item) = (&groups.rows[at as usize], &groups.rows[whole as usize]);
    let mut children: Vec<u32> = below[at as usize].clone();
    children.retain(|child| groups.rows[*child as usize].total as f64 >= item.total as f64 * PART_SHARE);
    children.sort_by_key(|child| (std::cmp::Reverse(groups.rows[*child as usize].total), *child));
    children.truncate(if levels == 0 { 0 } else { PART_CHILDREN });
    Part {
        name: naming.original_name(row.sample),
        edge: naming.generic_edge_name(row.sample),
        count: row.count as f64 / item.count.max(1) as f64,
        size: row.total as f64 / item.count.max(1) as f64,
        children: children.into_iter().map(|at| part(naming, groups, below, at, whole, levels - 1)).collect(),
    }
}
