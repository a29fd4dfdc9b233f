//! Gives equal texts equal numbers, with little memory for each text.

use super::quick_hash::QuickHash;
use crate::ordinal::StringOrdinal;
use crate::snapshot::Snapshot;
use crate::text::{Text, TextBuf};
use std::hash::{BuildHasher, Hasher};

const FREE: u32 = u32::MAX;

/// Distinct texts: those of the string table by reference, others by value.
///
/// # Shapes
/// 12 bytes a text and 8 to 16 for the slots.
pub struct TextTable<'a> {
    snapshot: &'a Snapshot,
    slots: Vec<u32>,
    texts: Vec<Spelling>,
    hash: Vec<u32>,
    made: Vec<TextBuf>,
    hashing: QuickHash,
    of_string: Vec<u32>,
}

enum Spelling {
    String(StringOrdinal),
    Made(u32),
}

impl<'a> TextTable<'a> {
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            slots: vec![FREE; 1 << 16],
            texts: Vec::new(),
            hash: Vec::new(),
            made: Vec::new(),
            hashing: QuickHash::default(),
            of_string: vec![FREE; snapshot.tables().strings.len()],
        }
    }

    pub fn text(&self, number: u32) -> Text<'_> {
        self.spelled(&self.texts[number as usize])
    }

    fn spelled(&self, spelling: &Spelling) -> Text<'_> {
        match spelling {
            Spelling::String(string) => self.snapshot.text(*string),
            Spelling::Made(made) => self.made[*made as usize].as_text(),
        }
    }

    /// Number of a string's text.
    pub fn number_of(&mut self, string: StringOrdinal) -> u32 {
        if self.of_string[string.index()] == FREE {
            let text = self.snapshot.text(string);
            let hash = self.hash_of(text);
            let slot = self.find(text, hash);
            self.of_string[string.index()] = self.take(slot, hash, |_| Spelling::String(string));
        }
        self.of_string[string.index()]
    }

    /// Number of a text that was put together.
    pub fn number_of_made(&mut self, text: TextBuf) -> u32 {
        let hash = self.hash_of(text.as_text());
        let slot = self.find(text.as_text(), hash);
        self.take(slot, hash, |made| {
            made.push(text);
            Spelling::Made(made.len() as u32 - 1)
        })
    }

    fn hash_of(&self, text: Text<'_>) -> u32 {
        let mut hasher = self.hashing.build_hasher();
        hasher.write(text.as_bytes());
        (hasher.finish() >> 32) as u32
    }

    /// Slot of the text, or the free one where it belongs. Linear probing.
    fn find(&self, text: Text<'_>, hash: u32) -> usize {
        let mut slot = hash as usize & (self.slots.len() - 1);
        loop {
            match self.slots[slot] {
                FREE => return slot,
                number if self.hash[number as usize] == hash && self.text(number) == text => return slot,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn take(&mut self, slot: usize, hash: u32, spelling: impl FnOnce(&mut Vec<TextBuf>) -> Spelling) -> u32 {
        if self.slots[slot] != FREE {
            return self.slots[slot];
        }
        // A number for each node at most, and nodes fit 29 bits.
        let number = self.texts.len() as u32;
        self.slots[slot] = number;
        let spelling = spelling(&mut self.made);
        self.texts.push(spelling);
        self.hash.push(hash);
        if self.texts.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        self.slots = vec![FREE; self.slots.len() * 2];
        for (number, hash) in self.hash.iter().enumerate() {
            let mut slot = *hash as usize & (self.slots.len() - 1);
            while self.slots[slot] != FREE {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = number as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    #[test]
    fn equal_texts_have_one_number_however_they_come() {
        let mut snapshot = draw("root");
        let strings: Vec<StringOrdinal> =
            (0..100_000).map(|n| snapshot.add_text(Text::from_str(&format!("text {}", n % 60_000)))).collect();
        let mut table = TextTable::new(&snapshot);
        for (n, string) in strings.iter().enumerate() {
            let number = table.number_of(*string);
            assert_eq!(number as usize, n % 60_000);
            assert_eq!(table.text(number), snapshot.text(*string));
        }
        assert_eq!(table.number_of_made(TextBuf::from("text 59999")), 59_999);
        assert_eq!(table.number_of_made(TextBuf::from("new")), 60_000);
        assert_eq!(table.number_of_made(TextBuf::from("new")), 60_000);
    }
}
