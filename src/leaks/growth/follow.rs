//! Follows the persistent objects through all heaps, by their ids or by their signatures, and finds what grew below
//! them.

use super::classes::add_classes;
use super::growing::Growing;
use super::kept::add_kept;
use super::operations::Operations;
use super::sample;
use super::survival::{Survival, stays_of, survivals_of};
use crate::analysis::{Heap, Parity, SourceMaps, sized};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::limits::Limits;
use crate::leaks::newest::{Newest, Passes};
use crate::leaks::place::census::{Census, GroupKey};
use crate::leaks::place::grouping::Grouping;
use crate::leaks::place::holder_tree::HolderTree;
use crate::leaks::place::identity::Identity;
use crate::leaks::place::signature::Signatures;
use crate::paths::survivors::{OddIds, Persistent};
use crate::snapshot::Snapshot;
use rayon::prelude::*;
use std::collections::HashMap;

/// The newest heap, what grew, and the censuses of the earlier heaps.
pub type Followed<'a> = (Newest<'a>, Growing, Vec<Census>);

/// An earlier heap. One that is not ready is made ready when its turn comes, and is dropped once it is counted.
pub enum Earlier<'a> {
    Ready(&'a Snapshot),
    Read(Box<Snapshot>),
    /// It is read when its turn comes.
    Unread(Box<dyn FnOnce() -> Result<Snapshot> + Send + 'a>),
}

/// Which ids last. Plain bits: the heaps are not needed for it afterwards.
pub struct Lasting {
    /// Those that all heaps have.
    all: OddIds,
    /// Those that the newest heap and the one before it have. Of two heaps, all that both have is persistent: nothing
    /// else is there to survive.
    kept: Option<OddIds>,
}

impl Lasting {
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(earlier: &[&Snapshot], newest: &Snapshot, control: &Control) -> Result<Self> {
        let heaps: Vec<&Snapshot> = earlier.iter().copied().chain([newest]).collect();
        let ids = heaps.into_par_iter().map(|heap| OddIds::of(&heap.tables().nodes.id, control));
        Ok(Self::of_ids(&ids.collect::<Result<Vec<_>>>()?.iter().collect::<Vec<_>>()))
    }

    /// The same from the ids of each heap, oldest first.
    pub fn of_ids(heaps: &[&OddIds]) -> Self {
        let (newest, earlier) = heaps.split_last().expect("the newest heap is one of them");
        let all = earlier.iter().fold((*newest).clone(), |common, ids| common.common(ids));
        let kept = match earlier {
            [_, .., before] => Some(before.common(newest)),
            _ => None,
        };
        Self { all, kept }
    }
}

/// All heaps after the passes over them.
pub struct Counted<'a> {
    passes: Passes<'a>,
    heaps: Vec<Census>,
    /// Of the groups of the heap before the newest.
    survivals: HashMap<GroupKey, Survival>,
    /// Of the groups of the first heap, where there are only two.
    stays: HashMap<GroupKey, Survival>,
}

impl Counted<'_> {
    pub fn earlier_count(&self) -> usize {
        self.heaps.len()
    }
}

