//! For `benches/boundary.js`: the same rows as objects of napi, and as a page of JSON.

use napi_derive::napi;
use serde::Serialize;

#[napi(object, object_from_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BenchRow {
    pub id: f64,
    pub name: String,
    pub class_name: String,
    pub kind: &'static str,
    pub shallow_size: f64,
    pub retained_size: f64,
    pub distance: i32,
}

#[napi]
pub fn bench_objects(count: u32) -> Vec<BenchRow> {
    rows(count)
}

#[napi]
pub fn bench_json(count: u32) -> String {
    serde_json::to_string(&rows(count)).expect("numbers and texts can be written")
}

fn rows(count: u32) -> Vec<BenchRow> {
    (0..count)
        .map(|row| BenchRow {
            id: f64::from(row) * 2.0 + 1.0,
            name: format!("{{id, name, text {row}}}"),
            class_name: "Session".to_owned(),
            kind: "object",
            shallow_size: f64::from(row % 300),
            retained_size: f64::from(row % 70_000),
            distance: 7,
        })
        .collect()
}
