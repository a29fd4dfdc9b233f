//! The ordinals of strings that equal a text of interest.

use crate::bit_set::BitSet;
use crate::ordinal::StringOrdinal;
use crate::snapshot::Snapshot;

/// The ordinals of one text. The table of a file normally holds a text once, but need not.
pub struct KnownText {
    first: Option<StringOrdinal>,
    repeated: Option<BitSet>,
}

impl KnownText {
    /// # Cost
    /// One pass over the string table, which compares lengths first.
    pub fn of(snapshot: &Snapshot, text: &str) -> Self {
        let found = snapshot.strings_equal_to(text);
        let repeated = (found.len() > 1).then(|| {
            let mut set = BitSet::new(snapshot.tables().strings.len());
            found.iter().for_each(|string| set.insert(string.index()));
            set
        });
        Self { first: found.first().copied(), repeated }
    }

    /// True when the snapshot does not have the text at all.
    pub fn is_absent(&self) -> bool {
        self.first.is_none()
    }

    #[inline(always)]
    pub fn is(&self, string: StringOrdinal) -> bool {
        match &self.repeated {
            None => self.first == Some(string),
            Some(set) => set.contains(string.index()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;
    use crate::text::Text;

    #[test]
    fn knows_every_ordinal_of_the_text() {
        let mut snapshot = draw("root > a b");
        let again = snapshot.add_text(Text::from_str("a"));
        let known = KnownText::of(&snapshot, "a");
        assert!(known.is(again) && known.is(StringOrdinal(1)) && !known.is(StringOrdinal(2)));
        assert!(!KnownText::of(&snapshot, "zzz").is(again));
        assert!(KnownText::of(&snapshot, "b").is(StringOrdinal(2)));
    }
}
