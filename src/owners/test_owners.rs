//! Owners of drawn heaps.

use super::{By, OwnerKind, OwnerOptions, Owners, owners};
use crate::analysis::{Heap, Scripts};
use crate::control::Control;
use crate::error::Error;
use crate::format::Location;
use crate::open::{OpenOptions, analyse};
use crate::snapshot::Snapshot;
use crate::snapshot::drawing::{draw, named};
use crate::text::Text;

/// `app` is a function of the program, `lib` one of the package `boxes`; both have a record, a script and a scope.
const FUNCTIONS: &str = "app/closure > #shared.appRecord #context.appScope | appRecord/code > #script.appScript \
    #name_or_scope_info.appInfo | appScope:1 > #scope_info.appInfo | appInfo/code | appScript/code | \
    lib/closure > #shared.libRecord #context.libScope | libRecord/code > #script.libScript \
    #name_or_scope_info.libInfo | libScope:1 > #scope_info.libInfo | libInfo/code | libScript/code";

/// Names that a drawing cannot have.
fn real_name(name: &str) -> String {
    match name {
        "appScope" | "libScope" | "lostScope" => "system / Context".to_owned(),
        "appScript" => "/srv/app.js".to_owned(),
        "libScript" => "/srv/node_modules/boxes/index.js".to_owned(),
        "libFile" => "/srv/node_modules/boxes/index.js".to_owned(),
        "record" => "system / SourceTextModule".to_owned(),
        "realm" => "system / NativeContext".to_owned(),
        "native" => "Node / Environment".to_owned(),
        "layout" => "system / Map".to_owned(),
        name => name.to_owned(),
    }
}

/// A heap with the functions; `placed` are nodes of these names with the script of `app` (1) or of `lib` (2).
fn heap(drawing: &str, placed: &[(&str, u32)]) -> Heap {
    let mut tables = draw(&format!("root > app lib {drawing} | {FUNCTIONS}")).tables().clone();
    let snapshot = Snapshot::new(tables.clone());
    let mut rows: Vec<(u32, u32)> = [("app", 1), ("lib", 2)]
        .iter()
        .chain(placed)
        .map(|(name, script)| (named(&snapshot, name).0, *script))
        .collect();
    rows.sort_unstable();
    for (node, script_id) in rows {
        tables.locations.nodes.push(node);
        tables.locations.places.push(Location { script_id, line: node, column: 0 });
    }
    let mut snapshot = Snapshot::new(tables);
    let renamed: Vec<_> = (snapshot.nodes().collect::<Vec<_>>().into_iter())
        .map(|node| {
            let name = real_name(&snapshot.name_text(node).to_string_lossy());
            let name = snapshot.add_text(Text::from_str(&name));
            (node, snapshot.detachedness(node), Some(name))
        })
        .collect();
    analyse(snapshot.with_detached(renamed), &OpenOptions::default(), &Control::new()).expect("nobody cancels")
}

fn owners_of(heap: &Heap, by: By) -> Owners {
    let control = Control::new();
    let scripts = Scripts::of(&heap.snapshot, &control).unwrap();
    let found = owners(heap, &scripts, None, &OwnerOptions { by, tools: Vec::new() }, &control).unwrap();
    let sums = || found.rows.iter().map(|(_, sum)| *sum).chain([found.several, found.nobody]);
    let sizes: u64 = heap.snapshot.nodes().map(|node| heap.snapshot.shallow_size(node)).sum();
    assert_eq!(sums().map(|sum| sum.size).sum::<u64>(), sizes);
    assert_eq!(sums().map(|sum| sum.count).sum::<u64>(), heap.snapshot.node_count() as u64);
    found
}

/// Bytes as `own boxes node v8 several nobody`; scopes have one byte each.
#[track_caller]
fn check(drawing: &str, placed: &[(&str, u32)], expected: [u64; 6]) {
    let found = owners_of(&heap(drawing, placed), By::Package);
    let of = |kind: OwnerKind, name: &str| {
        let rows = found.rows.iter().filter(|(owner, _)| owner.kind == kind && owner.name.as_text().is(name));
        rows.map(|(_, sum)| sum.size).sum::<u64>()
    };
    let sums = [
        of(OwnerKind::Own, "(own code)"),
        of(OwnerKind::Package, "boxes"),
        of(OwnerKind::Node, "node:"),
        of(OwnerKind::Engine, "(V8)"),
        found.several.size,
        found.nobody.size,
    ];
    assert_eq!(sums, expected, "{drawing}");
}

