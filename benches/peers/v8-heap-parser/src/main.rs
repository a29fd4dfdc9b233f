//! Opens a snapshot with the crate `v8-heap-parser` and asks for the classes with their retained sizes.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: peer FILE");
        return ExitCode::from(2);
    };
    let decoded = std::fs::read(path)
        .map_err(|error| error.to_string())
        .and_then(|text| v8_heap_parser::decode_slice(&text).map_err(|error| error.to_string()));
    match decoded {
        Ok(graph) => {
            println!("{} classes", graph.get_class_groups(false).len());
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
