//! Numbers as sentences write them.

use std::fmt::Display;

/// An integer with a comma before every three digits: `1,234,567`.
pub fn grouped(value: impl Display) -> String {
    let text = value.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", &text[..]), |digits| ("-", digits));
    let mut written = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_stand_together() {
        for (value, expected) in [
            (0, "0"),
            (211, "211"),
            (1_000, "1,000"),
            (10_500, "10,500"),
            (-123_456, "-123,456"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(value), expected);
        }
    }
}
