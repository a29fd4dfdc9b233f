//! What heaphound knows about the names of V8: its nodes, its edges and the roots of a heap.
//!
//! V8 names what it makes for itself in `src/profiler/heap-snapshot-generator.cc`, and its roots in
//! `src/objects/visitors.h` (`ROOT_ID_LIST`). A name that V8 changed gets one more row here. The old row stays: files of
//! older lines of Node.js are read too.

use super::mark::Known;
use super::mark::Mark::{self, *};

/// Begins the names of the objects that V8 makes for itself: `system / Map`.
pub const SYSTEM: &str = "system / ";
/// Separates a class from what an object of it is for: `system / Context / a.js`.
pub const SEPARATOR: &str = " / ";
/// Begins the name of a DOM node that no document shows, and of such an element.
pub const DETACHED: &str = "Detached ";
pub const DETACHED_ELEMENT: &str = "Detached <";

/// The variables of a function that its closures share.
pub const CONTEXT: &str = "system / Context";
/// The record of a function, which V8 15 writes before the function's name.
pub const FUNCTION_RECORD: &str = "system / SharedFunctionInfo";
/// The record of a script, which V8 15 writes before the script's file.
pub const SCRIPT: &str = "system / Script";
/// An ES module. Some lines write its state behind the name.
pub const SOURCE_TEXT_MODULE: &str = "system / SourceTextModule";
/// A module of another sort: built in, CommonJS, JSON.
pub const SYNTHETIC_MODULE: &str = "system / SyntheticModule";
/// The built-in objects of one `node:vm` context, or of one worker.
pub const NATIVE_CONTEXT: &str = "system / NativeContext";
/// Begins the names of promises' parts.
pub const PROMISE_PARTS: &str = "system / Promise";
/// What waits for a promise.
pub const PROMISE_REACTION: &str = "system / PromiseReaction";
/// What waits for its turn to run, once (`src/objects/microtask.h`, `src/objects/promise.h`).
pub const JOBS: [&str; 5] = [
    "system / CallableTask",
    "system / CallbackTask",
    "system / PromiseFulfillReactionJobTask",
    "system / PromiseRejectReactionJobTask",
    "system / PromiseResolveThenableJobTask",
];
/// A registration in a FinalizationRegistry.
pub const WEAK_CELL: &str = "system / WeakCell";
/// The bytes of an ArrayBuffer, outside of the heap.
pub const ARRAY_BUFFER_DATA: &str = "system / JSArrayBufferData";
/// The bytes of a string, outside of the heap.
pub const EXTERNAL_STRING_DATA: &str = "system / ExternalStringData";
/// A description of an object's layout, followed by the class: `system / Map (Timeout)`.
pub const MAP_OF_CLASS: &str = "system / Map (";

/// Roots of handles that native code keeps.
pub const GLOBAL_HANDLES: &str = "(Global handles)";
/// The roots below which V8 lists all others.
pub const GC_ROOTS: &str = "(GC roots)";

/// The class of objects that the program made without a class.
pub const PLAIN_OBJECT: &str = "Object";

/// Between key and value of a WeakMap's entry: `7 / part of key (…) -> value (…) pair in WeakMap (table @9)`.
pub const WEAK_PAIR: &str = " pair in WeakMap (table @";
/// The whole of it, as DevTools reads it: the name of the pair, and the id of the table.
pub const WEAK_PAIR_FORM: &str =
    r"(?s-u)^[0-9]+( / part of key \(.*? @[0-9]+\) -> value \(.*? @[0-9]+\) pair in WeakMap \(table @([0-9]+)\))$";

/// The class of the global object of Node.js.
pub const GLOBAL: &str = "global";
/// How an inspector, and V8 14, write more behind it: `global / `, `global (global*)`.
pub const GLOBAL_TAGGED: [&str; 2] = ["global / ", "global ("];

/// Nodes in which V8 keeps the contents of an object. Beside them every node of the kind `array` is one.
pub const BACKING: [&str; 2] = ["system / PropertyArray", "system / EmbedderDataArray"];
/// Begins the names of the tables of Maps and Sets.
pub const ORDERED_TABLES: &str = "system / Ordered";

const fn row(name: &'static str, mark: Mark) -> Known {
    Known { name, mark, called: None }
}

const fn called(name: &'static str, mark: Mark, called: &'static str) -> Known {
    Known { name, mark, called: Some(called) }
}

