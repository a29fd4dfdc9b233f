//! Pages of V8's heap. They begin at multiples of 256 kB with a head, which has where its objects begin and end. Newer
//! versions of V8 have a pointer there, to a record with the same facts. The places of the facts differ from version to
//! version, so they are found by their values: three numbers that agree.

use super::ranges::page_up;
use crate::image::{ADDRESSES, PAGE};

pub(super) const ALIGNMENT: u64 = 1 << 18;
/// Numbers of the head, or of the record, that are looked at.
pub(super) const WORDS: usize = 14;
/// The head of a page is never longer.
const LONGEST_HEAD: u64 = 1 << 15;
/// One object has a page of its own size.
const LARGEST: u64 = 1 << 34;

/// Where the page ends that begins at `start`, if these numbers describe it: an address where objects begin, one where
/// they end, and the size of all of it in whole pages of the system.
pub(super) fn end_of(start: u64, words: &[u64]) -> Option<u64> {
    let begins = words.iter().copied().filter(|word| *word > start && *word - start <= LONGEST_HEAD).min()?;
    let ends = words.iter().copied().filter(|word| *word > begins && *word - start <= LARGEST);
    ends.map(page_up).find(|end| *end > begins && words.contains(&(*end - start)))
}

/// The pointer to the record, if the second number of a head is one.
pub(super) fn record_of(head: &[u64]) -> Option<u64> {
    let pointer = *head.get(1)?;
    (pointer % 8 == 0 && (PAGE as u64..ADDRESSES).contains(&pointer)).then_some(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_records_of_all_versions_are_known() {
        let page = 0x28e5_0cc0_0000;
        // V8 11: size, flags, heap, begin, end. V8 12: flags, itself, size, heap, begin, end.
        assert_eq!(
            end_of(page, &[0x40000, 4, 0x728_df10, page + 0x1148, page + 0x40000, 0x3eeb8]),
            Some(page + 0x40000)
        );
        assert_eq!(
            end_of(page, &[0x284, page, 0x42000, 0x44d1, page + 0x1140, page + 0x41150, 7]),
            Some(page + 0x42000)
        );
        // The record of V8 13 and 14.
        let record = [0x6b8_ed90, page, 0x41000, 0x40010, 0, 0x10, 0x41000, page + 0x40020, 0x1378, page + 0x10];
        assert_eq!(end_of(page, &record), Some(page + 0x41000));
        let read_only = [0, 0, 0, 0x1de60, 0, 0x1de70, 0x1e000, page + 0x1e000, 0, page + 0x10, 0];
        assert_eq!(end_of(page, &read_only), Some(page + 0x1e000));
    }

    #[test]
    fn numbers_that_do_not_agree_are_no_page() {
        let page = 0x28e5_0cc0_0000;
        for words in [
            &[][..],
            &[0; 14],
            &[page + 0x10, page + 0x40000],
            &[0x40000, page, page + 0x40000],
            &[0x41000, page + 0x1140, page + 0x40000],
            &[u64::MAX; 14],
        ] {
            assert_eq!(end_of(page, words), None, "{words:x?}");
        }
        assert_eq!(record_of(&[0x104, 0x137e_7d30]), Some(0x137e_7d30));
        assert_eq!((record_of(&[0, 4]), record_of(&[0, u64::MAX]), record_of(&[1])), (None, None, None));
    }
}
