//! Numbers equal texts equally, with little memory for each.

use super::quick_hash::QuickHash;
use crate::ordinal::StringOrdinal;
use crate::snapshot::Snapshot;
use crate::text::{Text, TextBuf};
use std::hash::{BuildHasher, Hasher};

const FREE: u32 = u32::MAX;

/// Distinct texts: those of the string table by reference, others by value.
///
/// # Shapes
/// 8 bytes a text and 8 to 16 for the slots.
pub struct TextTable<'a> {
    snapshot: &'a Snapshot,
    slots: Vec<u32>,
    texts: Vec<Spelling>,
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
            let slot = self.find(self.snapshot.text(string));
            self.of_string[string.index()] = self.take(slot, |_| Spelling::String(string));
        }
        self.of_string[string.index()]
    }

    /// Number of a text that was put together.
    pub fn number_of_made(&mut self, text: TextBuf) -> u32 {
        let slot = self.find(text.as_text());
        self.take(slot, |made| {
            made.push(text);
            Spelling::Made(made.len() as u32 - 1)
        })
    }

    /// Slot of the text, or the free one where it belongs. Linear probing.
    fn find(&self, text: Text<'_>) -> usize {
        let mut slot = self.slot(text);
        loop {
            match self.slots[slot] {
                FREE => return slot,
                number if self.text(number) == text => return slot,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn slot(&self, text: Text<'_>) -> usize {
        let mut hasher = self.hashing.build_hasher();
        hasher.write(text.as_bytes());
        (hasher.finish() >> 32) as usize & (self.slots.len() - 1)
    }

    fn take(&mut self, slot: usize, spelling: impl FnOnce(&mut Vec<TextBuf>) -> Spelling) -> u32 {
        if self.slots[slot] != FREE {
            return self.slots[slot];
        }
        // A number for each node at most, and nodes fit 29 bits.
        let number = self.texts.len() as u32;
        self.slots[slot] = number;
        let spelling = spelling(&mut self.made);
        self.texts.push(spelling);
        if self.texts.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        self.slots = vec![FREE; self.slots.len() * 2];
        for number in 0..self.texts.len() as u32 {
            let mut slot = self.slot(self.text(number));
            while self.slots[slot] != FREE {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = number;
        }
    }
}
