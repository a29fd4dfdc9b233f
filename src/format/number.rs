//! One JSON number, exactly.

/// The value of a whole number in JSON's notation, exponents included: `100`, `-6`, `1e2`, `2.50e1`.
///
/// `i128` holds every `u64` and every `i64`, so that callers see sign and size before they choose a width.
///
/// # Errors
/// A sentence part that says what is wrong with the text.
pub fn parse(text: &[u8]) -> Result<i128, String> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let magnitude = if unsigned.len() <= 19 && unsigned.iter().all(u8::is_ascii_digit) {
        if unsigned.is_empty() || unsigned.len() > 1 && unsigned[0] == b'0' {
            return Err(not_a_number(text));
        }
        unsigned.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'))
    } else {
        parse_parts(unsigned, text)?
    };
    Ok(if negative { -i128::from(magnitude) } else { i128::from(magnitude) })
}

/// The notation with a fraction, an exponent or many digits. `text` is for messages.
fn parse_parts(unsigned: &[u8], text: &[u8]) -> Result<u64, String> {
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole.len()..];
    if whole.is_empty() || whole.len() > 1 && whole[0] == b'0' {
        return Err(not_a_number(text));
    }
    let mut fraction: &[u8] = &[];
    if let [b'.', after @ ..] = rest {
        fraction = digits(after);
        rest = &after[fraction.len()..];
        if fraction.is_empty() {
            return Err(not_a_number(text));
        }
    }
    let mut exponent = 0i64;
    if let [b'e' | b'E', after @ ..] = rest {
        let (negative, after) = match after {
            [b'-', after @ ..] => (true, after),
            [b'+', after @ ..] => (false, after),
            _ => (false, after),
        };
        let power = digits(after);
        rest = &after[power.len()..];
        if power.is_empty() {
            return Err(not_a_number(text));
        }
        // Far beyond any exponent that leaves a u64, and far from an overflow of the sums below.
        let far = 1 << 40;
        exponent = power.iter().fold(0, |value: i64, digit| (value * 10 + i64::from(digit - b'0')).min(far));
        if negative {
            exponent = -exponent;
        }
    }
    if !rest.is_empty() {
        return Err(not_a_number(text));
    }
    // The digits without the point, and how many of them stand before it after the exponent moved it.
    let all = whole.iter().chain(fraction);
    let count = whole.len() + fraction.len();
    let point = i64::try_from(whole.len()).map_err(|_| not_a_number(text))? + exponent;
    let mut value = 0u64;
    for (position, digit) in (0i64..).zip(all) {
        let digit = u64::from(digit - b'0');
        if position < point {
            value = value.checked_mul(10).and_then(|value| value.checked_add(digit)).ok_or_else(|| too_large(text))?;
        } else if digit != 0 {
            return Err(format!("{} is not a whole number", shown(text)));
        }
    }
    let mut missing = point - i64::try_from(count).map_err(|_| not_a_number(text))?;
    while missing > 0 && value > 0 {
        value = value.checked_mul(10).ok_or_else(|| too_large(text))?;
        missing -= 1;
    }
    Ok(value)
}

fn digits(text: &[u8]) -> &[u8] {
    &text[..text.iter().take_while(|byte| byte.is_ascii_digit()).count()]
}

fn not_a_number(text: &[u8]) -> String {
    format!("{} is not a number", shown(text))
}

fn too_large(text: &[u8]) -> String {
    format!("{} is above 2^64", shown(text))
}

fn shown(text: &[u8]) -> String {
    let cut = &text[..text.len().min(32)];
    format!("\"{}{}\"", cut.escape_ascii(), if cut.len() < text.len() { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_number(text: &str, value: i128) {
        assert_eq!(parse(text.as_bytes()), Ok(value), "{text}");
    }

    #[test]
    fn whole_numbers_are_exact() {
        check_number("0", 0);
        check_number("-0", 0);
        check_number("-6", -6);
        check_number("9007199254740993", 9007199254740993);
        check_number("18446744073709551615", 18446744073709551615);
        check_number("1e2", 100);
        check_number("1E+2", 100);
        check_number("100e-2", 1);
        check_number("2.50e1", 25);
        check_number("5.0", 5);
        check_number("0e999999999999999999999", 0);
        check_number("0.000", 0);
        check_number("1.8446744073709551615e19", 18446744073709551615);
    }

    #[test]
    fn everything_else_is_refused() {
        for text in
            ["", "-", "+1", "01", "1.5", "1e", "1e-1", ".5", "5.", "1e30", "18446744073709551616", "1x", "--1", "NaN"]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"1e-999999999999999999999").is_err());
        assert!(parse(&[b'9'; 4096]).is_err());
    }
}
