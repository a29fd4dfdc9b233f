//! The last sorted lists of a session: the next page of a list costs no new sort.

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// A shorter list is made anew as fast as it is looked up.
const FEWEST_ROWS: usize = 4096;

/// Lists by the question that they answer, the latest last.
///
/// # Shapes
/// All lists together have at most `most` rows.
pub struct Kept<K, V> {
    lists: Mutex<VecDeque<Entry<K, V>>>,
    most: usize,
}

struct Entry<K, V> {
    key: K,
    list: Arc<V>,
    rows: usize,
}

impl<K: PartialEq, V> Kept<K, V> {
    pub fn new(most: usize) -> Self {
        Self { lists: Mutex::new(VecDeque::new()), most }
    }

    /// The list that answers this question. Lists that were not asked for the longest time go when there are too many
    /// rows.
    ///
    /// # Errors
    /// Those of `make`, whose list has `rows`.
    pub fn list<E>(
        &self,
        key: K,
        rows: impl Fn(&V) -> usize,
        make: impl FnOnce(&K) -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        if let Some(list) = self.get(&key) {
            return Ok(list);
        }
        // Not under the lock: a question must not wait for another one.
        let list = Arc::new(make(&key)?);
        let rows = rows(&list);
        if (FEWEST_ROWS..=self.most).contains(&rows) {
            self.keep(Entry { key, list: Arc::clone(&list), rows });
        }
        Ok(list)
    }

    fn get(&self, key: &K) -> Option<Arc<V>> {
        let mut lists = self.lists.lock();
        let at = lists.iter().position(|entry| entry.key == *key)?;
        let entry = lists.remove(at)?;
        let list = Arc::clone(&entry.list);
        lists.push_back(entry);
        Some(list)
    }

    fn keep(&self, entry: Entry<K, V>) {
        let mut lists = self.lists.lock();
        lists.retain(|other| other.key != entry.key);
        let mut sum = lists.iter().map(|other| other.rows).sum::<usize>() + entry.rows;
        while sum > self.most {
            let Some(oldest) = lists.pop_front() else { break };
            sum -= oldest.rows;
        }
        lists.push_back(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for lists of these lengths in turn; the answer has a `!` where a list was made.
    #[track_caller]
    fn check_kept(most: usize, asked: &[usize], expected: &str) {
        let kept = Kept::new(most);
        let ask = |rows: usize| {
            let mut is_made = false;
            let list = kept.list(rows, Vec::len, |rows| {
                is_made = true;
                Ok::<_, ()>(vec![(); *rows])
            });
            assert_eq!(list.map(|list| list.len()), Ok(rows));
            if is_made { "!" } else { "." }
        };
        assert_eq!(asked.iter().map(|rows| ask(*rows)).collect::<String>(), expected, "{asked:?}");
    }

    #[test]
    fn a_list_is_made_once() {
        check_kept(20_000, &[5000, 5000, 6000, 5000, 6000], "!.!..");
    }

    #[test]
    fn the_list_that_was_not_asked_for_longest_goes() {
        check_kept(11_000, &[5000, 6000, 5000, 4500, 6000, 4500, 5000], "!!.!!.!");
    }

    #[test]
    fn short_lists_and_too_long_ones_are_not_kept() {
        check_kept(10_000, &[3, 3, 10_001, 10_001, 10_000, 10_000], "!!!!!.");
    }
}
