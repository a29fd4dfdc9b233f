//! Property names as they are written inside braces: `{id, "content-type"}`.

use crate::text::{Text, TextBuf};

/// The name itself, or its JSON literal when the name has a character that would confuse a list in braces.
///
/// # Source
/// DevTools' `formatPropertyName`.
pub fn property_text(name: Text<'_>) -> TextBuf {
    if name.as_bytes().iter().any(|byte| matches!(byte, b',' | b'\'' | b'"' | b'{' | b'}')) {
        json_literal(name)
    } else {
        name.to_owned()
    }
}

/// What `JSON.stringify` makes of a string.
pub fn json_literal(text: Text<'_>) -> TextBuf {
    let mut json = TextBuf::from("\"");
    for unit in char::decode_utf16(text.units()) {
        match unit {
            Ok('"') => json.push_str("\\\""),
            Ok('\\') => json.push_str("\\\\"),
            Ok('\u{8}') => json.push_str("\\b"),
            Ok('\t') => json.push_str("\\t"),
            Ok('\n') => json.push_str("\\n"),
            Ok('\u{c}') => json.push_str("\\f"),
            Ok('\r') => json.push_str("\\r"),
            Ok(control) if control < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(control))),
            Ok(char) => json.push_str(char.encode_utf8(&mut [0; 4])),
            Err(lone) => json.push_str(&format!("\\u{:04x}", lone.unpaired_surrogate())),
        }
    }
    json.push_str("\"");
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_property(name: &str, expected: &str) {
        assert_eq!(property_text(Text::from_str(name)).to_string(), expected);
    }

    #[test]
    fn only_confusing_names_are_quoted() {
        check_property("plain name", "plain name");
        check_property("a\\b\n", "a\\b\n");
        check_property("", "");
        check_property("d,e", "\"d,e\"");
        check_property("it's", "\"it's\"");
        let odd = "say \"hi\" \\ \n\u{1}é";
        check_property(odd, &serde_json::to_string(odd).unwrap());
    }

    #[test]
    fn a_lone_surrogate_is_escaped() {
        let mut name = TextBuf::from("{");
        name.push_unit(0xd83d);
        assert_eq!(property_text(name.as_text()).to_string(), "\"{\\ud83d\"");
    }
}