/// Counts the objects of all heaps. `newest` makes the newest heap while other threads count the earlier ones. Where
/// these are unread, two are read and counted at a time, and the newest heap comes when they are gone.
///
/// # Errors
/// [`crate::error::Error::Cancelled`], and the errors of `newest` and of what makes the earlier heaps.
pub fn count_by_ids<'a>(
    earlier: Vec<Earlier<'_>>,
    lasting: &Lasting,
    newest: impl FnOnce() -> Result<&'a Heap> + Send,
    limits: &Limits,
    control: &Control,
) -> Result<Counted<'a>> {
    let last = earlier.len().saturating_sub(1);
    let count = |(index, earlier): (usize, Earlier<'_>)| {
        let kept = match &lasting.kept {
            Some(kept) if index == last => Kept::Of(kept),
            None => Kept::InBoth,
            Some(_) => Kept::Unasked,
        };
        match earlier {
            Earlier::Ready(snapshot) => counted(snapshot, &lasting.all, kept, limits, control),
            Earlier::Read(snapshot) => {
                counted(&sized(*snapshot, Parity::Ours, control)?, &lasting.all, kept, limits, control)
            }
            Earlier::Unread(read) => {
                counted(&sized(read()?, Parity::Ours, control)?, &lasting.all, kept, limits, control)
            }
        }
    };
    let passes_of = |newest: &'a Heap| {
        let persistent = Persistent::of(&newest.snapshot, &lasting.all, control)?;
        let tree = HolderTree::of(&newest.snapshot, Some(&persistent), limits, control)?;
        Passes::of(tree, &Identity::Ids(&persistent), limits, control)
    };
    let is_unread = |earlier: &Earlier<'_>| matches!(earlier, Earlier::Unread(_));
    let (passes, counted) = if earlier.iter().any(is_unread) {
        let mut earlier = earlier.into_iter().enumerate();
        let mut counted = Vec::new();
        while let Some(one) = earlier.next() {
            let other = earlier.next();
            let (one, other) = rayon::join(|| count(one), || other.map(count).transpose());
            counted.push(one?);
            counted.extend(other?);
        }
        // The newest comes when the earlier heaps are gone: it stays, and its passes take as much memory again.
        (newest().and_then(passes_of), Ok(counted))
    } else {
        let counted = || earlier.into_par_iter().enumerate().map(count).collect::<Result<Vec<_>>>();
        rayon::join(|| newest().and_then(passes_of), counted)
    };
    let (passes, counted) = (passes?, counted?);
    let (heaps, mut known): (Vec<Census>, Vec<_>) = counted.into_iter().unzip();
    let known = known.pop().unwrap_or_default();
    let (survivals, stays) = if lasting.kept.is_some() { (known, HashMap::new()) } else { (HashMap::new(), known) };
    Ok(Counted { passes, heaps, survivals, stays })
}

/// Which objects of an earlier heap the newest one still has.
#[derive(Clone, Copy)]
enum Kept<'a> {
    /// There is a heap between them.
    Unasked,
    Of(&'a OddIds),
    /// There are only these two heaps: all that last.
    InBoth,
}

/// The census of an earlier heap; and how many objects of its groups the newest heap has `kept`.
fn counted(
    snapshot: &Snapshot,
    lasting: &OddIds,
    kept: Kept<'_>,
    limits: &Limits,
    control: &Control,
) -> Result<(Census, HashMap<GroupKey, Survival>)> {
    let persistent = Persistent::of(snapshot, lasting, control)?;
    let tree = HolderTree::of(snapshot, Some(&persistent), limits, control)?;
    let (grouping, census) = Grouping::of(&tree, &Identity::Ids(&persistent), limits, control)?;
    let known = match kept {
        Kept::Unasked => HashMap::new(),
        Kept::Of(kept) => survivals_of(&grouping, &tree, &Persistent::of(snapshot, kept, control)?, control)?,
        Kept::InBoth => stays_of(&grouping, &tree, &census, control)?,
    };
    Ok((census, known))
}

/// Follows objects that have the same id in all heaps.
pub fn by_ids<'a>(
    counted: Counted<'a>,
    newest: &'a Heap,
    operations: Operations,
    maps: Option<&'a SourceMaps>,
) -> Followed<'a> {
    let Counted { passes, heaps, survivals, stays } = counted;
    let newest = Newest::of(newest, passes, maps, operations.limits.clone());
    let censuses: Vec<&Census> = heaps.iter().chain([&newest.census]).collect();
    let mut growing = Growing { stays, ..Growing::between(&censuses, operations, &survivals) };
    add_kept(&mut growing, &censuses, &newest);
    add_classes(&mut growing, &censuses, &newest, &survivals);
    (newest, growing, heaps)
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
