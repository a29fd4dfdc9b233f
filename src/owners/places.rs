//! The owner of a place in the source: of the original file, where a source map names it.

use super::owner::{By, Owner, OwnerKind};
use crate::analysis::{Scripts, SourceMaps};
use crate::format::Location;
use crate::leaks::OwnCode;
use crate::text::TextBuf;
use std::collections::HashMap;

/// Stands for "no owner" in a column of owners.
pub const NOBODY: u32 = u32::MAX;
/// Several owners are equally near.
pub const SEVERAL: u32 = u32::MAX - 1;

/// Finds owners of places, and numbers them.
pub struct Places<'a> {
    pub scripts: &'a Scripts,
    pub maps: Option<&'a SourceMaps>,
    pub own: OwnCode<'a>,
    pub by: By,
    pub owners: Vec<Owner>,
    number: HashMap<Owner, u32>,
    of_place: HashMap<Location, u32>,
    /// The owner of all functions of a file; [`SEVERAL`] for a bundle.
    of_functions: HashMap<TextBuf, u32>,
}

impl<'a> Places<'a> {
    pub fn new(scripts: &'a Scripts, maps: Option<&'a SourceMaps>, own: OwnCode<'a>, by: By) -> Self {
        let (owners, number, of_place, of_functions) = Default::default();
        Self { scripts, maps, own, by, owners, number, of_place, of_functions }
    }

    /// The number of an owner.
    pub fn number(&mut self, owner: Owner) -> u32 {
        let next = u32::try_from(self.owners.len()).expect("there are fewer owners than nodes");
        let owners = &mut self.owners;
        *self.number.entry(owner).or_insert_with_key(|owner| {
            owners.push(owner.clone());
            next
        })
    }

    /// The owner of the code at a place.
    ///
    /// # Cost
    /// Reads a script and its map at the first place in the script.
    pub fn of_place(&mut self, place: Location) -> u32 {
        if let Some(owner) = self.of_place.get(&place) {
            return *owner;
        }
        let owner = self.owner_at(place);
        let is_other = owner.kind == OwnerKind::Other;
        let number = self.number(owner);
        self.of_place.insert(place, number);
        // What a bundler adds says nothing about the sources of the file.
        if let Some(file) = self.scripts.file(place.script_id).filter(|_| !is_other) {
            let known = self.of_functions.entry(file.to_owned()).or_insert(number);
            if *known != number {
                *known = SEVERAL;
            }
        }
        number
    }

    /// The owner of a whole file: that of its functions where they agree, which [`Places::of_place`] has seen. The
    /// second member is false for a bundle, of which a part may belong to somebody else.
    pub fn of_file(&mut self, file: &TextBuf) -> (u32, bool) {
        match self.of_functions.get(file) {
            Some(&number) if number != SEVERAL => (number, true),
            functions => {
                let is_bundle = functions.is_some();
                let owner = Owner::of_file(file.as_text(), self.by, &self.own);
                (self.number(owner), !is_bundle)
            }
        }
    }

    fn owner_at(&self, place: Location) -> Owner {
        let place = self.scripts.resolve(place);
        let owner = Owner::of_file(place.file.as_text(), self.by, &self.own);
        let has_sources = match self.by {
            // A map of a file in `node_modules` names the package's own sources: it stays the package's.
            By::Package => owner.kind == OwnerKind::Own,
            By::File => matches!(owner.kind, OwnerKind::Own | OwnerKind::Package),
        };
        let Some(maps) = self.maps.filter(|_| has_sources) else { return owner };
        match maps.original(&place) {
            Some(original) => {
                let found = Owner::of_file(TextBuf::from(original.file).as_text(), self.by, &self.own);
                let kind = if owner.kind == OwnerKind::Package { owner.kind } else { found.kind };
                Owner { kind, ..found }
            }
            // What a bundler or a compiler adds is in no source.
            None if owner.kind == OwnerKind::Own && maps.has_map(&place) => match self.by {
                By::Package => Owner { kind: OwnerKind::Other, name: TextBuf::from("(other code)") },
                By::File => Owner { kind: OwnerKind::Other, ..owner },
            },
            None => owner,
        }
    }
}
