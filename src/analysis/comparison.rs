//! Decides whether objects are followed from one snapshot to the next by their ids, and gives the reason.

use super::id_sample::{IdMatch, IdSample};
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;

/// How objects of several snapshots are to be matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Matching {
    /// By id when a sample of the ids says that they name the same objects.
    #[default]
    Sample,
    /// It is known, or wanted.
    Known(Comparison),
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// True: an id names one object in all of the snapshots. False: only classes and places can be compared.
    pub ids: bool,
    /// A sentence without its full stop.
    pub reason: String,
}

impl Comparison {
    /// `names`: the id space of each snapshot, where it is known. Two that are equal say yes, two that differ say no.
    pub fn of_id_spaces(names: &[Option<String>]) -> Option<Self> {
        let known: Vec<&String> = names.iter().flatten().collect();
        let first = known.first()?;
        if known.iter().any(|name| name != first) {
            let reason =
                "the captures have different id spaces: an id of one names another object in the next, or none";
            return Some(Self { ids: false, reason: reason.to_owned() });
        }
        let all = known.len() == names.len();
        all.then(|| Self { ids: true, reason: "the captures share one id space".to_owned() })
    }

    pub fn of_match(found: &IdMatch) -> Self {
        let IdMatch { sampled, shared, same, is_match } = found;
        let reason = if *is_match {
            format!(
                "of {sampled} ids that were looked up {shared} are in both snapshots, and {same} name the same object"
            )
        } else {
            format!(
                "the snapshots number objects differently: of {sampled} ids that were looked up {shared} are in both, and \
                 {same} of those name an object of the same kind and name"
            )
        };
        Self { ids: *is_match, reason }
    }
}

impl Matching {
    /// Decides for one or more older snapshots and the newest; the first that does not match decides for all.
    ///
    /// # Cost
    /// With [`Matching::Sample`] one look at every node of all.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn decide(&self, samples: &[IdSample], last: &Snapshot, control: &Control) -> Result<Comparison> {
        if let Self::Known(comparison) = self {
            return Ok(comparison.clone());
        }
        let mut weakest: Option<IdMatch> = None;
        for sample in samples {
            let found = sample.look_up(last, control)?;
            if !found.is_match {
                return Ok(Comparison::of_match(&found));
            }
            if weakest.is_none_or(|known| found.shared < known.shared) {
                weakest = Some(found);
            }
        }
        Ok(weakest.as_ref().map(Comparison::of_match).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_spaces_decide_when_they_are_known() {
        let check = |names: &[&str], expected: Option<bool>| {
            let names: Vec<_> = names.iter().map(|it| (!it.is_empty()).then(|| (*it).to_owned())).collect();
            assert_eq!(Comparison::of_id_spaces(&names).map(|it| it.ids), expected, "{names:?}");
        };
        check(&["a", "a", "a"], Some(true));
        check(&["a", "a", "b"], Some(false));
        check(&["a", "", "b"], Some(false));
        check(&["a", "", "a"], None);
        check(&["", ""], None);
    }
}
