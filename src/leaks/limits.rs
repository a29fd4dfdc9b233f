//! Every threshold of the search for leaks: its value, its unit, why it has this value, and the case that fails without
//! it.
//!
//! `test_limits.rs` walks the table: each named test passes with the value that stands here and fails with another one.
//! No other file of this folder has a numeric constant of its own.

/// Does a case fail without the threshold?
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The unit test of this name fails with the other value that `test_limits.rs` has.
    Fails(&'static str),
    /// The threshold bounds work, memory or the length of an answer, and no case comes near it.
    Bound,
}

#[cfg(test)]
pub struct Row {
    pub name: &'static str,
    pub value: &'static str,
    pub unit: &'static str,
    pub why: &'static str,
    pub case: Case,
}

macro_rules! limits {
    ($($name:ident: $type:ty = $value:expr, $unit:literal, $case:expr, $why:literal;)*) => {
        /// The thresholds, by the room that asks for them first.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Limits { $(#[doc = $why] pub $name: $type),* }

        impl Default for Limits {
            fn default() -> Self {
                let limits = Self { $($name: $value),* };
                #[cfg(test)]
                let limits = super::test_limits::moved(limits);
                limits
            }
        }

        #[cfg(test)]
        pub const TABLE: &[Row] = {
            use Case::{Bound, Fails};
            &[$(Row { name: stringify!($name), value: stringify!($value), unit: $unit, why: $why, case: $case }),*]
        };
    };
}

