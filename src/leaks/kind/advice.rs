//! What to do about a leak: what usually repairs its kind, or what this one needs.

use super::{Detail, Kind, Scene, memory};
use crate::leaks::last::{Meaning, origin};

/// Classes of Node.js that end in a way of their own.
const OF_CLASS: [(&str, &str); 9] = [
    ("AsyncLocalStorage", "Make one AsyncLocalStorage for the program, or call `disable()` on each that is done with."),
    ("AsyncHook", "Make one hook for the program, or call `disable()` on each that is done with."),
    ("PerformanceObserver", "Make one PerformanceObserver for the program, or call `disconnect()` on each that is done with."),
    ("PerformanceMark", MARKS),
    ("PerformanceMeasure", MARKS),
    ("PerformanceResourceTiming", "Call `performance.clearResourceTimings()` when the timings are read, or bound them with `setResourceTimingBufferSize()`."),
    ("ChildProcess", "Let each child process end, or end it (`kill()`, the options `timeout` and `signal`), and bound how many run at once."),
    ("FSWatcher", "Close each watcher when its work is done (`close()`, the option `signal`), or keep one for the path."),
    ("StatWatcher", "Stop each watcher when its work is done (`unwatchFile`), or keep one for the path."),
];
const MARKS: &str =
    "Take marks and measures out when they are read: `performance.clearMarks(name)`, `performance.clearMeasures(name)`.";
const OF_PACKAGE_TIMER: &str = "The timer is of a package, for who waits: who goes away must stop to wait (a time limit, a signal, \
    what the package has to cancel or to close), and what cannot be served is turned away at once.";
const OF_VIEWS: &str = "Memory lives as long as any view of it: where a part is enough, keep a copy (Buffer.from(view)).";

/// One or two sentences.
pub fn advice(scene: &Scene<'_, '_>, kind: Kind, detail: &Detail) -> String {
    let of_node = |at: &usize| scene.meaning(*at) <= Meaning::Platform;
    let of_class = scene.leaking().filter(of_node).find_map(|at| {
        let class = scene.class(at);
        OF_CLASS.iter().find(|(known, _)| *known == class)
    });
    if let Some((_, advice)) = of_class.filter(|_| ends_by_itself(kind)) {
        return (*advice).to_owned();
    }
    let of_package = |detail: &Detail| {
        detail.location.as_ref().is_some_and(|place| origin(&place.file.to_string()) == Meaning::Package)
    };
    match kind {
        Kind::Timers if of_package(detail) => OF_PACKAGE_TIMER.to_owned(),
        Kind::GrowingMap | Kind::GrowingSet | Kind::GrowingArray | Kind::GrowingObject | Kind::GrowingList
            if memory::viewed(scene).is_some() =>
        {
            format!("{} {OF_VIEWS}", kind.advice())
        }
        _ => kind.advice().to_owned(),
    }
}

/// Kinds that say nothing better of an object than its class does.
fn ends_by_itself(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Instances | Kind::NativeHandles | Kind::AsyncContext | Kind::GrowingArray | Kind::GrowingSet
            | Kind::GrowingMap | Kind::GrowingList | Kind::GrowingObject | Kind::Other
    )
}

#[cfg(test)]
mod tests {
    use super::{Kind, OF_CLASS};

    /// Every kind says in a sentence what to do; so does every class.
    #[test]
    fn every_kind_has_advice() {
        let of_class = OF_CLASS.iter().map(|(class, advice)| (*class, *advice));
        for (name, advice) in Kind::ALL.iter().map(|kind| (kind.name(), kind.advice())).chain(of_class) {
            assert!(advice.starts_with(|first: char| first.is_uppercase()) && advice.ends_with('.'), "{name}: {advice}");
            assert!((40..=190).contains(&advice.chars().count()), "{name}: {advice}");
        }
    }
}
