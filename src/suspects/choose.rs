//! Which groups are the accumulations: at the level at which a person would act.

use super::groups::{Group, Groups};
use super::limits::{FEWEST_ITEMS, FEWEST_LINKS, INNER_SHARE};
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::known::KnownText;
use crate::known::engine::{PROMISE_PARTS, WEAK_CELL};
use crate::known::names::{is_context_name, is_realm, module_file};
use crate::known::node::{BUILTIN_MODULE, MODULE, MODULE_RECORDS};
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// Groups of at least so many bytes that pile up, the heaviest first; none lies below another one.
///
/// A Map of tenants with a Map of drafts each is two accumulations, one in the other. The one with more objects for
/// each holder stays: 3 tenants with 20,000 drafts each are drafts that pile up, 20,000 sessions with 3 drafts each are
/// sessions.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn choose(snapshot: &Snapshot, groups: &Groups, least: u64, control: &Control) -> Result<Vec<u32>> {
    let most_loads = most_loads(snapshot, control)?;
    // By group: what is chosen at it or below it, and the bytes of that. Groups stand behind those above them.
    let mut chosen: Vec<Vec<u32>> = vec![Vec::new(); groups.rows.len()];
    let mut all = Vec::new();
    for at in (0..groups.rows.len()).rev() {
        let group = &groups.rows[at];
        let below = std::mem::take(&mut chosen[at]);
        let here = u32::try_from(at).expect("there are no more groups than nodes");
        let mine = if group.total >= least && piles_up(snapshot, groups, most_loads, here) {
            let inner: u64 = below.iter().map(|inner| groups.rows[*inner as usize].total).sum();
            let is_inner = inner as f64 >= group.total as f64 * INNER_SHARE
                && below.iter().all(|inner| groups.fan(snapshot, *inner) > groups.fan(snapshot, here));
            if is_inner { below } else { vec![here] }
        } else {
            below
        };
        match chosen.get_mut(group.parent as usize) {
            Some(above) => above.extend(mine),
            None => all.extend(mine),
        }
    }
    all.sort_by_key(|at| (std::cmp::Reverse(groups.rows[*at as usize].total), *at));
    Ok(all)
}

/// Modules of one file, of the file that has most: more than one or two of them were loaded again and again.
fn most_loads(snapshot: &Snapshot, control: &Control) -> Result<u64> {
    let mut files: HashMap<String, u64> = HashMap::new();
    let module = KnownText::of(snapshot, MODULE);
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let file = module.is(snapshot.name(node)).then(|| module_file(snapshot, node)).flatten();
        if let Some(file) = file {
            *files.entry(snapshot.name_text(file).to_string_lossy()).or_default() += 1;
        }
    }
    files.remove("");
    Ok(files.into_values().max().unwrap_or(0))
}

fn piles_up(snapshot: &Snapshot, groups: &Groups, most_loads: u64, at: u32) -> bool {
    let group = &groups.rows[at as usize];
    let is_list = is_list(group);
    let enough = if is_list { group.count >= FEWEST_LINKS } else { groups.fan(snapshot, at) >= FEWEST_ITEMS as f64 };
    enough && (may_pile_up(snapshot, group, is_list) || is_loaded_again(snapshot, group, most_loads))
}

/// Whether more than half of the objects hang on one another.
pub fn is_list(group: &Group) -> bool {
    group.links * 2 > group.count
}

/// Whether the modules of a file that is loaded again and again can be in the group.
fn is_loaded_again(snapshot: &Snapshot, group: &Group, most_loads: u64) -> bool {
    module_file(snapshot, group.sample).is_some() && most_loads >= FEWEST_ITEMS && group.count >= most_loads
}

/// V8 makes and drops code, shapes and scopes as it likes; a module is loaded once and holds what the program holds.
fn may_pile_up(snapshot: &Snapshot, group: &Group, is_list: bool) -> bool {
    let name = snapshot.name_text(group.sample);
    match snapshot.kind(group.sample) {
        NodeKind::OBJECT => {
            let text = name.to_string_lossy();
            !MODULE_RECORDS.contains(&text.as_str()) && text != BUILTIN_MODULE
        }
        NodeKind::CLOSURE | NodeKind::NATIVE | NodeKind::BIGINT | NodeKind::WASM_OBJECT | NodeKind::REGEXP => true,
        NodeKind::HIDDEN if is_realm(snapshot, group.sample) => true,
        NodeKind::HIDDEN if is_list && is_context_name(name) => true,
        NodeKind::HIDDEN => name.starts_with(PROMISE_PARTS) || name.is(WEAK_CELL),
        NodeKind::OBJECT_SHAPE | NodeKind::SYNTHETIC => false,
        kind => kind.is_string(),
    }
}