#[test]
fn functions_scopes_and_scripts_have_the_owner_of_their_file() {
    check("", &[], [1, 1, 0, 0, 0, 0]);
    check(
        "| app:10 | appRecord:20 | appInfo:40 | appScript:80 | lib:100 | libRecord:200 | libScript:400",
        &[],
        [151, 701, 0, 0, 0, 0],
    );
}

#[test]
fn an_object_belongs_to_its_class_whoever_holds_it() {
    check("| app > Box:10 | Box > text:100/string", &[("Box", 2)], [1, 111, 0, 0, 0, 0]);
}

#[test]
fn the_map_of_an_object_names_its_class_where_no_place_does() {
    check("| app > Box:10 | Box > #map.layout | layout/object_shape > #constructor.lib", &[], [1, 11, 0, 0, 0, 0]);
}

#[test]
fn what_has_no_place_belongs_to_the_nearest_owner() {
    check(
        "| appScope > =rows.Array:10 | Array > text:100/string | libScope > =x.Map:1000",
        &[],
        [111, 1001, 0, 0, 0, 0],
    );
}

#[test]
fn what_two_owners_hold_equally_closely_is_the_rest() {
    check("| appScope > =t.Shared:10 | libScope > =t.Shared | Shared > text:100/string", &[], [1, 1, 0, 0, 110, 0]);
}

#[test]
fn the_scope_of_a_dropped_function_belongs_to_the_functions_that_use_it() {
    let inner = "| lostScope:10 > =x.Map:100 | inner/closure > #context.lostScope";
    check(inner, &[("inner", 2)], [1, 111, 0, 0, 0, 0]);
    // A bundle has one scope for the code of many.
    check(&format!("{inner} | app > #context.lostScope"), &[("inner", 2)], [1, 1, 0, 10, 100, 0]);
}

#[test]
fn a_module_belongs_to_its_file() {
    check("Module | Module:10 > filename.libFile/string exports.Object:100", &[], [1, 111, 0, 0, 0, 0]);
}

#[test]
fn what_an_es_module_exports_belongs_to_its_file() {
    let drawing = "ModuleWrap native/native | native:1 > #0.record | \
        ModuleWrap:10 > url.libFile/string #2.record | record/code > #1.Cell:20 | Cell > #value.Map:100";
    check(drawing, &[], [1, 131, 1, 0, 0, 0]);
}

#[test]
fn the_global_object_and_realms_give_nothing_on() {
    let drawing = "| appScope > =self.global | global:10 > cache.Map:100 | app > #map.realm | lib > #map.realm \
        | realm:20/hidden > Cell:40";
    check(drawing, &[], [1, 1, 0, 20, 0, 150]);
}

#[test]
fn tables_of_nobody_are_those_of_v8() {
    check("layout:10/hidden text:20/string", &[], [1, 1, 0, 10, 0, 20]);
}

#[test]
fn native_objects_of_node_belong_to_it() {
    check("native:10/native | native > Object:20", &[], [1, 1, 30, 0, 0, 0]);
}

#[test]
fn by_file_each_file_has_a_row() {
    let found = owners_of(&heap("| app:10", &[]), By::File);
    let rows: Vec<String> = found.rows.iter().map(|(owner, sum)| format!("{} {}", owner.name, sum.size)).collect();
    assert_eq!(rows, ["/srv/app.js 11", "/srv/node_modules/boxes/index.js 1", "(V8) 0"]);
}

#[test]
fn it_can_be_cancelled() {
    let heap = heap("", &[]);
    let control = Control::new();
    let scripts = Scripts::of(&heap.snapshot, &control).unwrap();
    control.cancel();
    let options = OwnerOptions { by: By::Package, tools: Vec::new() };
    assert!(matches!(owners(&heap, &scripts, None, &options, &control), Err(Error::Cancelled)));
}
