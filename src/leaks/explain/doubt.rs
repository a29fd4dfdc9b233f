//! Which growth without a rule is no noise, so that "no leak" would be a guess?

use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::survival::Survival;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::GroupKey;

/// Whether objects of the program or of a package came in every interval, nothing says that any of them went, and no
/// rule says why.
///
/// Example: nineteen and thirteen tickets in snapshots that cannot be compared by ids.
pub fn is_doubtful(newest: &Newest<'_>, growing: &Growing, key: GroupKey) -> bool {
    let Some(growth) = growing.rest.get(&key).filter(|_| !growing.dropped.contains_key(&key)) else { return false };
    let Some(group) = newest.census.groups.get(&key) else { return false };
    let Survival { kept, there } = growth.survival;
    let limits = &newest.limits;
    kept == there
        && growing.operations.is_sustained(&growth.counts, limits.fewest)
        && newest.origin(group.first) >= Origin::Package
}
