//! Every threshold of the search in one snapshot, with its unit and its reason.

/// Bytes of a suspect at least: an empty process of Node.js holds a list of its own modules of less.
pub const FEWEST_BYTES: u64 = 400_000;
/// A suspect has one part of so many of the whole heap, or more: what is smaller does not end a process.
pub const SMALLEST_SHARE: u64 = 100;
/// Objects that pile up, for each holder, at least: below are the fields of an object, a few options, a small pool.
pub const FEWEST_ITEMS: u64 = 20;
/// Objects of a chain, at least: `a.next.next…` of fewer is a structure, a list of pending work has more.
pub const FEWEST_LINKS: u64 = 20;
/// Groups that a link of a list lies below the link before it, at most: an entry, its context, its function, a promise
/// and two reactions lie between the links of real lists.
pub const CHAIN_PERIOD: usize = 6;
/// Properties of an object that is used as a dictionary, at least: a class of a program has fewer.
pub const DICTIONARY: usize = 64;
/// A group below takes the place of one above where it has this part of the bytes of the one above.
pub const INNER_SHARE: f64 = 0.6;
/// Part of the objects outside of a suspect that are newer than all of it, when the suspect was loaded once.
pub const NEWER_SHARE: f64 = 0.02;
/// And the number of them: the last turn of an event loop leaves some.
pub const FEWEST_NEWER: u64 = 1_000;
/// Part of the ids that objects still have, at most, where ids tell ages. After a first snapshot nearly all have one.
pub const FEWEST_GAPS: f64 = 0.9;
/// Ranges of ids in which objects are counted.
pub const ID_BUCKETS: usize = 4_096;
/// Levels, and children of a part, of what one object is made of; and the smallest share of the object that is a part.
pub const PART_LEVELS: usize = 4;
pub const PART_CHILDREN: usize = 4;
pub const PART_SHARE: f64 = 0.02;
/// Objects that are looked at below one that piles up, in the search for the part that names it.
pub const MOST_BELOW: usize = 400;
/// Groups below one that piles up that may name it, and how many objects they have for each object of it: a part that
/// only some have, or of which each has several, is not what piles up.
pub const DEEPEST_NAME: i64 = 8;
pub const NAMED_SHARE: f64 = 0.5;
pub const NAMED_MORE: f64 = 1.5;
/// Steps that a request lies deeper than its socket, at most, where it still names both.
pub const WORTH_OF_REQUEST: i64 = 3;
/// Two accumulations that Node.js holds are one where their numbers differ by this part at most: a call of the program
/// puts one object in each.
pub const SAME_NUMBER: f64 = 0.05;
/// Where nothing has [`FEWEST_BYTES`], accumulations of the program's own code count from here on, and from this part
/// of the heap.
pub const FEWEST_BYTES_OF_SMALL: u64 = 4_000;
pub const SMALLEST_SHARE_OF_SMALL: u64 = 1_000;
/// Parts that are followed downwards from an item to the one that holds most of its bytes.
pub const MOST_PARTS: usize = 4;
/// Characters of a text from which it is reported by itself, in bytes.
pub const HUGE_STRING: u64 = 1 << 20;
/// Sizes at which people limit a cache.
pub const ROUND_LIMITS: [u64; 22] = [
    50, 64, 100, 128, 200, 250, 256, 500, 512, 1_000, 1_024, 2_000, 2_048, 2_500, 4_096, 5_000, 8_192, 10_000, 16_384,
    32_768, 65_536, 100_000,
];
/// Part of the entries of a table that is gone, at least, where a collection loses entries as it gains others.
pub const LOSING_SHARE: f64 = 0.02;
/// Part of the heap from which it is said; from which a leak is likely; and from which it is sure when nothing speaks
/// against it, with ages and without them: a table that was loaded once may well take half of a heap.
pub const NOTABLE_SHARE: f64 = 0.2;
pub const LIKELY_SHARE: f64 = 0.05;
pub const SURE_SHARE: f64 = 0.3;
pub const SURE_SHARE_WITHOUT_AGES: f64 = 0.75;
