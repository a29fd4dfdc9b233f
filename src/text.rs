//! JavaScript strings as bytes: WTF-8, UTF-8 that can also hold a lone surrogate (Simon Sapin, "The WTF-8 encoding").
//!
//! Heap snapshots hold lone surrogates (V8 cuts astral characters to 16 bits), so `str` will not do. Lengths and
//! orderings are those of JavaScript: UTF-16 code units.

use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// UTF-16 units of a text that a document shows. V8 cuts names at 1,024, and joins two of them for the entries of a
/// WeakMap: those are whole.
const SHOWN_UNITS: usize = 2500;
/// Of a longer text, the units from its start and from its end that stay.
const SHOWN_START: usize = 2000;
const SHOWN_END: usize = 400;

/// A borrowed text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Text<'a>(pub &'a [u8]);

/// An owned text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TextBuf(Vec<u8>);

impl<'a> Text<'a> {
    pub fn from_str(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The text as `str`, unless it holds a lone surrogate.
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    pub fn is(self, text: &str) -> bool {
        self.0 == text.as_bytes()
    }

    pub fn starts_with(self, prefix: &str) -> bool {
        self.0.starts_with(prefix.as_bytes())
    }

    /// Length in UTF-16 code units.
    pub fn utf16_len(self) -> usize {
        // A lead byte stands for one unit, a four-byte sequence for two; continuation bytes for none.
        self.0.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum()
    }

    pub fn units(self) -> Units<'a> {
        Units { bytes: self.0, low: None }
    }

    /// Order of JavaScript's `<` on strings.
    pub fn cmp_utf16(self, other: Text<'_>) -> Ordering {
        // Byte order and unit order differ only when one side has U+E000..U+FFFF where the other is astral.
        let common = self.0.iter().zip(other.0).take_while(|(a, b)| a == b).count();
        match (self.0.get(common), other.0.get(common)) {
            (Some(a), Some(b)) if *a < 0xee && *b < 0xee => a.cmp(b),
            (None, b) => {
                if b.is_some() {
                    Ordering::Less
                } else {
                    Ordering::Equal
                }
            }
            (Some(_), None) => Ordering::Greater,
            _ => self.units().cmp(other.units()),
        }
    }

    /// The text with lone surrogates replaced by U+FFFD.
    pub fn to_string_lossy(self) -> String {
        match self.as_str() {
            Some(text) => text.to_owned(),
            None => char::decode_utf16(self.units()).map(|unit| unit.unwrap_or('\u{fffd}')).collect(),
        }
    }

    /// The text as documents have it: whole, or the start and the end of a long one with a mark between them that says
    /// how much is missing.
    ///
    /// # Cost
    /// The cost of a short text, however long it is.
    pub fn shown(self) -> TextBuf {
        // At most three bytes a unit; four for two.
        let bytes = self.0.len();
        if bytes <= SHOWN_UNITS || bytes <= SHOWN_UNITS * 3 && self.utf16_len() <= SHOWN_UNITS {
            return self.to_owned();
        }
        // Where a character begins, and how many units it has.
        let leads = self.0.iter().enumerate().filter(|(_, byte)| **byte & 0xc0 != 0x80);
        let leads = leads.map(|(at, byte)| (at, if *byte >= 0xf0 { 2 } else { 1 }));
        let within = |most: usize| {
            let mut units = 0;
            move |(_, more): &(usize, usize)| {
                units += more;
                units <= most
            }
        };
        let start = leads.clone().skip_while(within(SHOWN_START)).map(|(at, _)| at).next().unwrap_or(bytes);
        let back = leads.rev().take_while(within(SHOWN_END)).map(|(at, _)| at).last().unwrap_or(bytes);
        let mut text = Text(&self.0[..start]).to_owned();
        text.push_str(&format!("… ({} bytes left out) …", back - start));
        text.push(Text(&self.0[back..]));
        text
    }

    pub fn to_owned(self) -> TextBuf {
        TextBuf(self.0.to_vec())
    }
}

/// UTF-16 code units of a [`Text`].
pub struct Units<'a> {
    bytes: &'a [u8],
    low: Option<u16>,
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(low) = self.low.take() {
            return Some(low);
        }
        let (&first, rest) = self.bytes.split_first()?;
        let more = match first {
            0..=0x7f => 0,
            0x80..=0xdf => 1,
            0xe0..=0xef => 2,
            _ => 3,
        };
        let more = more.min(rest.len());
        let mut code = if more == 0 { u32::from(first) } else { u32::from(first) & (0x3f >> more) };
        for byte in &rest[..more] {
            code = code << 6 | u32::from(byte & 0x3f);
        }
        self.bytes = &rest[more..];
        if code < 0x10000 {
            return Some(code as u16);
        }
        let above = code - 0x10000;
        self.low = Some(0xdc00 | (above & 0x3ff) as u16);
        Some(0xd800 | (above >> 10 & 0x3ff) as u16)
    }
}

