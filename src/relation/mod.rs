//! How several snapshots are related: of one moment, of one program, comparable by ids, and in which order
//! they were taken.

mod contents;
mod order;
mod program;
mod same;

use crate::analysis::Comparison;
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;
use order::compare;
pub use order::compare_samples;
use program::Program;
use same::is_same;

/// Facts about two or more snapshots. Positions are those of the call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Relation {
    pub comparison: Comparison,
    /// Oldest first, where ids tell it.
    pub by_ids: Option<Vec<usize>>,
    /// Two that are one snapshot.
    pub same: Option<(usize, usize)>,
    /// Two of different programs.
    pub unrelated: Option<Unrelated>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unrelated {
    pub first: usize,
    pub second: usize,
    /// A sentence without its full stop.
    pub reason: String,
}

/// Looks at what was read of each snapshot: it makes no difference whether it was analysed since.
///
/// `id_spaces`: what is written down of each snapshot, where it is. `captures`: folders of what took the snapshots,
/// whose functions say nothing
/// of a program.
///
/// # Cost
/// A few looks at every node of all; 16 bytes for each name of a function.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn relate(
    snapshots: &[&Snapshot],
    id_spaces: &[Option<String>],
    captures: &[String],
    control: &Control,
) -> Result<Relation> {
    let (comparison, by_ids) = compare(snapshots, id_spaces, control)?;
    let same = first_pair(snapshots.len(), |first, second| {
        Ok(is_same(snapshots[first], snapshots[second], control)?.then_some((first, second)))
    })?;
    // Ids that name the same objects belong to one process, and a process runs one program.
    let unrelated = if by_ids.is_some() { None } else { unrelated(snapshots, captures, control)? };
    Ok(Relation { comparison, by_ids, same, unrelated })
}

fn unrelated(snapshots: &[&Snapshot], captures: &[String], control: &Control) -> Result<Option<Unrelated>> {
    let programs =
        snapshots.iter().map(|snapshot| Program::of(snapshot, captures, control)).collect::<Result<Vec<_>>>()?;
    first_pair(snapshots.len(), |first, second| {
        let reason = programs[first].why_other(&programs[second], control)?;
        Ok(reason.map(|reason| Unrelated { first, second, reason }))
    })
}

/// The first answer that any two positions give.
fn first_pair<T>(count: usize, ask: impl Fn(usize, usize) -> Result<Option<T>>) -> Result<Option<T>> {
    for second in 1..count {
        for first in 0..second {
            if let Some(answer) = ask(first, second)? {
                return Ok(Some(answer));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    fn heap(objects: usize) -> Snapshot {
        draw(&format!("root > {}", (0..objects).map(|number| format!("a{number}")).collect::<Vec<_>>().join(" ")))
    }

    fn related(snapshots: &[&Snapshot], spaces: &[&str]) -> Relation {
        let spaces: Vec<_> = spaces.iter().map(|it| (!it.is_empty()).then(|| (*it).to_owned())).collect();
        relate(snapshots, &spaces, &[], &Control::new()).unwrap()
    }

    /// The same objects under other ids: V8 gives new ids after it has forgotten the old ones.
    fn renumbered(snapshot: &Snapshot) -> Snapshot {
        let mut tables = snapshot.tables().clone();
        tables.nodes.name.rotate_left(7);
        Snapshot::new(tables)
    }

    #[test]
    fn the_highest_id_tells_the_order() {
        let (one, two, three) = (heap(100), heap(200), heap(300));
        for (given, expected) in
            [([&one, &two, &three], [0, 1, 2]), ([&three, &two, &one], [2, 1, 0]), ([&two, &three, &one], [2, 0, 1])]
        {
            let found = related(&given, &["", "", ""]);
            assert_eq!(found.by_ids.as_deref(), Some(&expected[..]));
            assert!(found.comparison.ids && found.same.is_none() && found.unrelated.is_none());
        }
    }

    #[test]
    fn an_id_space_is_not_believed_when_the_ids_say_otherwise() {
        let (one, two) = (heap(500), renumbered(&heap(600)));
        let claimed = related(&[&one, &two], &["x", "x"]);
        assert!(!claimed.comparison.ids && claimed.by_ids.is_none());
        assert!(
            claimed.comparison.reason.contains("one id space is written beside them"),
            "{}",
            claimed.comparison.reason
        );
        let kept = related(&[&one, &heap(600)], &["x", "x"]);
        assert!(kept.comparison.ids && kept.comparison.reason.contains("one id space"), "{}", kept.comparison.reason);
        let other = related(&[&one, &heap(600)], &["x", "y"]);
        assert!(!other.comparison.ids && other.by_ids.is_none(), "two id spaces are believed: forks begin alike");
    }

    #[test]
    fn few_shared_ids_tell_no_order() {
        assert_eq!(related(&[&heap(3), &heap(2)], &["", ""]).by_ids, None);
    }

    #[test]
    fn the_same_snapshot_is_seen_wherever_it_stands() {
        let (one, two) = (heap(100), heap(200));
        assert_eq!(related(&[&one, &two, &one.clone()], &["", "", ""]).same, Some((0, 2)));
        assert_eq!(related(&[&one, &two], &["", ""]).same, None);
        assert_eq!(related(&[&one, &one.clone()], &["", ""]).by_ids, Some(vec![0, 1]), "their order does not matter");
    }
}
