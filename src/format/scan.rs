//! Reads runs of plain numbers in bulk: the hot path of opening a snapshot.
//!
//! Both scanners keep one contract, and the safe one is the oracle of the other: they read `number , number , …` with
//! white space around, and stop, at a comma, before anything else: a sign, a fraction, a bracket, a number above 32
//! bits, a fault. The exact reader in `integers` goes on from there.

/// How far a scan came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scanned {
    /// Bytes up to and with the comma after the last number.
    pub bytes: usize,
    /// Numbers written.
    pub numbers: usize,
}

/// Room that a scan wants behind the last number.
pub const SLACK: usize = 40;

/// Numbers that [`buffer`] has room for.
pub const ROOM: usize = 4096;

/// A buffer for [`scan`].
pub fn buffer() -> Vec<u32> {
    vec![0; ROOM + SLACK]
}

/// Reads numbers from the start of `bytes`, where one is due, into `out`. It may stop early; the exact reader goes on.
#[inline]
pub fn scan(bytes: &[u8], out: &mut [u32]) -> Scanned {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_here() {
        // SAFETY: the processor has the features that the function is compiled for, as the line above found.
        return unsafe { avx2::scan(bytes, out) };
    }
    scan_bytes(bytes, out)
}

/// The safe scanner: a byte at a time.
pub fn scan_bytes(bytes: &[u8], out: &mut [u32]) -> Scanned {
    let mut scanned = Scanned { bytes: 0, numbers: 0 };
    let mut at = 0;
    let room = out.len().saturating_sub(SLACK);
    for number in &mut out[..room] {
        at += spaces(&bytes[at..]);
        let (value, len) = digits(&bytes[at..]);
        let Some(value) = value else { break };
        at += len;
        at += spaces(&bytes[at..]);
        if bytes.get(at) != Some(&b',') {
            break;
        }
        at += 1;
        *number = value;
        scanned = Scanned { bytes: at, numbers: scanned.numbers + 1 };
    }
    scanned
}

#[inline]
fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
}