/// Edges and nodes, each once.
pub const KNOWN: [Known; 78] = [
    // Edges to descriptions of objects and to code (`ExtractMapReferences`, `ExtractSharedFunctionInfoReferences`, …).
    row("map", Machinery),
    row("shared", Machinery),
    row("code", Machinery),
    row("feedback_cell", Machinery),
    row("feedback_vector", Machinery),
    row("native_context", Machinery),
    row("scope_info", Machinery),
    row("script", Machinery),
    // Until V8 12 the name of `script`.
    row("script_or_debug_info", Machinery),
    row("dependent_code", Machinery),
    row("descriptors", Machinery),
    row("transitions", Machinery),
    row("transition_info", Machinery),
    row("prototype_info", Machinery),
    row("back_pointer", Machinery),
    row("enum_cache", Machinery),
    row("function_data", Machinery),
    row("name_or_scope_info", Machinery),
    row("initial_map", Machinery),
    row("deoptimization_data", Machinery),
    row("bytecode_array", Machinery),
    row("target_map", Machinery),
    row("allocation_site", Machinery),
    // Edges to what runs at the moment, and to what Node.js lists only to clean up at its end.
    row("current_microtask", Momentary),
    row("cleanup_queue", Momentary),
    // Nodes that describe objects or code.
    row("system / Map", Machinery),
    row("system / Oddball", Machinery),
    row("system / WeakArrayList", Machinery),
    row("system / WeakFixedArray", Machinery),
    row("system / FeedbackVector", Machinery),
    row("system / FeedbackCell", Machinery),
    row("system / ScopeInfo", Machinery),
    row(FUNCTION_RECORD, Machinery),
    row(SCRIPT, Machinery),
    row("system / BytecodeArray", Machinery),
    row("system / AllocationSite", Machinery),
    row("system / PrototypeInfo", Machinery),
    row("system / DescriptorArray", Machinery),
    row("system / TransitionArray", Machinery),
    row("system / FunctionTemplateInfo", Machinery),
    row("system / ObjectTemplateInfo", Machinery),
    // Roots that keep V8's own constants and caches, and lists of what others hold.
    row("(Internalized strings)", Caches),
    row("(External strings)", Caches),
    row("(Read-only roots)", Caches),
    row("(Compilation cache)", Caches),
    row("(Builtins)", Caches),
    row("(Code flusher)", Caches),
    row("(Startup object cache)", Caches),
    row("(Shareable object cache)", Caches),
    row("(Weak collections)", Caches),
    // Roots of functions under way: the stack, handles of native functions, stacks of threads that wait for their turn.
    row("(Stack roots)", Running),
    row("(Handle scope)", Running),
    row("(Relocatable)", Running),
    row("(Thread manager)", Running),
    row(GLOBAL_HANDLES, Handles),
    // Nodes of work that is under way.
    row("Generator", Continuation),
    row("AsyncGenerator", Continuation),
    row(PROMISE_REACTION, Continuation),
    row("system / Cell", Cell),
    // Edges that every instance of a class has.
    called("__proto__", Class, "[[Prototype]]"),
    row("constructor", Class),
    // Edges from one part of an object to the next. `elements` and `properties` are none: what is in them has an edge
    // of its own.
    row("table", Link),
    called("context", Link, "scope"),
    row("buffer", Link),
    called(BACKING_STORE, Link, "[[ArrayBufferData]]"),
    called("parent", Link, "long string behind the slice"),
    called("first", Link, "left part"),
    called("second", Link, "right part"),
    called("bound_this", Link, "[[BoundThis]]"),
    called("bound_function", Link, "[[BoundFunction]]"),
    called(REACTIONS_OR_RESULT, Link, "[[PromiseReaction]]"),
    row("value", Link),
    called("holdings", Link, "[[HeldValue]]"),
    // Edges of which only the name is of use.
    called("fulfill_handler", Plain, "[[FulfillHandler]]"),
    called("reject_handler", Plain, "[[RejectHandler]]"),
    called("promise_or_capability", Plain, "[[Promise]]"),
    called(ACTIVE_CELLS, Plain, "[[Cells]]"),
    called("previous", Plain, "outer scope"),
];

/// From an ArrayBuffer to its [`ARRAY_BUFFER_DATA`].
pub const BACKING_STORE: &str = "backing_store";
/// From a promise to what waits for it, or to its result once it has one.
pub const REACTIONS_OR_RESULT: &str = "reactions_or_result";
/// From a FinalizationRegistry to its registrations.
pub const ACTIVE_CELLS: &str = "active_cells";

/// What V8 numbers in a [`PROMISE_REACTION`], by the number: the next one, the handlers, the promise, the store of
/// AsyncLocalStorage.
pub const REACTION_SLOTS: [&str; 5] =
    ["next reaction", "[[RejectHandler]]", "[[FulfillHandler]]", "[[Promise]]", "[[AsyncContext]]"];

/// What a person calls an internal edge.
pub fn called_by_people(edge: &str) -> Option<&'static str> {
    if edge.starts_with("bound_argument") {
        return Some("[[BoundArgument]]");
    }
    KNOWN.iter().find(|known| known.name == edge).and_then(|known| known.called)
}
