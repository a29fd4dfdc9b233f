//! Every number that Chrome DevTools computes of a snapshot comes out of ours.

use crate::golden_files::{REAL, json, open, shown, synthetic};
use heaphound::analysis::{
    Heap, NamedFilter, NodeFilter, Parity, aggregates, context_summary, display_name, duplicate_strings,
    last_object_id, realm_sizes, statistics,
};
use heaphound::control::Control;
use heaphound::graph::{
    Ephemerons, Holding, NativeContexts, Spanning, is_detached, native_contexts, queryable_objects,
};
use heaphound::ordinal::NodeOrdinal;
use serde_json::{Map, Value, json};

/// So many differences of one file are listed.
const LISTED: usize = 12;

#[test]
fn real_heaps() {
    REAL.iter().for_each(|(expected, snapshot)| check(expected, snapshot));
}

#[test]
fn synthetic_heaps() {
    synthetic().for_each(|(expected, snapshot)| check(&expected, &snapshot));
}

#[test]
fn growth() {
    let control = Control::new();
    let heap = open("growth-after.heapsnapshot.gz", Parity::DevTools);
    let mut differences = Differences::default();
    let all = summary(&heap, &NodeFilter::All, &control);
    differences.objects("aggregates", &json("growth-after.summary.json"), &all);
    let expected = json("growth-after.stats.json");
    let found = statistics_json(&heap, &control);
    differences.value("statistics", &expected["statistics"], &found);
    let v8_heap = |part: &str| found["v8heap"][part].as_u64().unwrap();
    let others = v8_heap("total") - v8_heap("code") - v8_heap("strings") - v8_heap("jsArrays") - v8_heap("system");
    differences.value("otherJSObjects", &expected["otherJSObjects"], &json!(others));
    differences.value("staticData", &expected["staticData"], &static_data(&heap));
    differences.value("nativeContexts", &expected["nativeContexts"], &realms_json(&heap, &control));
    differences.report("growth-after");
}

/// A valid file on which DevTools itself fails.
#[test]
fn surplus_trace_infos_open() {
    let heap = open("n24-surplus-trace-infos.heaptimeline.gz", Parity::Ours);
    assert!(heap.snapshot.node_count() > 10_000);
    assert!(heap.graph.retained_size(heap.snapshot.root()) > 1_000_000);
}

/// Where no limit of DevTools is met the default is the same.
#[test]
fn the_default_agrees_where_devtools_has_no_limit() {
    let control = Control::new();
    let expected = json("n24-plain.expected.json.gz");
    let heap = open("n24-plain.heapsnapshot.gz", Parity::Ours);
    let mut differences = Differences::default();
    differences.objects("aggregates", &expected["aggregates"], &summary(&heap, &NodeFilter::All, &control));
    differences.value("statistics", &expected["statistics"], &statistics_json(&heap, &control));
    differences.report("n24-plain, default");
}

fn check(expected: &str, snapshot: &str) {
    let control = Control::new();
    let golden = json(expected);
    let heap = open(snapshot, Parity::DevTools);
    let mut differences = Differences::default();
    columns(&heap, &golden["columns"], &mut differences, &control);
    differences.value("staticData", &golden["staticData"], &static_data(&heap));
    differences.value("statistics", &golden["statistics"], &statistics_json(&heap, &control));
    differences.list("interfaces", &golden["interfaces"], &interfaces_json(&heap));
    differences.objects("aggregates", &golden["aggregates"], &summary(&heap, &NodeFilter::All, &control));
    for (name, expected) in golden["filters"].as_object().unwrap() {
        let filter = NamedFilter::by_name(&heap.snapshot, name).expect(name);
        assert_eq!(filter.name(&heap.snapshot), *name);
        let filter = NodeFilter::named(&heap, filter, &control).unwrap();
        differences.objects(name, expected, &summary(&heap, &filter, &control));
    }
    differences.value("nativeContexts", &golden["nativeContexts"], &realms_json(&heap, &control));
    differences.value("retainedByContext", &golden["retainedByContextSummary"], &contexts_json(&heap, &control));
    differences.list("duplicateStrings", &golden["duplicateStrings"], &duplicates_json(&heap, &control));
    differences.report(snapshot);
}

fn columns(heap: &Heap, golden: &Value, differences: &mut Differences, control: &Control) {
    let snapshot = &heap.snapshot;
    let queryable = queryable_objects(snapshot, control).unwrap();
    let ephemerons = Ephemerons::of(snapshot);
    let holding = Holding::of(snapshot, &ephemerons, control).unwrap();
    let (_, essential) = Spanning::of(&holding, control).unwrap();
    let NativeContexts { attribution, .. } = native_contexts(snapshot, control).unwrap();
    let flags = |node: NodeOrdinal| {
        u8::from(queryable.contains(node.index()))
            | u8::from(is_detached(snapshot, node)) << 1
            | u8::from(essential.is_page_object(node)) << 2
    };
    let mut column = |name: &str, found: &dyn Fn(NodeOrdinal) -> Value| {
        let expected = golden[name].as_array().expect(name);
        assert_eq!(expected.len(), snapshot.node_count());
        for (node, expected) in snapshot.nodes().zip(expected) {
            differences.value_of(|| format!("{name} of node {}", node.0), expected, &found(node));
        }
    };
    column("id", &|node| json!(snapshot.id(node)));
    column("selfSize", &|node| json!(snapshot.shallow_size(node)));
    column("retainedSize", &|node| json!(heap.graph.retained_size(node)));
    column("distance", &|node| json!(heap.graph.distance(node)));
    column("dominatorOrdinal", &|node| json!(heap.graph.dominator(node).0));
    column("detachedness", &|node| json!(snapshot.detachedness(node) as u8));
    column("flags", &|node| json!(flags(node)));
    column("nativeContextOrdinal", &|node| json!(attribution[node.index()]));
    column("classKey", &|node| json!(shown(heap.classes.row(heap.classes.class_of(node)).key.as_text())));
    column("name", &|node| json!(shown(display_name(snapshot, node).as_text())));
}

