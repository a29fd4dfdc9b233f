//! Are they requests, sockets or streams that nobody ends, or other handles?

use super::{Detail, Kind, Scene};
use crate::kind::NodeKind;

const REQUESTS: [&str; 6] =
    ["IncomingMessage", "ServerResponse", "ClientRequest", "Http2Stream", "OutgoingMessage", "HTTPParser"];
const SOCKETS: [&str; 4] = ["Socket", "Server", "Http2Session", "TLSSocket"];
const STREAMS: [&str; 5] = ["Readable", "Writable", "Duplex", "Transform", "Stream"];
const HANDLES: [&str; 8] =
    ["TCP", "Pipe", "TLSWrap", "TTY", "UDP", "TCPConnectWrap", "HTTPClientAsyncResource", "HTTPServerAsyncResource"];

pub fn unfinished(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let on_path: Vec<Vec<String>> = scene.leaking().map(|at| scene.lineage(scene.nodes[at])).collect();
    let has =
        |classes: &[&str]| on_path.iter().any(|lineage| lineage.iter().any(|class| classes.contains(&class.as_str())));
    let held_natively = held_natively(scene);
    let kind = if has(&REQUESTS) {
        Kind::Requests
    } else if has(&SOCKETS) || has(&HANDLES) {
        // A socket that still has its request waits for the end of it.
        if scene.grows_with(&REQUESTS) { Kind::Requests } else { Kind::Sockets }
    } else if has(&STREAMS) {
        Kind::Streams
    } else if held_natively {
        Kind::NativeHandles
    } else {
        return None;
    };
    Some((kind, Detail::default()))
}

/// Only the roots or an object of Node.js's native code hold the first leaking object.
fn held_natively(scene: &Scene<'_, '_>) -> bool {
    scene.cut == 0
        || matches!(scene.kind(scene.cut - 1), NodeKind::SYNTHETIC | NodeKind::NATIVE)
        || scene.kind(scene.cut) == NodeKind::NATIVE
}