/// A number of 32 bits in at most ten digits, without a leading zero, and its length.
#[inline]
fn digits(bytes: &[u8]) -> (Option<u32>, usize) {
    let mut value = 0u64;
    let mut len = 0;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        len += 1;
        if len > 10 {
            return (None, len);
        }
        value = value * 10 + u64::from(digit);
    }
    if len == 0 || len > 1 && bytes[0] == b'0' {
        return (None, len);
    }
    (u32::try_from(value).ok(), len)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{SLACK, Scanned, digits};
    use std::arch::x86_64::*;

    /// Bytes that one step looks at.
    const WINDOW: usize = 64;
    /// A window and the eight bytes behind it, which a load at its end touches.
    const VIEW: usize = WINDOW + 8;

    #[inline]
    pub fn is_here() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
    }

    /// Reads windows of 64 bytes. Each begins where a number is due. A window becomes three bit masks, one bit a byte:
    /// digits, commas, white space. Arithmetic on the masks checks the grammar and finds the numbers.
    ///
    /// ```text
    /// bytes                    1 2 , _ 7 _ , 3 x      in the order of the text: the lowest bit is on the left
    /// digit                    1 1 0 0 1 0 0 1 0
    /// comma                    0 0 1 0 0 0 1 0 0      only those before the first other byte (x)
    /// space                    0 0 0 1 0 1 0 0 0
    ///
    /// end    = behind the last comma                  all after it is for the next window
    /// digit, space = their bits before end
    /// first  = digit and no digit before it           1 0 0 0 1 0 0
    /// behind = no digit, and a digit before it        0 0 1 0 0 1 0
    /// next   = behind, moved over white space         0 0 1 0 0 0 1
    /// stop unless next == comma                       one number before each comma, nothing else between
    /// stop if a number of two digits or more begins with 0
    /// if a number has nine digits or more:            read each number of the window by itself
    /// else for four numbers at a time:                convert
    ///     load the eight bytes at first, shift the last digit to the highest byte
    ///     join digits to twos, twos to fours, fours to eights, by multiplying and adding
    /// ```
    ///
    /// *Moved over white space* is one addition: `behind + space` carries through a run of spaces, and the carry comes
    /// out at the first byte that is none.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub fn scan(bytes: &[u8], out: &mut [u32]) -> Scanned {
        let mut at = 0;
        let mut numbers = 0;
        while numbers + SLACK <= out.len()
            && let Some(view) = bytes[at..].first_chunk::<VIEW>()
        {
            let (low, high) = (Masks::of(view, 0), Masks::of(view, 32));
            let mut digit = low.digit | high.digit << 32;
            let mut comma = low.comma | high.comma << 32;
            let mut space = low.space | high.space << 32;
            // Only what stands before the first other byte, and up to the last comma there.
            let other = !(digit | comma | space);
            comma &= (other & other.wrapping_neg()).wrapping_sub(1);
            if comma == 0 {
                break;
            }
            let end = WINDOW - comma.leading_zeros() as usize;
            let keep = u64::MAX >> (WINDOW - end);
            digit &= keep;
            space &= keep;
            let first = digit & !(digit << 1);
            let behind = !digit & (digit << 1);
            // The first byte behind each number that is not white space: the addition carries through the white space.
            let next = (behind & !space) | ((behind & space).wrapping_add(space) & !space);
            let zero = low.zero | high.zero << 32;
            if next != comma || first & zero & (digit >> 1) != 0 {
                break;
            }
            let mut long = digit & digit >> 1;
            long &= long >> 2;
            long &= long >> 4;
            long &= digit >> 8;
            if long == 0 {
                let count = first.count_ones() as usize;
                convert(view, first, behind, count, &mut out[numbers..]);
                numbers += count;
                at += end;
                continue;
            }
            // Nine digits and more, one at a time.
            let mut first = first;
            while first != 0 {
                let start = first.trailing_zeros() as usize;
                let (Some(value), _) = digits(&view[start..]) else {
                    return Scanned { bytes: at_number(bytes, at, start), numbers };
                };
                out[numbers] = value;
                numbers += 1;
                first &= first - 1;
            }
            at += end;
        }
        Scanned { bytes: at, numbers }
    }

    /// The end of what came before the number at `start` of the window at `at`: behind the comma there.
    fn at_number(bytes: &[u8], at: usize, start: usize) -> usize {
        at + memchr::memrchr(b',', &bytes[at..at + start]).map_or(0, |comma| comma + 1)
    }

    /// One bit a byte, for 32 bytes.
    struct Masks {
        digit: u64,
        comma: u64,
        space: u64,
        zero: u64,
    }

    impl Masks {
        #[target_feature(enable = "avx2")]
        #[inline]
        fn of(view: &[u8; VIEW], from: usize) -> Self {
            let half: &[u8; 32] = view[from..].first_chunk().expect("a view has 72 bytes");
            // SAFETY: the reference is to 32 bytes, and the load asks for no alignment.
            let byte = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
            let value = _mm256_sub_epi8(byte, _mm256_set1_epi8(0x30));
            let digit = _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
            let comma = _mm256_cmpeq_epi8(byte, _mm256_set1_epi8(0x2c));
            // By its low four bits a byte picks the white space that it would have to be; 0x80 and above pick 0.
            let spaces = _mm256_broadcastsi128_si256(_mm_setr_epi8(
                0x20, -1, -1, -1, -1, -1, -1, -1, -1, 0x09, 0x0a, -1, -1, 0x0d, -1, -1,
            ));
            let space = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(spaces, byte), byte);
            let zero = _mm256_cmpeq_epi8(value, _mm256_setzero_si256());
            Self { digit: bits(digit), comma: bits(comma), space: bits(space), zero: bits(zero) }
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn bits(mask: __m256i) -> u64 {
        u64::from(_mm256_movemask_epi8(mask).cast_unsigned())
    }

    /// Writes the numbers that begin at the bits of `first` and end before those of `behind`, each of one to eight
    /// digits. It writes up to three numbers of rubbish behind the `count` good ones.
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    #[inline]
    fn convert(view: &[u8; VIEW], mut first: u64, mut behind: u64, count: usize, out: &mut [u32]) {
        for four in out.as_chunks_mut::<4>().0.iter_mut().take(count.div_ceil(4)) {
            let mut text = [0u64; 4];
            for text in &mut text {
                let (start, end) = (first.trailing_zeros(), behind.trailing_zeros());
                first &= first.wrapping_sub(1);
                behind &= behind.wrapping_sub(1);
                let eight =
                    view[start as usize..].first_chunk().expect("a bit is at most 64 and eight bytes follow it");
                // The last digit goes to the highest byte; what came behind it falls out, and zeros take the lowest
                // bytes. A shift is by the distance modulo 64.
                *text = u64::from_le_bytes(*eight) << (start.wrapping_sub(end).wrapping_mul(8) % 64);
            }
            // Not `text.map`: the standard library's code is not compiled for AVX2, and so is not inlined here.
            let [a, b, c, d] = text;
            let text = _mm256_set_epi64x(d.cast_signed(), c.cast_signed(), b.cast_signed(), a.cast_signed());
            let digits = _mm256_and_si256(text, _mm256_set1_epi8(0x0f));
            let twos = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a));
            let fours = _mm256_madd_epi16(twos, _mm256_set1_epi32(0x0001_0064));
            let packed = _mm256_packus_epi32(fours, fours);
            let eights = _mm256_madd_epi16(packed, _mm256_set1_epi32(0x0001_2710));
            let ordered = _mm256_permute4x64_epi64::<0b1000>(eights);
            // SAFETY: the reference is to four numbers, which are 16 bytes, and the store asks for no alignment.
            unsafe { _mm_storeu_si128(four.as_mut_ptr().cast(), _mm256_castsi256_si128(ordered)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_random::Random;

    /// The fast scanner may stop sooner, but what it took it took as the safe one does; the rest is at most a window,
    /// or is where the safe one stops too.
    fn check_same(bytes: &[u8]) {
        let (mut fast, mut safe) = (buffer(), buffer());
        let scanned = scan(bytes, &mut fast);
        let all = scan_bytes(bytes, &mut safe);
        assert_eq!(fast[..scanned.numbers], safe[..scanned.numbers], "{:?}", String::from_utf8_lossy(bytes));
        assert!(scanned.bytes <= all.bytes);
        assert!(all.bytes - scanned.bytes < 160 || scanned.numbers + SLACK > ROOM, "{scanned:?} {all:?}");
        let again = scan_bytes(&bytes[..scanned.bytes], &mut safe);
        assert_eq!(again, scanned, "{:?}", String::from_utf8_lossy(&bytes[..scanned.bytes]));
    }

    #[test]
    fn the_fast_scanner_equals_the_safe_one() {
        let mut random = Random::new(0x5eed);
        let spaces = ["", "", "", "", "\n", " ", "\r\n", "\t ", "\n        "];
        for round in 0..3000 {
            let mut text = String::new();
            let longest = [1, 3, 6, 8, 9, 10, 11][round % 7];
            for _ in 0..random.below(400) {
                let space = |random: &mut Random| if round % 2 == 0 { "" } else { *random.of(&spaces) };
                text += space(&mut random);
                text += &(random.number() % 10u64.pow(1 + random.number() as u32 % longest)).to_string();
                text += space(&mut random);
                text.push(',');
            }
            let mut bytes = text.into_bytes();
            check_same(&bytes);
            // The same with a few bytes of damage.
            for _ in 0..random.below(4) {
                let at = random.number() as usize % (bytes.len() + 1);
                let byte = b",,  ]-.e\n09:/\x00\x0b\xff"[random.number() as usize % 16];
                match bytes.get_mut(at) {
                    Some(old) if byte % 2 == 0 => *old = byte,
                    _ => bytes.insert(at, byte),
                }
                check_same(&bytes);
            }
        }
    }

    #[test]
    fn every_byte_at_every_place_of_a_window() {
        let clean = b"1,23,456,7890,12345,678901,2345678,90123456,7,89,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,";
        for at in 0..70 {
            for byte in 0..=255 {
                let mut bytes = clean.to_vec();
                bytes[at] = byte;
                check_same(&bytes);
            }
        }
    }

    #[test]
    fn the_limits_of_32_bits() {
        let text =
            format!("{},{},{},0,1,", u32::MAX - 1, u32::MAX, 99_999_999).repeat(9) + "4294967296,1,2,3,4,5,6,7,8,9,10,";
        check_same(&text.into_bytes());
        let mut out = buffer();
        let scanned = scan_bytes(b"4294967295,0, 10 ,01,2,", &mut out);
        assert_eq!((scanned.numbers, scanned.bytes), (3, 18));
        assert_eq!(out[..3], [u32::MAX, 0, 10]);
    }
}
