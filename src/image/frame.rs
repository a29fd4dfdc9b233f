//! The outer layer: zstd frames, each behind a skippable frame that says how long it is and has its checksum. So
//! `zstd -d` unpacks an image, and a reader sees damage before it believes a byte.

use flate2::Crc;

/// Bytes of records in a frame, at most. A record lies in one frame.
pub(super) const FRAME: usize = 1 << 20;
/// zstd never makes more of [`FRAME`] bytes than this (`ZSTD_COMPRESSBOUND`).
pub(super) const MAX_PACKED: usize = FRAME + (FRAME >> 8) + 64;

/// Skippable frames, RFC 8878 section 3.1.2: one at the start of the file, one before each other frame.
const FILE_MAGIC: [u8; 4] = 0x184d_2a50_u32.to_le_bytes();
const FRAME_MAGIC: [u8; 4] = 0x184d_2a51_u32.to_le_bytes();
const NAME: [u8; 8] = *b"HHFROZEN";
/// It grows when an older reader would misunderstand a newer image.
pub(super) const VERSION: u32 = 1;

pub(super) const FILE_HEAD: usize = 32;
pub(super) const FRAME_HEAD: usize = 32;

/// True for the first bytes of a frozen image.
pub fn is_image(bytes: &[u8]) -> bool {
    bytes.len() >= 16 && bytes[..4] == FILE_MAGIC && bytes[8..16] == NAME
}

/// Begins a file. `id`: a random number that its frames repeat.
pub(super) fn file_head(id: u64) -> [u8; FILE_HEAD] {
    let mut head = [0; FILE_HEAD];
    head[..4].copy_from_slice(&FILE_MAGIC);
    head[4..8].copy_from_slice(&24_u32.to_le_bytes());
    head[8..16].copy_from_slice(&NAME);
    head[16..20].copy_from_slice(&VERSION.to_le_bytes());
    head[20..28].copy_from_slice(&id.to_le_bytes());
    let sum = checksum(&head[..28], &[]);
    head[28..].copy_from_slice(&sum.to_le_bytes());
    head
}

/// The number of the file, or why it is none of ours.
pub(super) fn read_file_head(head: &[u8; FILE_HEAD]) -> Result<u64, String> {
    if !is_image(head) {
        return Err(
            "the file does not begin as a frozen image or a core dump does; a heap snapshot needs no thaw".into()
        );
    }
    let version = u32_at(head, 16);
    if version != VERSION {
        return Err(format!("the image has version {version}, and this heaphound reads version {VERSION}"));
    }
    if u32_at(head, 4) != 24 || u32_at(head, 28) != checksum(&head[..28], &[]) {
        return Err("the first bytes of the image do not have their checksum".into());
    }
    Ok(u64_at(head, 20))
}

/// What stands before a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FrameHead {
    pub id: u64,
    pub sequence: u32,
    pub packed: u32,
    pub raw: u32,
}

impl FrameHead {
    pub fn to_bytes(self, packed: &[u8]) -> [u8; FRAME_HEAD] {
        let mut head = [0; FRAME_HEAD];
        head[..4].copy_from_slice(&FRAME_MAGIC);
        head[4..8].copy_from_slice(&24_u32.to_le_bytes());
        head[8..16].copy_from_slice(&self.id.to_le_bytes());
        head[16..20].copy_from_slice(&self.sequence.to_le_bytes());
        head[20..24].copy_from_slice(&self.packed.to_le_bytes());
        head[24..28].copy_from_slice(&self.raw.to_le_bytes());
        let sum = checksum(&head[..28], packed);
        head[28..].copy_from_slice(&sum.to_le_bytes());
        head
    }

    /// Sizes within the limits; the checksum comes later, with the bytes.
    pub fn read(head: &[u8; FRAME_HEAD]) -> Option<Self> {
        let found = FrameHead {
            id: u64_at(head, 8),
            sequence: u32_at(head, 16),
            packed: u32_at(head, 20),
            raw: u32_at(head, 24),
        };
        let is_known = head[..4] == FRAME_MAGIC && u32_at(head, 4) == 24;
        let is_sized = (1..=FRAME as u64).contains(&u64::from(found.raw)) && found.packed as usize <= MAX_PACKED;
        (is_known && is_sized && found.packed > 0).then_some(found)
    }
}

pub(super) fn has_checksum(head: &[u8; FRAME_HEAD], packed: &[u8]) -> bool {
    u32_at(head, 28) == checksum(&head[..28], packed)
}

/// CRC-32 of both: it sees every damage of up to 32 bits in a row, in the compressed bytes too, where zstd has bits
/// that mean nothing.
fn checksum(head: &[u8], packed: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(head);
    crc.update(packed);
    crc.sum()
}

/// The number at `at`, which the caller knows to be inside.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |value, byte| (value << 8) | u32::from(*byte))
}

/// The same with eight bytes.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}
