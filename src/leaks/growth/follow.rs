//! Follows the persistent objects through all heaps, by their ids or by their signatures, and finds what grew below
//! them.

use super::classes::add_classes;
use super::growing::Growing;
use super::operations::Operations;
use super::sample;
use super::survival::survivals_of;
use crate::analysis::{Heap, SourceMaps};
use crate::control::Control;
use crate::error::Result;
use crate::leaks::newest::Newest;
use crate::leaks::place::census::Census;
use crate::leaks::place::grouping::Grouping;
use crate::leaks::place::holder_tree::HolderTree;
use crate::leaks::place::identity::Identity;
use crate::leaks::place::signature::Signatures;
use crate::paths::survivors::Persistent;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// The newest heap, what grew, and the censuses of the earlier heaps.
pub type Followed<'a> = (Newest<'a>, Growing, Vec<Census>);

/// Follows objects that have the same id in all heaps.
pub fn by_ids<'a>(
    earlier: &[&Snapshot],
    newest: &'a Heap,
    operations: Operations,
    maps: Option<&'a SourceMaps>,
    control: &Control,
) -> Result<Followed<'a>> {
    let all: Vec<&Snapshot> = earlier.iter().copied().chain([&newest.snapshot]).collect();
    let persistent = Persistent::of(&all, control)?;
    let identity = Identity::Ids(&persistent);
    let limits = operations.limits.clone();
    let mut heaps = Vec::with_capacity(all.len());
    let mut survivals = HashMap::new();
    for (index, snapshot) in earlier.iter().enumerate() {
        let tree = HolderTree::of(snapshot, Some(&persistent), &limits, control)?;
        let (grouping, census) = Grouping::of(&tree, &identity, &limits, control)?;
        // Of two snapshots, all that both have is persistent: nothing else is there to survive.
        if index > 0 && index + 1 == earlier.len() {
            let both = Persistent::of(&[snapshot, &newest.snapshot], control)?;
            survivals = survivals_of(&grouping, &tree, &both, control)?;
        }
        heaps.push(census);
    }
    let tree = HolderTree::of(&newest.snapshot, Some(&persistent), &limits, control)?;
    let newest = Newest::of(newest, tree, &identity, maps, limits, control)?;
    let censuses: Vec<&Census> = heaps.iter().chain([&newest.census]).collect();
    let mut growing = Growing::between(&censuses, operations, &survivals);
    add_classes(&mut growing, &censuses, &newest, &survivals);
    Ok((newest, growing, heaps))
}

/// Follows objects that have the same unique signature in all heaps.
pub fn by_signatures<'a>(
    earlier: &[&Snapshot],
    newest: &'a Heap,
    operations: Operations,
    maps: Option<&'a SourceMaps>,
    control: &Control,
) -> Result<Followed<'a>> {
    let limits = operations.limits.clone();
    let sign = |snapshot| {
        let tree = HolderTree::of(snapshot, None, &limits, control)?;
        let signatures = Signatures::of(&tree, control)?;
        Ok((tree, signatures))
    };
    let signed: Vec<(HolderTree<'_>, Signatures)> =
        earlier.iter().map(|snapshot| sign(snapshot)).collect::<Result<_>>()?;
    let tree = HolderTree::of(&newest.snapshot, None, &limits, control)?;
    let signatures = Signatures::of(&tree, control)?;
    let views: Vec<(&HolderTree<'_>, &Signatures)> =
        signed.iter().map(|(tree, signatures)| (tree, signatures)).chain([(&tree, &signatures)]).collect();
    let unique = Signatures::unique_in_all(&views, control)?;
    let mut heaps = Vec::with_capacity(earlier.len());
    for ((tree, signatures), unique) in signed.iter().zip(&unique) {
        let identity = Identity::Signatures { signatures, unique };
        heaps.push(Grouping::of(tree, &identity, &limits, control)?.1);
    }
    drop(signed);
    let identity = Identity::Signatures { signatures: &signatures, unique: &unique[earlier.len()] };
    let mut newest = Newest::of(newest, tree, &identity, maps, limits.clone(), control)?;
    let censuses: Vec<&Census> = heaps.iter().chain([&newest.census]).collect();
    let survivals = HashMap::new();
    let mut growing = Growing::between(&censuses, operations, &survivals);
    add_classes(&mut growing, &censuses, &newest, &survivals);
    sample::choose(&mut newest, &mut growing, control)?;
    Ok((newest, growing, heaps))
}
