//! Walks the table of limits: each named test fails when its limit is another one.

use super::growth::growing::tests as growing;
use super::growth::passing::tests as passing;
use super::growth::steps::tests as steps;
use super::limits::{Case, Limits, TABLE};
use super::{test_accounting, test_leaks, test_spread, test_suspects};
use std::cell::Cell;
use std::collections::HashSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

thread_local! {
    /// Another value of one limit, for the tests that this thread runs.
    static MOVE: Cell<Option<fn(&mut Limits)>> = const { Cell::new(None) };
}

/// The limits of a test: those of the table, unless one is moved.
pub fn moved(mut limits: Limits) -> Limits {
    if let Some(change) = MOVE.get() {
        change(&mut limits);
    }
    limits
}

/// Another value of a limit, and a test that fails with it.
struct Shown {
    limit: &'static str,
    test: &'static str,
    run: fn(),
    change: fn(&mut Limits),
}

macro_rules! shows {
    ($limit:ident = $value:expr, $module:ident::$test:ident) => {
        Shown {
            limit: stringify!($limit),
            test: stringify!($test),
            run: $module::$test,
            change: |limits| limits.$limit = $value,
        }
    };
}

const SHOWN: &[Shown] = &[
    shows!(chain_period = 2, test_leaks::a_chain_through_arrays_of_one_is_one_list),
    shows!(dictionary = 1000, test_suspects::the_properties_of_a_dictionary_are_data),
    shows!(few_bytes = 1, test_suspects::three_light_objects_at_every_step_are_no_leak_and_three_heavy_ones_are),
    shows!(slice_parent = 1, test_suspects::a_slice_of_a_short_text_does_not_name_the_kind),
    shows!(most_led_to = 1, test_suspects::a_context_is_looked_for_behind_the_objects_of_an_item),
    shows!(store_of_one = 2, test_leaks::a_chain_through_arrays_of_one_is_one_list),
    shows!(large = 100_000, test_accounting::a_leak_explains_its_table_its_numbers_and_the_code_that_only_it_holds),
    shows!(near_holders = 1, test_leaks::of_two_containers_that_of_the_program_is_named),
    shows!(fewest = 1, test_leaks::one_or_two_of_a_kind_are_noise),
    shows!(
        fewest_exact = 12,
        test_leaks::few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time
    ),
    shows!(fewest_spread = 30, growing::groups_of_one_path_grow_in_sum),
    shows!(fewest_of_one = 2, test_accounting::growth_without_a_rule_is_not_called_filled),
    shows!(fewest_uneven = 200, test_leaks::what_grows_in_step_with_the_load_names_the_leak),
    shows!(uneven_difference = 50, steps::small_growth_must_be_even),
    shows!(
        many_of_node = 1000,
        test_leaks::few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time
    ),
    shows!(swelling = 1 << 15, growing::bytes_swell_where_the_number_stays),
    shows!(swelling_of_one = 1 << 21, growing::bytes_swell_where_the_number_stays),
    shows!(
        most_swelling = 50,
        test_leaks::few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time
    ),
    shows!(growth_of_object = 2000, growing::an_object_grows_by_its_bytes_and_by_its_references),
    shows!(many_references = 1, growing::an_object_grows_by_its_bytes_and_by_its_references),
    shows!(many_slots_of_one = 1000, growing::slots_that_hold_nothing_are_counted),
    shows!(heavy = 1 << 30, growing::few_but_heavy_objects_grow),
    shows!(fields = 1, growing::parts_of_holders_that_stopped_are_dropped),
    shows!(slowdown = 1, test_leaks::what_grows_in_step_with_the_load_names_the_leak),
    shows!(slowdown_of_load = 1, steps::sustained_growth_does_not_slow_down),
    shows!(
        even_quarters = 4,
        test_leaks::few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time
    ),
    shows!(
        regular_tenths = 1,
        test_leaks::few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time
    ),
    shows!(fewest_operations = 100, test_leaks::few_objects_count_when_they_are_a_multiple_of_the_operations),
    shows!(fewest_survivors = 1, passing::what_comes_and_goes_passes_unless_it_grows_by_the_same),
    shows!(passing = 1000, passing::what_comes_and_goes_passes_unless_it_grows_by_the_same),
    shows!(thin = 100, test_leaks::a_map_that_only_grows),
    shows!(
        many_bytes_of_node = 1,
        test_leaks::few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time
    ),
    shows!(fewest_exact_class = 4, test_spread::a_class_that_grows_though_no_place_does_is_found),
    shows!(snapshots_of_class = 2, test_spread::a_class_that_grows_though_no_place_does_is_found),
    shows!(most_between = 3, test_spread::a_far_common_ancestor_is_not_named),
    shows!(far = 0, test_spread::what_a_realm_brings_with_it_does_not_name_the_leak),
    shows!(near_cut = 0, test_spread::listeners_are_told_by_the_table_above_them),
    shows!(most_linked = 1, test_leaks::one_leak_in_two_places_is_one_entry),
    shows!(most_beside = 100_000, test_leaks::a_few_that_lead_to_thousands_elsewhere_do_not_name_the_leak),
    shows!(passing_behind = 0.0, test_leaks::what_comes_and_goes_stands_behind_what_stays),
    shows!(in_step_quarters = 4.0, steps::parts_of_one_thing_grow_in_step),
    shows!(intervals_for_high = 1, test_leaks::two_snapshots_never_make_sure),
    shows!(parts_levels = 1, test_leaks::an_item_is_told_in_parts),
    shows!(parts_places = 0, test_leaks::an_item_is_told_in_parts),
    shows!(parts_children = 0, test_leaks::an_item_is_told_in_parts),
    shows!(parts_share = 1.0, test_leaks::an_item_is_told_in_parts),
    shows!(explained_rows = 0, test_leaks::what_grew_and_stopped_is_listed_apart),
    shows!(explained_bytes = 1 << 30, test_leaks::what_grew_and_stopped_is_listed_apart),
    shows!(dropped_rows = 0, test_leaks::a_dropped_growth_has_its_rule),
    shows!(little = 1 << 30, test_accounting::only_code_and_tables_of_v8_are_called_so),
    shows!(rest = 1 << 30, test_accounting::only_code_and_tables_of_v8_are_called_so),
    shows!(floor = 1 << 30, test_accounting::what_nothing_holds_is_no_code_and_no_verdict),
    shows!(unexplained_part = 1, test_accounting::what_nothing_holds_is_no_code_and_no_verdict),
    shows!(unexplained_classes = 0, test_accounting::what_nothing_holds_is_no_code_and_no_verdict),
    shows!(moved = 0, test_accounting::what_is_only_held_in_another_way_is_not_called_recent),
    shows!(recent = 0, test_accounting::growth_without_a_rule_is_not_called_filled),
    shows!(
        table_step = 1_000_000,
        test_accounting::a_table_of_numbers_that_grows_by_steps_is_not_called_recent_or_filled
    ),
    shows!(
        bytes_of_reference = 0,
        test_accounting::a_table_of_numbers_that_grows_by_steps_is_not_called_recent_or_filled
    ),
];