impl TextBuf {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn as_text(&self) -> Text<'_> {
        Text(&self.0)
    }

    pub fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Appends as JavaScript does: a lone high surrogate at the end and a lone low one at the start become one
    /// character.
    pub fn push(&mut self, text: Text<'_>) {
        let end = self.0.len();
        let high = match end.checked_sub(3).map(|start| &self.0[start..]) {
            Some([0xed, second, third]) if *second >= 0xa0 && *second < 0xb0 => surrogate(*second, *third),
            _ => return self.0.extend_from_slice(text.0),
        };
        match text.0 {
            [0xed, second, third, rest @ ..] if *second >= 0xb0 => {
                let low = surrogate(*second, *third);
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                self.0.truncate(end - 3);
                self.push_code(code);
                self.0.extend_from_slice(rest);
            }
            _ => self.0.extend_from_slice(text.0),
        }
    }

    /// Appends one UTF-16 code unit, joining surrogates.
    pub fn push_unit(&mut self, unit: u16) {
        let mut bytes = [0; 3];
        let len = encode_unit(unit, &mut bytes);
        self.push(Text(&bytes[..len]));
    }

    fn push_code(&mut self, code: u32) {
        let char = char::from_u32(code).expect("a pair of surrogates is a character");
        self.0.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The WTF-8 bytes of one unit below U+10000, surrogates included; returns how many.
pub fn encode_unit(unit: u16, bytes: &mut [u8; 3]) -> usize {
    match unit {
        0..=0x7f => {
            bytes[0] = unit as u8;
            1
        }
        0x80..=0x7ff => {
            bytes[0] = 0xc0 | (unit >> 6) as u8;
            bytes[1] = 0x80 | (unit & 0x3f) as u8;
            2
        }
        _ => {
            bytes[0] = 0xe0 | (unit >> 12) as u8;
            bytes[1] = 0x80 | (unit >> 6 & 0x3f) as u8;
            bytes[2] = 0x80 | (unit & 0x3f) as u8;
            3
        }
    }
}

fn surrogate(second: u8, third: u8) -> u32 {
    0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f)
}

impl From<&str> for TextBuf {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for TextBuf {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string_lossy())
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

impl fmt::Debug for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_text().fmt(f)
    }
}

impl fmt::Display for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_text(), f)
    }
}

/// As a JSON string of bounded length ([`Text::shown`]): every document, and so every table and page, is safe from
/// names of megabytes.
impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.len() <= SHOWN_UNITS {
            Whole(*self).serialize(serializer)
        } else {
            Whole(self.shown().as_text()).serialize(serializer)
        }
    }
}

/// A text of any length, for a document that was asked for it.
pub struct Whole<'a>(pub Text<'a>);

/// As a JSON string; a lone surrogate becomes `\udXXX`, as `JSON.stringify` writes it.
impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.0.as_str() {
            return serializer.serialize_str(text);
        }
        let mut json = String::from("\"");
        for unit in char::decode_utf16(self.0.units()) {
            match unit {
                Ok('"') => json.push_str("\\\""),
                Ok('\\') => json.push_str("\\\\"),
                Ok(char) if char < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(char))),
                Ok(char) => json.push(char),
                Err(lone) => json.push_str(&format!("\\u{:04x}", lone.unpaired_surrogate())),
            }
        }
        json.push('"');
        let raw = serde_json::value::RawValue::from_string(json).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl Serialize for TextBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_text().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(units: &[u16]) -> TextBuf {
        let mut text = TextBuf::new();
        units.iter().for_each(|unit| text.push_unit(*unit));
        text
    }

    #[test]
    fn units_survive_the_round_trip() {
        for units in [&[0x41, 0xd83d, 0xde00][..], &[0xd83d], &[0xde00, 0xd83d], &[0xe000, 0xffff, 0x7ff, 0x80]] {
            let text = text(units);
            assert_eq!(text.as_text().units().collect::<Vec<_>>(), units);
            assert_eq!(text.as_text().utf16_len(), units.len());
        }
    }

    #[test]
    fn halves_of_a_pair_join() {
        let mut joined = text(&[0xd83d]);
        joined.push(text(&[0xde00, 0x41]).as_text());
        assert_eq!(joined.as_text().as_str(), Some("😀A"));
    }

    #[test]
    fn order_is_that_of_code_units() {
        let texts =
            [text(&[]), text(&[0x41]), text(&[0x41, 0x41]), text(&[0xd83d, 0xde00]), text(&[0xdc00]), text(&[0xe000])];
        for (i, a) in texts.iter().enumerate() {
            for (j, b) in texts.iter().enumerate() {
                assert_eq!(a.as_text().cmp_utf16(b.as_text()), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_long_text_is_shown_by_its_start_and_its_end() {
        for letter in ["x", "é", "日", "😀"] {
            for units in [1, SHOWN_UNITS - 2, SHOWN_UNITS, SHOWN_UNITS + 2, 100_000] {
                let text = letter.repeat(units.div_ceil(letter.encode_utf16().count()));
                let shown = Text::from_str(&text).shown().to_string();
                if text.encode_utf16().count() <= SHOWN_UNITS {
                    assert_eq!(shown, text);
                    continue;
                }
                // Of characters of two units so many remain, which are twice as many units.
                assert!(shown.chars().count() < SHOWN_UNITS, "{letter} {units}: {}", shown.chars().count());
                let (start, rest) = shown.split_once("… (").expect("the mark");
                let (left_out, rest) = rest.split_once(" bytes left out) …").expect("the mark");
                let left_out: usize = left_out.parse().expect("a number");
                assert_eq!(start.len() + left_out + rest.len(), text.len(), "{letter} {units}");
                assert!(text.starts_with(start) && text.ends_with(rest));
                assert_eq!(serde_json::to_string(&Text::from_str(&text)).unwrap(), format!("\"{shown}\""));
                let whole = serde_json::to_string(&Whole(Text::from_str(&text))).unwrap();
                assert_eq!(whole, format!("\"{text}\""));
            }
        }
    }

    #[test]
    fn json_escapes_lone_surrogates_only() {
        assert_eq!(serde_json::to_string(&text(&[0xd83d, 0x22, 0x0a])).unwrap(), r#""\ud83d\"\u000a""#);
        assert_eq!(serde_json::to_string(&TextBuf::from("é\n")).unwrap(), r#""é\n""#);
    }
}
