//! What an image may tell of the command line: the program, the names of its options, and the script. Values, and what
//! the script gets, may be secrets.

pub(in crate::capture) fn harmless<'a>(mut words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut shown: Vec<String> = words.next().map(str::to_owned).into_iter().collect();
    for word in words {
        if let (true, Some((name, _))) = (word.starts_with('-'), word.split_once('=')) {
            shown.push(format!("{name}=…"));
        } else if word.starts_with("--") || (word.starts_with('-') && word.len() == 2) {
            shown.push(word.to_owned());
        } else if is_script(word) {
            shown.push(word.to_owned());
            break;
        } else {
            shown.push("…".into());
        }
    }
    shown
}

/// A word that is the name of a file with JavaScript, and nothing else.
fn is_script(word: &str) -> bool {
    const ENDINGS: [&str; 6] = [".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-@+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_keep_no_values() {
        let shown = |line: &str| harmless(line.split('\0').filter(|word| !word.is_empty())).join(" ");
        assert_eq!(
            shown("node\0--title=secret\0-r\0./setup.js\0app.js\0--password\0x"),
            "node --title=… -r ./setup.js"
        );
        assert_eq!(shown("node\0--inspect\0/srv/app.mjs\0token"), "node --inspect /srv/app.mjs");
        assert_eq!(shown("node\0-e\0password('x')\0"), "node -e …");
        assert_eq!(shown("node\0-psecret\0--eval\0a=b.js"), "node … --eval …");
        assert_eq!(shown(""), "");
    }
}
