//! Are sockets connections of clients that wait for the next request, with a timer that closes them?

use super::suspect::Grown;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::node::{MESSAGE_OF_SOCKET, MESSAGES, PARSER_OF_SOCKET, PARSERS, SOCKETS, TIMER_OF_SOCKET, TIMERS};
use crate::leaks::growth::change::Growth;
use crate::leaks::newest::Newest;
use crate::ordinal::NodeOrdinal;

/// Whether one of the sockets waits for a request, as many timers as sockets came, and no message came with them.
///
/// Example: ninety clients keep their connection for five seconds (`server.keepAliveTimeout`). A socket whose request
/// has no answer has a message, and one without such a timer stays for ever: neither counts.
pub fn wait_for_requests(newest: &Newest<'_>, item: NodeOrdinal, growth: &Growth, parts: &[Grown]) -> bool {
    let is_one_of = |node, classes: &[&str]| classes.iter().any(|class| newest.snapshot().name_text(node).is(class));
    // One socket may just be between two timers.
    let spare = newest.limits.uneven_difference;
    let is_as_many =
        |part: &Grown| part.growth.counts.iter().zip(&growth.counts).all(|(part, all)| part + spare >= *all);
    let has_timers = parts.iter().any(|part| is_one_of(part.node, &TIMERS) && is_as_many(part));
    let has_messages = parts.iter().any(|part| is_one_of(part.node, &MESSAGES));
    let mut nodes = parts.iter().map(|part| part.node).chain([item]);
    has_timers && !has_messages && nodes.any(|node| is_one_of(node, &SOCKETS) && is_waiting(newest, node))
}

fn is_waiting(newest: &Newest<'_>, socket: NodeOrdinal) -> bool {
    let snapshot = newest.snapshot();
    let value = |name: &str| snapshot.named_edge(socket, EdgeKind::Property, name).map(|(_, value)| value);
    let has = |name: &str, classes: &[&str]| {
        value(name).is_some_and(|value| classes.iter().any(|class| snapshot.name_text(value).is(class)))
    };
    let is_free = value(MESSAGE_OF_SOCKET).is_none_or(|message| snapshot.kind(message) == NodeKind::HIDDEN);
    is_free && has(TIMER_OF_SOCKET, &TIMERS) && has(PARSER_OF_SOCKET, &PARSERS)
}