limits! {
    // place
    chain_period: usize = 8, "ancestors", Fails("a_chain_through_arrays_of_one_is_one_list"),
        "A link of a list repeats one of so many ancestors: what lies between two links of real lists (an entry, its \
         context, its function, a promise and two reactions) is shorter.";
    store_of_one: usize = 32, "references", Fails("a_chain_through_arrays_of_one_is_one_list"),
        "A store with more references holds many. An array to which one item was pushed has seventeen slots, and the \
         table of a Map with one entry fourteen.";
    large: u64 = 512, "bytes", Fails(
        "a_leak_explains_its_table_its_numbers_and_the_code_that_only_it_holds"
    ),
        "A persistent object below this is not watched for growth of its own: an empty Map or a small array is below.";
    dictionary: usize = 64, "properties", Fails("the_properties_of_a_dictionary_are_data"),
        "An `Object` with more references is used as a map, so its property names are data: no class has as many.";
    near_holders: usize = 4, "objects", Fails("of_two_containers_that_of_the_program_is_named"),
        "Objects above a container, itself included, whose origin counts for it. Farther up stands the framework, or \
         the global object, of every container.";
    // growth
    fewest: i64 = 5, "objects an interval", Fails("one_or_two_of_a_kind_are_noise"),
        "Fewer are noise: the taking of a snapshot leaves one or two objects behind.";
    fewest_exact: i64 = 3, "objects an interval", Fails(
        "few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time"
    ),
        "So few count when every interval adds exactly as many: two may be what taking the snapshot leaves.";
    fewest_spread: i64 = 20, "objects an interval", Fails("groups_of_one_path_grow_in_sum"),
        "For objects that are spread over many holders, one or two each: a loaded module leaves as few in each table.";
    fewest_of_one: i64 = 20, "objects", Fails("growth_without_a_rule_is_not_called_filled"),
        "For a single interval, where nothing tells a start from a leak.";
    fewest_uneven: i64 = 20, "objects an interval", Fails("what_grows_in_step_with_the_load_names_the_leak"),
        "From here on intervals may be uneven. It also applies to objects that Node.js itself holds: a few connections \
         come and go with the load.";
    uneven_difference: i64 = 2, "objects an interval", Fails("small_growth_must_be_even"),
        "Below `fewest_uneven` intervals may differ by so many, or by a quarter of the most.";
    many_of_node: i64 = 100, "objects an interval", Fails(
        "few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time"
    ),
        "From here on objects that Node.js holds may be a leak over two uneven intervals, or in a single one: no \
         healthy case opens as many connections between two snapshots.";
    swelling: i64 = 16 << 10, "bytes an interval", Fails("bytes_swell_where_the_number_stays"),
        "For objects whose number stays: queues of Node.js and of packages have slots for a few hundred.";
    swelling_of_one: i64 = 1 << 20, "bytes", Fails("bytes_swell_where_the_number_stays"),
        "The same for a single interval.";
    most_swelling: i64 = 2, "objects an interval", Fails(
        "few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time"
    ),
        "A group whose number changes by no more swells, and does not grow in number.";
    growth_of_object: i64 = 512, "bytes an interval", Fails("an_object_grows_by_its_bytes_and_by_its_references"),
        "For one persistent object: a table that doubles from its smallest size is below.";
    many_references: i64 = 200, "references an interval", Fails("an_object_grows_by_its_bytes_and_by_its_references"),
        "For one persistent object that refers to others: the table of a full cache grows with the gaps that removed \
         entries leave, and its references do not.";
    many_slots_of_one: i64 = 400, "slots", Fails("slots_that_hold_nothing_are_counted"),
        "For the slots of one persistent array in a single interval, whatever they hold: a table of a package that is \
         filled once has 256.";
    heavy: i64 = 512 << 10, "bytes an interval", Fails("few_but_heavy_objects_grow"),
        "So many bytes count however few objects have them, if every interval adds some.";
    fields: u64 = 2, "objects of a holder", Fails("parts_of_holders_that_stopped_are_dropped"),
        "A group is a part of its holders when these have no more of them each, in fields: a connection has a parser \
         and a socket.";
    slowdown: i64 = 2, "part of the largest step", Fails("what_grows_in_step_with_the_load_names_the_leak"),
        "The last interval adds at least a half of what the largest added. Growth that slows down more is filling up.";
    slowdown_of_load: i64 = 4, "part of the largest step", Fails("sustained_growth_does_not_slow_down"),
        "A quarter is enough where growth was slower before and rose again: it follows the load. Growth that slowed down \
         and still adds `floor` has stopped when the last interval adds a quarter at most.";
    even_quarters: i64 = 3, "quarters of the largest step", Fails(
        "few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time"
    ),
        "Steps are even when the least is no smaller: the repaired examples with timers differ by more.";
    regular_tenths: i64 = 9, "tenths of the largest step", Fails(
        "few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time"
    ),
        "Evidence for high confidence needs steps that differ by a tenth at most.";
    fewest_operations: u64 = 3, "operations an interval", Fails(
        "few_objects_count_when_they_are_a_multiple_of_the_operations"
    ),
        "Growth by a multiple of the operations is no accident from here on: any growth is a multiple of one.";
    fewest_survivors: u64 = 5, "objects", Fails(
        "what_comes_and_goes_passes_unless_it_grows_by_the_same"
    ),
        "Survival says something when so many new objects were in the snapshot before the last.";
    passing: u64 = 10, "part of the new objects", Fails(
        "what_comes_and_goes_passes_unless_it_grows_by_the_same"
    ),
        "Work under way: less than a tenth of the new objects is still there one snapshot later.";
    thin: u64 = 2, "objects of a holder", Fails("a_map_that_only_grows"),
        "A group of which no holder has more is spread over many, and counts from `fewest_spread` on.";
    fewest_exact_class: i64 = 5, "objects an interval", Fails("a_class_that_grows_though_no_place_does_is_found"),
        "For a class of the program that grows though no place does: it is the sum of many places, so three say less.";
    snapshots_of_class: usize = 3, "snapshots", Fails("a_class_that_grows_though_no_place_does_is_found"),
        "A class that grows though no place does is looked for from here on: two snapshots have no second interval \
         that could add as many.";
    // suspects
    few_bytes: i64 = 16 << 10, "bytes", Fails("three_light_objects_at_every_step_are_no_leak_and_three_heavy_ones_are"),
        "Fewer than `fewest` objects of Node.js or the language must weigh so much to be a suspect.";
    many_bytes_of_node: i64 = 512 << 10, "bytes", Fails(
        "few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time"
    ),
        "So much makes a suspect of the objects that Node.js holds, however few they are.";
    most_between: usize = 4, "objects", Fails("a_far_common_ancestor_is_not_named"),
        "Longest distance from the common ancestor to a place. A farther ancestor (the global object, say) would name \
         half of the program.";
    most_linked: usize = 4000, "objects", Fails("one_leak_in_two_places_is_one_entry"),
        "Objects that are visited from a sample to find other places that it leads to.";
    most_owners: usize = 4, "objects", Bound,
        "Owners that are followed upwards from a part behind a closure to the object that has it.";
    most_parts: usize = 4, "objects", Bound,
        "Parts that are followed downwards from an item to the one that holds most of its bytes.";
    most_beside: i64 = 300, "objects for each item", Fails(
        "a_few_that_lead_to_thousands_elsewhere_do_not_name_the_leak"
    ),
        "An item in one place has at most so many parts in another: a few connections lead to thousands of objects, \
         and are not what piles up.";
    far: i64 = 100, "steps", Fails("what_a_realm_brings_with_it_does_not_name_the_leak"),
        "Distance that is added to a built-in object of a `node:vm` context: every context has the same ones.";
    in_step_quarters: f64 = 3.0, "quarters of the largest ratio", Fails("parts_of_one_thing_grow_in_step"),
        "Two groups grow in step when the ratios of their steps differ by a quarter at most.";
    deepest: usize = 256, "groups", Bound,
        "Groups that are followed upwards from a group: a path of a program is shorter.";
    longest_path: usize = 64, "groups", Bound,
        "Labels that tell two paths below a container apart.";
    passing_behind: f64 = 6.0, "points of the score", Fails("what_comes_and_goes_stands_behind_what_stays"),
        "Objects that come and go stand behind a leak of those that stay, whose score is between 3 and 11: the origins \
         and the share of all growth give no more.";
    // kind
    most_bound: usize = 8, "functions", Bound,
        "Functions that are bound once more.";
    most_ancestors: usize = 12, "classes", Bound,
        "Classes that inherit from one another.";
    most_below: usize = 400, "objects", Bound,
        "Objects below an item that are asked for the function that waits for it.";
    most_led_to: usize = 4000, "objects", Fails("a_context_is_looked_for_behind_the_objects_of_an_item"),
        "Objects that an item leads to: a context of `node:vm` is some thousand objects behind its objects.";
    near_cut: usize = 3, "steps", Fails("listeners_are_told_by_the_table_above_them"),
        "Steps above the first leaking object that tell its kind: `_events`, the array of listeners, the listener.";
    slice_parent: u64 = 1 << 10, "bytes", Fails("a_slice_of_a_short_text_does_not_name_the_kind"),
        "A slice of a shorter text, or of less memory, does not name the kind: a copy would take as much.";
    // own
    own_below: usize = 4000, "objects", Bound,
        "Objects below a leak that are asked for own code: a request with its sockets, streams and callbacks has some \
         hundred.";
    own_references: usize = 4, "references", Bound,
        "A person reads the first references of a way to a function below the cut; the function's place says the rest.";
    own_file_name: usize = 4096, "bytes", Bound,
        "A longer name is no file: it is the longest path of Linux (`PATH_MAX`).";
    own_files: usize = 8, "rows", Bound,
        "Other own files that load the package of a leak.";
    // explain
    intervals_for_high: usize = 2, "intervals", Fails("two_snapshots_never_make_sure"),
        "Even growth in fewer intervals may be the start of something.";
    parts_levels: u8 = 8, "levels", Fails("an_item_is_told_in_parts"),
        "Levels of the tree of an item. Deeper objects count for the lowest level.";
    parts_places: usize = 1 << 16, "places", Fails("an_item_is_told_in_parts"),
        "Places below all items of a report. Further objects count for their holder.";
    parts_children: usize = 6, "rows", Fails("an_item_is_told_in_parts"),
        "Children of a part, heaviest first.";
    parts_share: f64 = 0.01, "share of the item", Fails("an_item_is_told_in_parts"),
        "A lighter part is not shown.";
    explained_rows: usize = 6, "rows", Fails("what_grew_and_stopped_is_listed_apart"),
        "Rows of `oneOff`.";
    explained_bytes: i64 = 4 << 10, "bytes", Fails("what_grew_and_stopped_is_listed_apart"),
        "A smaller growth has no row of its own in `oneOff`.";
    dropped_rows: usize = 20, "rows", Fails("a_dropped_growth_has_its_rule"),
        "Rows of `dropped`.";
    little: i64 = 16 << 10, "bytes an interval", Fails("only_code_and_tables_of_v8_are_called_so"),
        "A smaller growth says nothing by itself: the taking of a snapshot leaves as much. A place without an explanation \
         that gains so much in every interval is no noise, however small its part of all growth is.";
    rest: i64 = 4 << 10, "bytes", Fails("only_code_and_tables_of_v8_are_called_so"),
        "A smaller growth of a place is not worth a reason of its own.";
    floor: i64 = 64 << 10, "bytes an interval", Fails("what_nothing_holds_is_no_code_and_no_verdict"),
        "So much may be without a reason: a healthy process of Node.js has less in two hundred operations.";
    unexplained_part: i64 = 10, "part of the growth", Fails("what_nothing_holds_is_no_code_and_no_verdict"),
        "So much may be without a reason: a tenth.";
    unexplained_classes: usize = 8, "rows", Fails("what_nothing_holds_is_no_code_and_no_verdict"),
        "Classes of a line of the account.";
    moved: u64 = 3, "part of the gain", Fails(
        "what_is_only_held_in_another_way_is_not_called_recent"
    ),
        "A class has moved when it lost a third of its gain elsewhere in the same interval: a full array that grows by \
         a half loses two thirds.";
    recent: i64 = 4, "part of the last step", Fails("growth_without_a_rule_is_not_called_filled"),
        "Growth is recent when all intervals before the last one added less than a quarter of it.";
    table_step: u64 = 4, "times the table", Fails(
        "a_table_of_numbers_that_grows_by_steps_is_not_called_recent_or_filled"
    ),
        "A table grows by a half or doubles, and twice so in a busy interval. A larger step is a start.";
    bytes_of_reference: u64 = 128, "bytes", Fails(
        "a_table_of_numbers_that_grows_by_steps_is_not_called_recent_or_filled"
    ),
        "An entry of a Map takes 28 bytes, and 56 after the Map doubled. A table with fewer references for its bytes \
         holds numbers.";
}
