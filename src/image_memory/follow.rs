//! The second reading: records that pages of V8 lead to, and the chunks of `malloc`.

use super::Malloc;
use super::arena::{Heap, Walk};
use super::survey::{Area, Survey};
use super::{v8_pages, word};
use crate::control::Control;
use crate::error::Result;
use crate::image::{ImageReader, PAGE, Part};
use std::io::Read;

#[derive(Default)]
pub(super) struct Followed {
    /// How many pages there were.
    pub pages: u64,
    pub v8_pages: Vec<(u64, u64)>,
    /// Heaps of arenas, with the pages in which everything is free.
    pub heaps: Vec<(u64, u64)>,
    pub free_pages: Vec<(u64, u64)>,
    pub malloc: Malloc,
}

/// # Errors
/// Those of the reader; [`Error::Cancelled`](crate::error::Error::Cancelled).
pub(super) fn follow<R: Read>(reader: &mut ImageReader<R>, survey: &Survey, control: &Control) -> Result<Followed> {
    let mut words = Words::of(&survey.v8_records);
    let mut walks = walks(survey);
    let mut followed = Followed::default();
    let (mut told, mut first) = (0, 0);
    while let Some(part) = reader.next_part()? {
        control.check()?;
        if let Part::Pages { address, bytes } = part {
            followed.pages += (bytes.len() / PAGE) as u64;
            words.page(address, bytes);
            for (index, page) in bytes.chunks_exact(PAGE).enumerate() {
                let here = address + (index * PAGE) as u64;
                // Heaps come in order of address, as pages do.
                while walks.get(first).is_some_and(|walk| walk.heap.end <= here) {
                    first += 1;
                }
                if let Some(walk) = walks.get_mut(first).filter(|walk| walk.heap.start <= here) {
                    walk.page(here, page);
                }
            }
        }
        control.advance(reader.offset() - told);
        told = reader.offset();
    }
    for (index, (page, _)) in survey.v8_records.iter().enumerate() {
        followed.v8_pages.extend(v8_pages::end_of(*page, words.of_record(index)).map(|end| (*page, end)));
    }
    for walk in walks {
        followed.heaps.push((walk.heap.start, walk.heap.end));
        followed.malloc.heaps += 1;
        if let Some(known) = walk.known() {
            followed.malloc.known += 1;
            followed.malloc.used += known.used;
            followed.malloc.free += known.free;
            followed.free_pages.extend(known.free_pages);
        }
    }
    Ok(followed)
}

/// One walk for each heap, in order of address.
fn walks(survey: &Survey) -> Vec<Walk> {
    let main = survey.mappings.iter().filter(|mapping| mapping.area == Area::Heap);
    let main = main.map(|mapping| Heap::main(mapping.start, mapping.end));
    let tops: Vec<u64> = survey.heaps.iter().filter_map(Heap::top).collect();
    let others = survey.heaps.iter().cloned().map(|heap| heap.with_top(&tops));
    let mut heaps: Vec<Heap> = main.chain(others).collect();
    heaps.sort_by_key(|heap| heap.start);
    heaps.dedup_by(|next, before| next.start < before.end);
    heaps.into_iter().map(Walk::new).collect()
}

/// The numbers at addresses, a few for each record.
struct Words {
    /// Addresses in order, with their places in `values`.
    wanted: Vec<(u64, usize)>,
    next: usize,
    values: Vec<u64>,
}

impl Words {
    fn of(records: &[(u64, u64)]) -> Self {
        let places = records.iter().enumerate().flat_map(|(index, (_, record))| {
            (0..v8_pages::WORDS).map(move |at| (record + at as u64 * 8, index * v8_pages::WORDS + at))
        });
        let mut wanted: Vec<(u64, usize)> = places.collect();
        wanted.sort_unstable();
        Words { wanted, next: 0, values: vec![0; records.len() * v8_pages::WORDS] }
    }

    fn page(&mut self, address: u64, bytes: &[u8]) {
        let end = address + bytes.len() as u64;
        while let Some(&(at, place)) = self.wanted.get(self.next).filter(|(at, _)| *at < end) {
            if at >= address {
                self.values[place] = word(bytes, (at - address) as usize);
            }
            self.next += 1;
        }
    }

    fn of_record(&self, index: usize) -> &[u64] {
        &self.values[index * v8_pages::WORDS..(index + 1) * v8_pages::WORDS]
    }
}
