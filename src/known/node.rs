//! What heaphound knows about the names of Node.js: its classes by sort, the lists that it bounds, and the properties
//! under which it keeps listeners, stores and timers. Beside a name stands the file of Node.js that it comes from, as
//! of Node.js 20 to 26.

use super::mark::{Known, Mark};

/// Begins the names of objects of native code (`src/memory_tracker-inl.h`).
pub const NATIVE: &str = "Node / ";
/// Begins the name of a property that a symbol names. V8 writes it so, the symbols are those of Node.js.
pub const SYMBOL: &str = "<symbol";

/// Edges of which the name says something about a step.
pub const KNOWN: [Known; 2] = [
    // From one timer to the next (`lib/internal/linkedlist.js`).
    Known { name: "_idleNext", mark: Mark::Timer, called: None },
    Known { name: "_idlePrev", mark: Mark::Timer, called: None },
];

/// A CommonJS module (`lib/internal/modules/cjs/loader.js`) and the property that holds its file.
pub const MODULE: &str = "Module";
pub const FILE_OF_MODULE: &str = "filename";
/// The property that lists the modules which it was the first to load.
pub const CHILDREN_OF_MODULE: &str = "children";
/// The property that holds what a module exports, and that which holds its name.
pub const EXPORTS_OF_MODULE: &str = "exports";
pub const ID_OF_MODULE: &str = "id";
/// An ES module, or another as an ES module imports it (`src/module_wrap.cc`).
pub const MODULE_WRAP: &str = "ModuleWrap";
/// The property of an ES module that holds its URL (`lib/internal/modules/esm/module_job.js`).
pub const URL_OF_MODULE: &str = "url";
/// A module of Node.js itself (`lib/internal/bootstrap/realm.js`).
pub const BUILTIN_MODULE: &str = "BuiltinModule";
pub const PROCESS: &str = "process";

/// Modules, once they are loaded (`src/module_wrap.cc` for the last).
pub const LOADED: [&str; 3] = [MODULE, BUILTIN_MODULE, "ModuleWrap"];
/// Records that Node.js keeps for each module that it loads (`lib/internal/modules/esm/module_job.js`,
/// `src/module_wrap.cc`, `lib/vm.js`).
pub const MODULE_RECORDS: [&str; 7] =
    [MODULE, "ModuleWrap", "ModuleJob", "ModuleJobSync", "SourceTextModule", "ContextifyScript", "Node / ModuleWrap"];

/// Where Node.js keeps ES modules that are loaded, and names that it has resolved
/// (`lib/internal/modules/esm/module_map.js`).
pub const MODULE_CACHES: [&str; 2] = ["LoadCache", "ResolveCache"];

/// The object that native code keeps for a worker, and its class in JavaScript (`src/node_worker.cc`,
/// `lib/internal/worker.js`).
pub const NATIVE_WORKER: &str = "Node / Worker";
pub const WORKER: &str = "Worker";
/// Ends of channels (`src/node_messaging.cc`).
pub const PORTS: [&str; 4] = ["MessagePort", "MessageChannel", "BroadcastChannel", "Node / MessagePort"];

/// Properties under which listeners lie: of an EventEmitter (`lib/events.js`), and of an EventTarget
/// (`lib/internal/event_target.js`).
pub const LISTENERS: [&str; 3] = ["_events", "<symbol kEvents>", "<symbol events>"];
/// An AbortSignal, and the property that tells one: Node.js 20 calls it an EventTarget.
pub const ABORT_SIGNAL: &str = "AbortSignal";
pub const ABORTED: &str = "<symbol kAborted>";
/// Lists of signals that `AbortSignal.any` keeps, and where signals are that listeners wait on
/// (`lib/internal/abort_controller.js`).
pub const SIGNALS: [&str; 5] = [
    "<symbol kDependantSignals>",
    "<symbol kSourceSignals>",
    "<symbol dependantSignals>",
    "<symbol sourceSignals>",
    "gcPersistentSignals",
];

/// Timers and their lists (`lib/internal/timers.js`).
pub const TIMERS: [&str; 4] = ["Timeout", TIMERS_LIST, "Immediate", "ImmediateList"];
/// The timers of one duration.
pub const TIMERS_LIST: &str = "TimersList";
/// How an asynchronous resource refers to the store that was current when it was made
/// (`lib/internal/async_local_storage/`).
pub const STORES: [&str; 3] = ["<symbol kResourceStore>", "<symbol async_context_frame>", "<symbol asyncContextFrame>"];
/// A set of stores, from Node.js 24 on.
pub const CONTEXT_FRAME: &str = "AsyncContextFrame";
/// Objects that a program makes to follow asynchronous work (`lib/async_hooks.js`).
pub const ASYNC_HOOKS: [&str; 3] = ["AsyncResource", "AsyncLocalStorage", "AsyncHook"];

