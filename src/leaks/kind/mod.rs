//! The kind of a leak, and the usual repair.
//!
//! One question a file. The table [`QUESTIONS`] has their order: the more special question comes first.

mod advice;
mod between_heaps;
mod closures;
mod collections;
mod emitters;
mod instances;
mod leaked;
mod memory;
mod modules;
mod network;
mod page;
mod promises;
mod realms;
mod registries;
mod scene;
mod timers;

use crate::analysis::SourceLocation;
pub use advice::advice;
pub use between_heaps::BetweenHeaps;
pub use leaked::Leaked;
pub use scene::Scene;

macro_rules! kinds {
    ($($kind:ident $name:literal $advice:literal;)*) => {
        /// The kind of a leak.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($kind),* }

        impl Kind {
            /// `LeakKind` of `index.d.ts`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The usual repair.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$kind => $advice),* }
            }
        }
    };
}

kinds! {
    GrowingMap "growing-map" "Remove the entry when its work is done, or bound the Map: a limit, an expiry, an LRU cache.";
    GrowingSet "growing-set" "Remove the value when its work is done, or use a WeakSet where only objects are marked.";
    GrowingArray "growing-array" "Take items out again, keep only the last few, or write them out and start anew.";
    GrowingObject "growing-object" "Delete the property when its work is done, or use a Map with a limit or an expiry.";
    GrowingList "growing-list" "Unlink what is done with: let the list's head move on, and clear the reference to the next or the one before.";
    GrowingText "growing-text" "Write the text out in pieces instead of adding to one string.";
    WeakMapLiveKeys "weak-map-live-keys" "A WeakMap frees a value only with its key: delete the entry, or use a key that goes with the work.";
    EventListeners "event-listeners" "Remove the listener when its work is done (`off`, `once`, the option `signal`), or listen once for all.";
    AbortListeners "abort-listeners" "Remove the listener when the work ends before the signal does, or give each piece of work a signal of its own.";
    Timers "timers" "Keep what setInterval or setTimeout returns, and clear it when its owner is done (`clearInterval`, `close()`).";
    Promises "promises" "Settle the promise, with a time limit if need be; do not race or chain again and again on one that lives long.";
    Closures "closures" "Each keeps the one before by a variable of its function: keep the original and wrap it once, set what is not needed to null, or make the function elsewhere.";
    Globals "globals" "Do not collect on globalThis: give the collection an owner, a limit, and an end.";
    Modules "modules" "Load a module once: what is required or imported again under a new name, or after it was deleted from the cache, is never freed.";
    AsyncContext "async-context" "What is started inside a request keeps its store: start timers and connections outside of `run()`, or end them with the request.";
    Streams "streams" "Destroy the stream on every path, with errors too (`pipeline` does); `unpipe` what is piped into a stream that lives on.";
    Sockets "sockets" "End or destroy the connection on every path, set a timeout, and use an agent that bounds the number of sockets.";
    Requests "requests" "End every response and read or destroy every answer; set a timeout for those that never finish.";
    Instances "instances" "What collects them lets none go by itself: make one and share it, or end what each request needs of its own (`close()`, `unsubscribe()`, `end()`, `remove…()`).";
    StringSlices "string-slices" "A slice keeps the whole text: keep a copy instead, as Buffer.from(slice).toString() makes one.";
    BufferSlices "buffer-slices" "Memory lives as long as any view of it: drop the views when their work is done, and keep a copy of what must stay (Buffer.from(view)).";
    ExternalMemory "external-memory" "The bytes lie outside of V8's heap: free or reuse the buffer, and dispose of what allocates it.";
    Contexts "contexts" "A context lives as long as anything in it: keep no object or function of it, close windows, reuse one context.";
    Workers "workers" "Terminate workers that are done, or take them from a pool of fixed size.";
    Ports "ports" "Close both ports when the conversation is over.";
    FinalizationRegistry "finalization-registry" "What a registry holds must not lead to the object it watches: keep a key or a handle only.";
    NativeHandles "native-handles" "Close the handle: what the event loop or native code holds is not freed by itself.";
    DomNodes "dom-nodes" "A node of a page lives as long as the document, a variable, a Map or a listener leads to any part of its tree: remove it, and drop those references with it.";
    DomListeners "dom-listeners" "Remove the listener when what added it leaves the page (`removeEventListener` with the same function, the option `signal`), or listen once, on a parent.";
    DomObservers "dom-observers" "Call `disconnect()`, or `unobserve(node)`, when what made the observer leaves the page, or share one observer for all nodes.";
    BrowserHandles "browser-handles" "The browser itself holds it for the page: end it when what began it leaves (`close()`, `abort()`, `terminate()`, `cancelAnimationFrame()`).";
    Other "other" "Look at what adds to the container, and when it should remove.";
}

/// Facts of a kind beyond the path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    pub emitter: Option<String>,
    pub event: Option<String>,
    /// Name of the listener, or of the function whose variable it is.
    pub function: Option<String>,
    pub location: Option<SourceLocation>,
    /// Bytes of the parent that each slice keeps.
    pub parent_size: Option<u64>,
    /// File of a module.
    pub module: Option<String>,
}

type Question = fn(&Scene<'_, '_>) -> Option<(Kind, Detail)>;

const QUESTIONS: [Question; 16] = [
    registries::finalization,
    modules::reloaded,
    realms::realm,
    page::page,
    emitters::listeners,
    timers::timers,
    memory::slices,
    promises::reactions,
    collections::text,
    closures::chain,
    memory::external,
    network::unfinished,
    collections::weak_map,
    collections::global,
    instances::instances,
    collections::collection,
];

/// The answer of the first question that has one.
pub fn kind_of(scene: &Scene<'_, '_>) -> (Kind, Detail) {
    QUESTIONS.iter().find_map(|question| question(scene)).unwrap_or((Kind::Other, Detail::default()))
}
