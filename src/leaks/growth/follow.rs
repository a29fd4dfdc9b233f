//! What grew from the objects that all heaps have: followed by their ids, or by their ways from the roots.

use super::growing::Growing;
use super::operations::Operations;
use super::sample as samples;
use super::survival::stayed;
use crate::analysis::{Heap, SourceMaps};
use crate::control::Control;
use crate::error::Result;
use crate::leaks::newest::Last;
use crate::leaks::place::census::Census;
use crate::leaks::place::count::Zones;
use crate::leaks::place::holder_tree::Hanging;
use crate::leaks::place::identity::Same;
use crate::leaks::place::signature::Ways;
use crate::leaks::suspects::spread::add_classes;
use crate::paths::survivors::Persistent;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// The newest heap, what grew, and what the earlier heaps held.
pub type Followed<'a> = (Last<'a>, Growing, Vec<Census>);

/// What grew from the objects that have the same id in all heaps.
pub fn by_ids<'a>(
    earlier: &[&Snapshot],
    last: &'a Heap,
    operations: Operations,
    maps: Option<&'a SourceMaps>,
    control: &Control,
) -> Result<Followed<'a>> {
    let all: Vec<&Snapshot> = earlier.iter().copied().chain([&last.snapshot]).collect();
    let persistent = Persistent::of(&all, control)?;
    let same = Same::Ids(&persistent);
    let mut heaps = Vec::with_capacity(all.len());
    let mut stays = HashMap::new();
    for (index, snapshot) in earlier.iter().enumerate() {
        let hanging = Hanging::of(snapshot, Some(&persistent), control)?;
        let zones = Zones::of(&hanging, &same, control)?;
        // In the first of two, what the other has too is persistent.
        if index > 0 && index + 1 == earlier.len() {
            let both = Persistent::of(&[snapshot, &last.snapshot], control)?;
            stays = stayed(&zones, &hanging, &both, control)?;
        }
        heaps.push(zones.census);
    }
    let hanging = Hanging::of(&last.snapshot, Some(&persistent), control)?;
    let last = Last::of(last, hanging, &same, maps, control)?;
    let censuses: Vec<&Census> = heaps.iter().chain([&last.zones.census]).collect();
    let mut growing = Growing::between(&censuses, operations, &stays);
    add_classes(&mut growing, &censuses, &last, &stays);
    Ok((last, growing, heaps))
}

/// What grew from the objects that are alone on their way from the roots in all heaps.
pub fn by_ways<'a>(
    earlier: &[&Snapshot],
    last: &'a Heap,
    operations: Operations,
    maps: Option<&'a SourceMaps>,
    control: &Control,
) -> Result<Followed<'a>> {
    let hang = |snapshot| {
        let hanging = Hanging::of(snapshot, None, control)?;
        let ways = Ways::of(&hanging, control)?;
        Ok((hanging, ways))
    };
    let hung: Vec<(Hanging<'_>, Ways)> = earlier.iter().map(|snapshot| hang(snapshot)).collect::<Result<_>>()?;
    let hanging = Hanging::of(&last.snapshot, None, control)?;
    let ways = Ways::of(&hanging, control)?;
    let views: Vec<(&Hanging<'_>, &Ways)> =
        hung.iter().map(|(hanging, ways)| (hanging, ways)).chain([(&hanging, &ways)]).collect();
    let alone = Ways::same_in_all(&views, control)?;
    let mut heaps = Vec::with_capacity(earlier.len());
    for ((hanging, ways), alone) in hung.iter().zip(&alone) {
        heaps.push(Zones::of(hanging, &Same::Ways { ways, alone }, control)?.census);
    }
    drop(hung);
    let mut last = Last::of(last, hanging, &Same::Ways { ways: &ways, alone: &alone[earlier.len()] }, maps, control)?;
    let censuses: Vec<&Census> = heaps.iter().chain([&last.zones.census]).collect();
    let stays = HashMap::new();
    let mut growing = Growing::between(&censuses, operations, &stays);
    add_classes(&mut growing, &censuses, &last, &stays);
    samples::choose(&mut last, &mut growing, control)?;
    Ok((last, growing, heaps))
}