#[test]
fn each_named_test_fails_when_its_limit_is_another_one() {
    for Shown { limit, test, run, change } in SHOWN {
        run();
        MOVE.set(Some(*change));
        let result = catch_unwind(run);
        MOVE.set(None);
        assert!(result.is_err(), "{test} does not need {limit}");
    }
}

#[test]
fn every_limit_has_a_reason_a_unit_and_a_case() {
    for row in TABLE {
        assert!(!row.value.is_empty() && !row.unit.is_empty(), "{}", row.name);
        assert!(row.why.len() > 10 && row.why.ends_with('.'), "{}: {}", row.name, row.why);
        let shown = SHOWN.iter().find(|shown| shown.limit == row.name);
        match row.case {
            Case::Fails(test) => assert_eq!(shown.map(|shown| shown.test), Some(test), "{}", row.name),
            Case::Bound => assert!(shown.is_none(), "{} is shown", row.name),
        }
    }
    let names: HashSet<&str> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), TABLE.len());
    assert!(SHOWN.iter().all(|shown| names.contains(shown.limit)));
}

#[test]
fn no_other_file_has_a_numeric_constant() {
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/leaks")];
    let mut read = 0;
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            if name == "limits.rs" || name.starts_with("test_") {
                continue;
            }
            read += 1;
            let text = fs::read_to_string(&path).unwrap();
            let is_numeric = |line: &&str| {
                let declared = line.trim_start_matches("pub ").strip_prefix("const ");
                let kind = declared.and_then(|rest| rest.split_once(": ")).map(|(_, rest)| rest);
                kind.is_some_and(|kind| {
                    ["i64", "u64", "usize", "u32", "u8", "f64"].iter().any(|it| kind.starts_with(it))
                })
            };
            let found: Vec<&str> = text.lines().filter(is_numeric).collect();
            assert!(found.is_empty(), "{name}: {found:?} belongs to limits.rs");
        }
    }
    assert!(read > 40, "only {read} files were read");
}