fn summary(heap: &Heap, filter: &NodeFilter, control: &Control) -> Value {
    let rows: Map<String, Value> = (aggregates(heap, filter, control).unwrap().iter())
        .map(|aggregate| {
            let class = heap.classes.row(aggregate.class);
            let row = json!({
                "name": shown(class.name.as_text()),
                "count": aggregate.count,
                "distance": aggregate.distance,
                "selfSize": aggregate.shallow_size,
                "retainedSize": aggregate.retained_size,
            });
            (shown(class.key.as_text()), row)
        })
        .collect();
    Value::Object(rows)
}

fn static_data(heap: &Heap) -> Value {
    let snapshot = &heap.snapshot;
    json!({
        "nodeCount": snapshot.node_count(),
        "rootNodeIndex": snapshot.root().0 * snapshot.tables().node_stride,
        "totalSize": heap.graph.retained_size(snapshot.root()) + snapshot.tables().extra_native_bytes,
        "maxJSObjectId": last_object_id(snapshot),
    })
}

fn statistics_json(heap: &Heap, control: &Control) -> Value {
    let found = statistics(heap, control).unwrap();
    json!({
        "total": found.total,
        "native": { "total": found.native.total, "typedArrays": found.native.typed_arrays },
        "v8heap": {
            "total": found.v8_heap.total,
            "code": found.v8_heap.code,
            "jsArrays": found.v8_heap.js_arrays,
            "strings": found.v8_heap.strings,
            "system": found.v8_heap.system,
        },
    })
}

fn interfaces_json(heap: &Heap) -> Value {
    (heap.interfaces.definitions.iter())
        .map(|interface| {
            let properties: Vec<String> = interface.properties.iter().map(|name| shown(name.as_text())).collect();
            json!({ "name": shown(interface.name.as_text()), "properties": properties, "count": interface.count })
        })
        .collect()
}

fn realms_json(heap: &Heap, control: &Control) -> Value {
    let snapshot = &heap.snapshot;
    let sizes = realm_sizes(heap, control).unwrap();
    let contexts: Vec<Value> = (sizes.contexts.iter())
        .map(|(context, attributed)| {
            json!({
                "nodeId": snapshot.id(*context),
                "nodeIndex": context.0 * snapshot.tables().node_stride,
                "nodeName": shown(display_name(snapshot, *context).as_text()),
                "attributedSize": attributed,
                "retainedSize": heap.graph.retained_size(*context),
                "selfSize": snapshot.shallow_size(*context),
            })
        })
        .collect();
    json!({
        "nativeContexts": contexts,
        "sharedSize": sizes.shared_size,
        "noAttributionSize": sizes.no_context_size,
    })
}

fn contexts_json(heap: &Heap, control: &Control) -> Value {
    let found = context_summary(heap, control).unwrap();
    json!({
        "contextCount": found.context_count,
        "retainedByContextSize": found.retained_size,
        "retainedByContextCount": found.retained_count,
        "notRetainedByContextSize": found.other_size,
        "notRetainedByContextCount": found.other_count,
        "totalSize": found.retained_size + found.other_size,
    })
}

fn duplicates_json(heap: &Heap, control: &Control) -> Value {
    (duplicate_strings(heap, control).unwrap().iter())
        .map(|duplicate| {
            let ids: Vec<u64> = duplicate.members.iter().map(|node| heap.snapshot.id(*node)).collect();
            json!({
                "value": shown(duplicate.value.as_text()),
                "count": duplicate.members.len(),
                "totalSelfSize": duplicate.shallow_size,
                "totalRetainedSize": duplicate.retained_size,
                "truncated": duplicate.truncated,
                "ids": ids,
            })
        })
        .collect()
}

/// Collects what differs, so that one run tells all of it.
#[derive(Default)]
struct Differences {
    count: usize,
    listed: Vec<String>,
}

impl Differences {
    fn value(&mut self, what: &str, expected: &Value, found: &Value) {
        self.value_of(|| what.to_owned(), expected, found);
    }

    fn value_of(&mut self, what: impl FnOnce() -> String, expected: &Value, found: &Value) {
        if expected != found {
            self.count += 1;
            if self.listed.len() < LISTED {
                self.listed.push(format!("{}:\n    expected {expected}\n    found    {found}", what()));
            }
        }
    }

    fn list(&mut self, what: &str, expected: &Value, found: &Value) {
        let (expected, found) = (expected.as_array().expect(what), found.as_array().expect(what));
        for place in 0..expected.len().max(found.len()) {
            let at = |list: &[Value]| list.get(place).cloned().unwrap_or(Value::Null);
            self.value_of(|| format!("{what}[{place}]"), &at(expected), &at(found));
        }
    }

    fn objects(&mut self, what: &str, expected: &Value, found: &Value) {
        let (expected, found) = (expected.as_object().expect(what), found.as_object().expect(what));
        for (key, row) in expected {
            self.value_of(|| format!("{what}['{key}']"), row, found.get(key).unwrap_or(&Value::Null));
        }
        for (key, row) in found.iter().filter(|(key, _)| !expected.contains_key(*key)) {
            self.value_of(|| format!("{what}['{key}']"), &Value::Null, row);
        }
    }

    #[track_caller]
    fn report(self, file: &str) {
        assert!(self.count == 0, "{file}: {} differences\n  {}", self.count, self.listed.join("\n  "));
    }
}
