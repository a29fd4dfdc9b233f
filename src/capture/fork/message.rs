//! The messages of the forked child, a line of JSON each, through a pipe of its own.

use super::super::stream::{Captured, Counts, Ids};
use crate::archive::Written;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) enum Message {
    /// Bytes of the document so far.
    Raw(u64),
    /// The file has its name.
    Done(Done),
    /// Nothing is left of it.
    Failed { code: String, message: String },
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Done {
    raw_bytes: u64,
    stored_bytes: u64,
    sha256: String,
    node_count: u64,
    edge_count: u64,
    ids: Option<Ids>,
}

impl Message {
    pub fn done(captured: &Captured) -> Self {
        Message::Done(Done {
            raw_bytes: captured.file.raw_bytes,
            stored_bytes: captured.file.stored_bytes,
            sha256: captured.file.sha256.clone(),
            node_count: captured.counts.node_count,
            edge_count: captured.counts.edge_count,
            ids: captured.ids.clone(),
        })
    }

    pub fn failed(error: &Error) -> Self {
        Message::Failed { code: error.code().into(), message: error.to_string() }
    }

    pub fn to_line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("texts and numbers can be written");
        line.push('\n');
        line
    }
}

impl Done {
    pub fn into_captured(self, path: &Path) -> Captured {
        Captured {
            file: Written {
                path: path.into(),
                raw_bytes: self.raw_bytes,
                stored_bytes: self.stored_bytes,
                sha256: self.sha256,
            },
            counts: Counts { node_count: self.node_count, edge_count: self.edge_count },
            ids: self.ids,
        }
    }
}

/// Lines out of the pieces that a pipe gives.
#[derive(Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// The messages that end in `piece`. What is none is skipped: a process that crashes may write half a line.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Message> {
        self.begun.extend_from_slice(piece);
        let Some(end) = memchr::memrchr(b'\n', &self.begun) else { return Vec::new() };
        let lines: Vec<u8> = self.begun.drain(..=end).collect();
        lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_splits::check_splits;

    #[test]
    fn messages_cross_the_pipe_in_any_pieces() {
        let captured = Captured {
            file: Written { path: "a".into(), raw_bytes: 70, stored_bytes: 7, sha256: "ab".into() },
            counts: Counts { node_count: 3, edge_count: 4 },
            ids: Some(Ids { space: "ab".into(), reason: None, kept: 2, has_table: true }),
        };
        let error = Error::NoSpace { path: "/a\n\"b".into() };
        let messages = [Message::Raw(7), Message::done(&captured), Message::failed(&error)];
        let text: String = messages.iter().map(Message::to_line).collect();
        let all = check_splits(text.as_bytes(), |pieces| {
            let mut lines = Lines::default();
            pieces.iter().flat_map(|piece| lines.feed(piece)).collect::<Vec<_>>()
        });
        assert_eq!(all, messages);
        let Message::Done(done) = &messages[1] else { unreachable!("it is one") };
        assert_eq!(done.clone().into_captured(Path::new("a")), captured);
        assert_eq!(Lines::default().feed(b"nonsense\n{}\n{\"raw\":1}\n"), [Message::Raw(1)]);
    }
}
