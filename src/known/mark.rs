//! The facts about a step of a path that follow from a name, and the row of one name.

/// What the name of an edge, or of a node that V8 or Node.js made, says about a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Nothing.
    Plain,
    /// Compiled code, feedback, shapes: never a reason why something is kept that a person could change.
    Machinery,
    /// What runs at the moment, or is listed only to be cleaned up at the end.
    Momentary,
    /// `__proto__`, `constructor`: true, but every instance has them.
    Class,
    /// A property whose name is a symbol: where another property has a plain name, the path takes that one.
    Symbol,
    /// From one part of an object to the next.
    Link,
    /// From one timer to the next: a timer is also held by whoever set it.
    Timer,
    /// A number as the name of an internal edge: a slot of a table.
    Slot,
    /// `7 / part of key (…) -> value (…) pair in WeakMap (table @9)`
    Pair,
    /// A set of roots that keeps V8's own constants and caches, or needs what takes the snapshot.
    Caches,
    /// The roots that hold handles of native code.
    Handles,
    /// A set of roots that keeps what functions under way use.
    Running,
    /// Work that is under way. It holds the objects that it uses, and is not why they are there.
    Continuation,
    /// `system / Cell`: the variable of an ES module, though V8 counts it to the object shapes.
    Cell,
}

/// One name.
pub struct Known {
    pub name: &'static str,
    /// What it says about a step of a path.
    pub mark: Mark,
    /// What a person calls it.
    pub called: Option<&'static str>,
}
