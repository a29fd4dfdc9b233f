//! What to do about a leak: the usual repair of its kind, or a special one for its class or its writer.

use super::{Detail, Kind, Scene, memory};
use crate::leaks::origin::Origin;

/// Classes of Node.js with a repair of their own.
const OF_CLASS: [(&str, &str); 9] = [
    ("AsyncLocalStorage", "Make one AsyncLocalStorage for the program, or call `disable()` on each that is done with."),
    ("AsyncHook", "Make one hook for the program, or call `disable()` on each that is done with."),
    (
        "PerformanceObserver",
        "Make one PerformanceObserver for the program, or call `disconnect()` on each that is done with.",
    ),
    ("PerformanceMark", MARKS),
    ("PerformanceMeasure", MARKS),
    (
        "PerformanceResourceTiming",
        "Call `performance.clearResourceTimings()` when the timings are read, or bound them with `setResourceTimingBufferSize()`.",
    ),
    (
        "ChildProcess",
        "Let each child process end, or end it (`kill()`, the options `timeout` and `signal`), and bound how many run at once.",
    ),
    (
        "FSWatcher",
        "Close each watcher when its work is done (`close()`, the option `signal`), or keep one for the path.",
    ),
    ("StatWatcher", "Stop each watcher when its work is done (`unwatchFile`), or keep one for the path."),
];
const MARKS: &str = "Take marks and measures out when they are read: `performance.clearMarks(name)`, `performance.clearMeasures(name)`.";
const OF_PACKAGE_TIMER: &str = "The timer is of a package, for somebody who waits: stop to wait when that one goes away (a time limit, a \
    `signal`, `close()`), and turn away at once what cannot be served.";
const OF_PACKAGE_LISTENER: &str = "The listener is of a package: end what it was made for (`close()`, `destroy()`, a time limit), or make that \
    once and share it.";
const OF_NODE_LISTENER: &str = "The listener is of Node.js, for a stream or a call that is not over: end that on every path (`unpipe`, `destroy`, \
    the option `signal`).";
const OF_PACKAGE_COLLECTION: &str = "The collection is of a package: give back, finish or remove there what was put in, as the package has it \
    (`release()`, `done()`, `delete()`), or set its limit.";
const OF_NODE_COLLECTION: &str = "The collection is of Node.js, and a call of the program puts this in: make that call once, or undo it when the \
    work is done (`unsubscribe()`, `disable()`, `close()`, `clear…()`).";
const OF_VIEWS: &str =
    "Memory lives as long as any view of it: where a part is enough, keep a copy (Buffer.from(view)).";

/// One or two sentences.
pub fn advice(scene: &Scene<'_, '_>, kind: Kind, detail: &Detail) -> String {
    let of_node = |at: &usize| scene.origin(*at) <= Origin::Node;
    let of_class = scene.leaking().filter(of_node).find_map(|at| {
        let class = scene.class(at);
        OF_CLASS.iter().find(|(known, _)| *known == class)
    });
    if let Some((_, advice)) = of_class.filter(|_| ends_by_itself(kind)) {
        return (*advice).to_owned();
    }
    let writer = detail.location.as_ref().map(|place| scene.naming.origin_at(place));
    let own = match (kind, writer) {
        (Kind::Timers, Some(Origin::Package)) => OF_PACKAGE_TIMER,
        (Kind::EventListeners, Some(Origin::Package)) => OF_PACKAGE_LISTENER,
        (Kind::EventListeners, Some(Origin::Node)) => OF_NODE_LISTENER,
        _ if is_collection(kind) && scene.holder_origin() == Some(Origin::Package) => OF_PACKAGE_COLLECTION,
        _ if is_collection(kind) && scene.is_variable_of_node() => OF_NODE_COLLECTION,
        _ => kind.advice(),
    };
    if is_collection(kind) && memory::viewed(scene).is_some() {
        return format!("{own} {OF_VIEWS}");
    }
    own.to_owned()
}

fn is_collection(kind: Kind) -> bool {
    use Kind::{GrowingArray, GrowingList, GrowingMap, GrowingObject, GrowingSet};
    matches!(kind, GrowingMap | GrowingSet | GrowingArray | GrowingObject | GrowingList)
}

/// Kinds that say no more of an object than its class does.
fn ends_by_itself(kind: Kind) -> bool {
    is_collection(kind) || matches!(kind, Kind::Instances | Kind::NativeHandles | Kind::AsyncContext | Kind::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind, every class and every writer has a sentence that says what to do.
    #[test]
    fn every_kind_has_advice() {
        let of_class = OF_CLASS.iter().map(|(class, advice)| (*class, *advice));
        let of_collection = [OF_PACKAGE_COLLECTION, OF_NODE_COLLECTION, OF_VIEWS];
        let of_writer = [OF_PACKAGE_TIMER, OF_PACKAGE_LISTENER, OF_NODE_LISTENER].into_iter().chain(of_collection);
        let of_writer = of_writer.map(|advice| ("writer", advice));
        let of_kind = Kind::ALL.iter().map(|kind| (kind.name(), kind.advice()));
        for (name, advice) in of_kind.chain(of_class).chain(of_writer) {
            assert!(
                advice.starts_with(|first: char| first.is_uppercase()) && advice.ends_with('.'),
                "{name}: {advice}"
            );
            assert!((40..=190).contains(&advice.chars().count()), "{name}: {advice}");
        }
    }
}