/// Requests and answers (`lib/_http_*.js`, `lib/internal/http2/core.js`).
pub const REQUESTS: [&str; 6] =
    ["IncomingMessage", "ServerResponse", "ClientRequest", "Http2Stream", "OutgoingMessage", "HTTPParser"];
/// Connections and what accepts them (`lib/net.js`, `lib/_tls_wrap.js`).
pub const SOCKETS: [&str; 4] = ["Socket", "Server", "Http2Session", "TLSSocket"];
/// The property of a socket that holds the timer which ends it when it is idle (`lib/internal/stream_base_commons.js`),
/// that which holds its parser, and that which holds the message under way (`lib/_http_server.js`).
pub const TIMER_OF_SOCKET: &str = "<symbol timeout>";
pub const PARSER_OF_SOCKET: &str = "parser";
pub const MESSAGE_OF_SOCKET: &str = "_httpMessage";
/// What these hold (`lib/_http_common.js`, `lib/_http_incoming.js`, `lib/_http_outgoing.js`).
pub const PARSERS: [&str; 1] = ["HTTPParser"];
pub const MESSAGES: [&str; 4] = ["IncomingMessage", "ServerResponse", "ClientRequest", "OutgoingMessage"];
/// Streams (`lib/internal/streams/`).
pub const STREAMS: [&str; 5] = ["Readable", "Writable", "Duplex", "Transform", "Stream"];
/// Handles of libuv, and resources that only hooks see (`src/*_wrap.cc`).
pub const HANDLES: [&str; 8] =
    ["TCP", "Pipe", "TLSWrap", "TTY", "UDP", "TCPConnectWrap", "HTTPClientAsyncResource", "HTTPServerAsyncResource"];
/// The class from which undici, which is Node's `fetch`, derives its clients, pools and agents.
pub const DISPATCHER: &str = "DispatcherBase";

/// Variables and properties of Node.js that hold a list, the class whose property it is, and how many items it takes at
/// most.
///
/// # Source
/// W3C, Resource Timing: 250 entries, until `setResourceTimingBufferSize` says otherwise. Node.js keeps up to 1,000
/// parsers of requests for the next ones (`FreeList`, `lib/_http_common.js`). Of its own modules and bindings, some
/// hundred, it lists those that were loaded (`lib/internal/bootstrap/realm.js`, `src/node_realm.h`).
pub const BOUNDED: [(&str, Option<&str>, u64); 5] = [
    ("resourceTimingBuffer", None, 250),
    ("list", Some("FreeList"), 1000),
    (LOADED_MODULES, Some(PROCESS), 1000),
    ("builtins_with_cache", None, 1000),
    ("builtins_without_cache", None, 1000),
];
/// The property of `process` that lists the modules of Node.js which were loaded.
pub const LOADED_MODULES: &str = "moduleLoadList";

/// Classes of which Node.js keeps so many for the next use, wherever they are meanwhile (`FreeList`,
/// `lib/_http_common.js`).
pub const POOLED: [(&str, u64); 1] = [("HTTPParser", 1000)];

/// Begins the names of files of Node.js.
pub const FILE_OF_BUILTIN: &str = "node:";

/// Beginnings of files of Node.js, and the module by which a program uses what is written there.
const MODULES_OF_FILES: [(&str, &str); 22] = [
    ("_http_", "http"),
    ("_tls_", "tls"),
    ("async_hooks", "async_hooks"),
    ("child_process", "child_process"),
    ("dgram", "dgram"),
    ("diagnostics_channel", "diagnostics_channel"),
    ("fs", "fs"),
    ("http2", "http2"),
    ("http", "http"),
    ("internal/async_local_storage/", "async_hooks"),
    ("internal/child_process", "child_process"),
    ("internal/crypto/", "crypto"),
    ("internal/dgram", "dgram"),
    ("internal/fs/", "fs"),
    ("internal/http2/", "http2"),
    ("internal/perf/", "perf_hooks"),
    ("internal/readline/", "readline"),
    ("internal/streams/", "stream"),
    ("internal/worker", "worker_threads"),
    ("net", "net"),
    ("vm", "vm"),
    ("zlib", "zlib"),
];

/// The module by which a program uses what a file of Node.js has: `node:_http_client` belongs to `http`.
pub fn module_of_file(file: &str) -> Option<&'static str> {
    let file = file.strip_prefix(FILE_OF_BUILTIN)?;
    MODULES_OF_FILES.iter().find(|(begin, _)| file.starts_with(begin)).map(|(_, module)| *module)
}
