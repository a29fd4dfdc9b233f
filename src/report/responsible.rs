//! The place in the program's own code that is responsible for a leak.

use super::places::{LocationRow, Places};
use crate::leaks::{Found, Responsible};
use serde::Serialize;

/// `ResponsiblePlace` of `index.d.ts`, and `UnknownPlace` where no place is known.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResponsibleRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    evidence: &'static str,
    because: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    probably: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<LocationRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'static str>,
}

impl ResponsibleRow {
    pub fn of(responsible: Responsible, places: &Places<'_>) -> Self {
        match responsible {
            Responsible::Found(found) => Self::found(found, places),
            Responsible::Unknown { because, command } => Self {
                location: None,
                role: None,
                evidence: "unknown",
                because,
                probably: None,
                step: None,
                others: Vec::new(),
                command: Some(command),
            },
        }
    }

    fn found(found: Found, places: &Places<'_>) -> Self {
        let row = |place| if found.is_whole_file { places.whole_file(place) } else { places.row(place) };
        Self {
            location: Some(row(found.location)),
            role: Some(found.role.name()),
            evidence: found.evidence.name(),
            because: found.because,
            probably: Some(found.probably),
            step: found.step,
            others: found.others.into_iter().map(row).collect(),
            command: None,
        }
    }
}
