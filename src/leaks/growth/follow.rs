//! Follows the persistent objects through all heaps, by their ids or by their signatures, and finds what grew below
//! them.

use super::classes::add_classes;
use super::growing::Growing;
use super::kept::add_kept;
use super::operations::Operations;
use super::sample;
use super::survival::survivals_of;
use crate::analysis::{Heap, SourceMaps};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::limits::Limits;
use crate::leaks::newest::{Newest, Passes};
use crate::leaks::place::census::Census;
use crate::leaks::place::grouping::Grouping;
use crate::leaks::place::holder_tree::HolderTree;
use crate::leaks::place::identity::Identity;
use crate::leaks::place::signature::Signatures;
use crate::paths::survivors::Persistent;
use crate::snapshot::Snapshot;
use rayon::prelude::*;
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
    let persistent = Persistent::in_all(&all, control)?;
    let limits = operations.limits.clone();
    let (of_newest, before) = persistent.split_last().expect("the newest heap is one of them");
    let last = earlier.len() - 1;
    let count = |(index, (snapshot, persistent)): (usize, (&&Snapshot, &Persistent))| {
        let tree = HolderTree::of(snapshot, Some(persistent), &limits, control)?;
        let (grouping, census) = Grouping::of(&tree, &Identity::Ids(persistent), &limits, control)?;
        // Of two snapshots, all that both have is persistent: nothing else is there to survive.
        if index == 0 || index < last {
            return Ok((census, HashMap::new()));
        }
        let both = Persistent::in_all(&[*snapshot, &newest.snapshot], control)?;
        let survivals = survivals_of(&grouping, &tree, &both[0], control)?;
        Ok((census, survivals))
    };
    let (passes, counted) = rayon::join(
        || {
            let tree = HolderTree::of(&newest.snapshot, Some(of_newest), &limits, control)?;
            Passes::of(tree, &Identity::Ids(of_newest), &limits, control)
        },
        || earlier.par_iter().zip(before).enumerate().map(count).collect::<Result<Vec<_>>>(),
    );
    let (passes, counted) = (passes?, counted?);
    let newest = Newest::of(newest, passes, maps, limits.clone());
    let (heaps, mut survivals): (Vec<Census>, Vec<_>) = counted.into_iter().unzip();
    let survivals = survivals.pop().unwrap_or_default();
    let censuses: Vec<&Census> = heaps.iter().chain([&newest.census]).collect();
    let mut growing = Growing::between(&censuses, operations, &survivals);
    add_kept(&mut growing, &censuses, &newest);
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
    let (last, signed) = rayon::join(
        || signed(&newest.snapshot, &limits, control),
        || earlier.par_iter().map(|snapshot| signed(snapshot, &limits, control)).collect::<Result<Vec<_>>>(),
    );
    let ((tree, signatures), signed) = (last?, signed?);
    let views: Vec<(&HolderTree<'_>, &Signatures)> =
        signed.iter().map(|(tree, signatures)| (tree, signatures)).chain([(&tree, &signatures)]).collect();
    let unique = Signatures::unique_in_all(&views, control)?;
    let (of_newest, before) = unique.split_last().expect("the newest heap is one of them");
    let count = |((tree, signatures), unique): ((HolderTree<'_>, Signatures), &BitSet)| {
        let identity = Identity::Signatures { signatures: &signatures, unique };
        Ok(Grouping::of(&tree, &identity, &limits, control)?.1)
    };
    let (passes, heaps) = rayon::join(
        || {
            let identity = Identity::Signatures { signatures: &signatures, unique: of_newest };
            Passes::of(tree, &identity, &limits, control)
        },
        || signed.into_par_iter().zip(before).map(count).collect::<Result<Vec<_>>>(),
    );
    let (passes, heaps) = (passes?, heaps?);
    let mut newest = Newest::of(newest, passes, maps, limits.clone());
    let censuses: Vec<&Census> = heaps.iter().chain([&newest.census]).collect();
    let survivals = HashMap::new();
    let mut growing = Growing::between(&censuses, operations, &survivals);
    add_classes(&mut growing, &censuses, &newest, &survivals);
    sample::choose(&mut newest, &mut growing, control)?;
    Ok((newest, growing, heaps))
}

fn signed<'a>(snapshot: &'a Snapshot, limits: &Limits, control: &Control) -> Result<(HolderTree<'a>, Signatures)> {
    let tree = HolderTree::of(snapshot, None, limits, control)?;
    let signatures = Signatures::of(&tree, control)?;
    Ok((tree, signatures))
}
