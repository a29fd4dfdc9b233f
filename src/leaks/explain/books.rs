//! The books of all growth: each part is entered under a cause, and the lines add up to the difference of the totals.

use super::account::{Account, Cause, Line};
use super::doubt::doubtful_classes;
use super::leaked_class::LeakedClass;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::steps::add;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::{Census, GroupKey, PathKey};
use crate::leaks::suspects::collect::Dropped;
use crate::leaks::suspects::suspect::Suspect;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use crate::text::TextBuf;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Growth of classes, each with a sample.
type Classes = HashMap<Label, (NodeOrdinal, Growth)>;

pub struct Books<'a, 'b> {
    pub newest: &'a Newest<'b>,
    pub growing: &'a Growing,
    pub heaps: Vec<&'a Census>,
    pub dropped: &'a Dropped,
    /// Groups that are part of a leak, with its position.
    pub leaked: HashMap<GroupKey, usize>,
    /// Classes that are part of a leak: another path may lead to the same objects in another heap.
    pub classes: HashMap<Label, usize>,
    /// Persistent objects in which leaks accumulate, and the paths of these.
    pub containers: HashMap<NodeOrdinal, usize>,
    pub paths: HashMap<PathKey, usize>,
    pub sums: BTreeMap<Cause, (Vec<i64>, Classes)>,
    /// Bytes of tables that grow in steps: an interval without growth says nothing about them.
    pub stepped: i64,
    /// Classes that may go on in sum, though no place of them does.
    pub doubtful: HashSet<Label>,
    /// Bytes of places whose growth is no noise and has no explanation.
    pub doubted: i64,
}

impl<'a, 'b> Books<'a, 'b> {
    /// Empty books, which know the places of the leaks.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn new(
        newest: &'a Newest<'b>,
        growing: &'a Growing,
        heaps: Vec<&'a Census>,
        suspects: &'a [Suspect],
        dropped: &'a Dropped,
        control: &Control,
    ) -> Result<Self> {
        let mut books = Self {
            doubtful: doubtful_classes(newest, growing, &heaps),
            newest,
            growing,
            heaps,
            dropped,
            leaked: HashMap::new(),
            classes: HashMap::new(),
            containers: HashMap::new(),
            paths: HashMap::new(),
            sums: BTreeMap::new(),
            stepped: 0,
            doubted: 0,
        };
        for (at, suspect) in suspects.iter().enumerate() {
            if newest.grouping.is_persistent(suspect.item) {
                books.containers.entry(suspect.item).or_insert(at);
            } else {
                suspect.keys().for_each(|key| _ = books.leaked.entry(key).or_insert(at));
            }
            for group in
                suspect.groups.iter().chain(&suspect.engine_groups).map(|group| group.node).chain([suspect.item])
            {
                if newest.origin(group) >= Origin::Language {
                    books.classes.entry(newest.label(group)).or_insert(at);
                }
                let holder = newest.owner(newest.head(group));
                for container in holder.into_iter().chain([suspect.container]) {
                    if newest.grouping.is_persistent(container) {
                        books.containers.entry(container).or_insert(at);
                        books.paths.entry(newest.path(container, control)?).or_insert(at);
                    }
                }
            }
        }
        Ok(books)
    }

    /// `sample`: an object of the newest heap.
    pub fn enter(&mut self, cause: Cause, sample: Option<NodeOrdinal>, growth: &Growth) {
        let (sizes, classes) = self.sums.entry(cause).or_default();
        add(sizes, &growth.sizes);
        if let Some(sample) = sample.filter(|_| matches!(cause, Cause::Unheld | Cause::Unexplained)) {
            let class = classes.entry(self.newest.label(sample)).or_insert_with(|| (sample, Growth::default()));
            class.1.add(growth);
        }
    }

    /// Enters what is left, and decides whether so much has a cause that "no leak" may be said.
    pub fn close(mut self) -> Account {
        let totals: Vec<(u64, u64)> =
            self.heaps.iter().map(|heap| (0, heap.total.saturating_add(heap.outside))).collect();
        let size_growth = Growth::between(&totals).sizes;
        let mut rest = size_growth.clone();
        for (sizes, _) in self.sums.values() {
            rest.iter_mut().zip(sizes).for_each(|(rest, size)| *rest -= size);
        }
        self.enter(Cause::Rest, None, &Growth::of_sizes(&rest));
        let sum = |sizes: &[i64]| sizes.iter().sum::<i64>();
        let grown: i64 = self.sums.values().map(|(sizes, _)| sum(sizes).max(0)).sum();
        // Unexplained growth says something only if it went on: else it stopped, or came once.
        let mut missing = vec![0; size_growth.len()];
        for cause in [Cause::Unexplained, Cause::Unheld, Cause::Outside, Cause::Rest] {
            if let Some((sizes, _)) = self.sums.get(&cause).filter(|(sizes, _)| sum(sizes) > 0) {
                add(&mut missing, sizes);
            }
        }
        let unexplained = if self.newest.limits.is_sustained(&missing, 1) { sum(&missing) } else { self.stepped };
        let unexplained = unexplained.max(self.doubted);
        let intervals = i64::try_from(size_growth.len()).unwrap_or(i64::MAX);
        let is_little = unexplained <= self.newest.limits.floor.saturating_mul(intervals)
            || unexplained <= grown / self.newest.limits.unexplained_part;
        let is_explained = is_little && self.doubted == 0;
        let newest = self.newest;
        let lines = self.sums.into_iter().map(|(cause, (size_growth, classes))| Line {
            cause,
            size_growth,
            classes: rows(newest, classes),
        });
        let mut lines: Vec<Line> = lines.filter(|line| line.size_growth.iter().any(|step| *step != 0)).collect();
        lines.sort_by_key(|line| (std::cmp::Reverse(sum(&line.size_growth)), line.cause));
        Account { size_growth, lines, unexplained, is_explained }
    }
}

fn rows(newest: &Newest<'_>, classes: Classes) -> Vec<LeakedClass> {
    let mut sums: BTreeMap<Vec<u8>, LeakedClass> = BTreeMap::new();
    for (node, growth) in classes.into_values() {
        let class_name: TextBuf = newest.class_name(node);
        let row = LeakedClass { class_name, count_growth: growth.counts, size_growth: growth.sizes };
        match sums.entry(row.class_name.as_text().as_bytes().to_vec()) {
            Entry::Vacant(free) => _ = free.insert(row),
            Entry::Occupied(mut known) => known.get_mut().add(&row),
        }
    }
    let mut rows: Vec<LeakedClass> = sums.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.size_growth.iter().sum::<i64>()));
    rows.truncate(newest.limits.unexplained_classes);
    rows
}
