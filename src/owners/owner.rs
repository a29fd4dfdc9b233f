//! Who an owner is: the program, one package, Node.js, V8, or code that is in no file of theirs.

use crate::leaks::{Origin, OwnCode, Package, origin_of_file};
use crate::text::{Text, TextBuf};

/// The name of heaphound among the packages, where it runs from a clone.
const TOOL: &str = "heaphound";

/// What a row of the answer stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum By {
    Package,
    File,
}

/// Whose code it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OwnerKind {
    Own,
    Package,
    Node,
    Engine,
    /// Code of `eval`, of a bundler, of a package manager: in no file that says whose it is.
    Other,
}

impl OwnerKind {
    /// The word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Package => "package",
            Self::Node => "node",
            Self::Engine => "v8",
            Self::Other => "other",
        }
    }
}

/// The kind keeps a package with the name `(own code)` apart from own code.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Owner {
    pub kind: OwnerKind,
    pub name: TextBuf,
}

impl Owner {
    pub fn engine() -> Self {
        Self { kind: OwnerKind::Engine, name: TextBuf::from("(V8)") }
    }

    /// Native code of Node.js, which has no file.
    pub fn native() -> Self {
        Self { kind: OwnerKind::Node, name: TextBuf::from("node:") }
    }

    /// The owner of a file. With [`By::File`] it is the file.
    pub fn of_file(file: Text<'_>, by: By, own: &OwnCode<'_>) -> Self {
        let text = file.to_string_lossy();
        let (kind, package) = kind_of(&text, own);
        let name = match by {
            By::Package => match kind {
                OwnerKind::Own => TextBuf::from("(own code)"),
                OwnerKind::Node => TextBuf::from("node:"),
                OwnerKind::Other => TextBuf::from("(other code)"),
                OwnerKind::Package | OwnerKind::Engine => TextBuf::from(package.unwrap_or_default()),
            },
            // Numbers of scripts differ from one process to the next.
            By::File if text.is_empty() || text.starts_with('(') || text.len() > own.longest_file => {
                TextBuf::from("(no file)")
            }
            By::File => file.to_owned(),
        };
        Self { kind, name }
    }
}

/// The kind of a file's owner, and the name of the package.
fn kind_of(file: &str, own: &OwnCode<'_>) -> (OwnerKind, Option<String>) {
    if own.tools.iter().any(|tool| file.starts_with(tool.as_str())) {
        return (OwnerKind::Package, Some(TOOL.to_owned()));
    }
    if origin_of_file(file) == Origin::Node {
        return (OwnerKind::Node, None);
    }
    if own.is_own_file(file) {
        return (OwnerKind::Own, None);
    }
    let relative = file.starts_with("node_modules/").then(|| format!("/{file}"));
    match Package::of_file(relative.as_deref().unwrap_or(file)) {
        Some(package) if !package.name.is_empty() => (OwnerKind::Package, Some(package.name)),
        _ => (OwnerKind::Other, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, kind: OwnerKind, package: &str, by_file: &str) {
        let tools = ["/opt/heaphound/lib/".to_owned()];
        let own = OwnCode { tools: &tools, longest_file: 4096 };
        let of = |by| Owner::of_file(Text::from_str(file), by, &own);
        assert_eq!(of(By::Package), Owner { kind, name: TextBuf::from(package) }, "{file}");
        assert_eq!(of(By::File), Owner { kind, name: TextBuf::from(by_file) }, "{file}");
    }

    #[test]
    fn a_file_has_one_owner() {
        use OwnerKind::*;
        for (file, kind, package) in [
            ("/srv/app/src/a.js", Own, "(own code)"),
            ("C:\\app\\a.js", Own, "(own code)"),
            ("webpack://app/./src/a.ts", Own, "(own code)"),
            ("node:events", Node, "node:"),
            ("internal/timers.js", Node, "node:"),
            ("/srv/node_modules/ws/lib/x.js", Package, "ws"),
            ("/srv/node_modules/a/node_modules/@s/p/x.js", Package, "@s/p"),
            ("/srv/node_modules/.pnpm/@s+p@1.0.0/node_modules/@s/p/x.js", Package, "@s/p"),
            ("C:\\app\\node_modules\\@s\\p\\x.js", Package, "@s/p"),
            ("/srv/.yarn/cache/ws-npm-8.zip/node_modules/ws/x.js", Package, "ws"),
            ("node_modules/ws/x.js", Package, "ws"),
            ("/srv/node_modules/(own code)/x.js", Package, "(own code)"),
            ("/opt/heaphound/lib/open/x.js", Package, "heaphound"),
            ("/srv/.pnp.cjs", Other, "(other code)"),
            ("webpack://app/webpack/bootstrap", Other, "(other code)"),
            ("evalmachine.<anonymous>", Other, "(other code)"),
            ("/srv/node_modules/x.js", Other, "(other code)"),
        ] {
            check(file, kind, package, file);
        }
    }

    #[test]
    fn code_without_a_file_is_nobodys_own() {
        for file in ["(script 7)", "", &format!("/{}", "x".repeat(5000))] {
            check(file, OwnerKind::Other, "(other code)", "(no file)");
        }
    }
}
