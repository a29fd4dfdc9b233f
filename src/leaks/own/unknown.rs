//! Why the snapshot does not know the own line, and what will tell.

use super::package::Package;
use super::responsible::Responsible;
use crate::leaks::kind::Scene;

/// What a person does to know.
const TRACK: &str = "node --require heaphound/track-allocations APP";

/// The answer where no evidence is left; `package` is the nearest, which no own file is seen to load.
pub fn why(scene: &Scene<'_, '_>, package: Option<&Package>) -> Responsible {
    let because = match package {
        Some(package) => {
            format!("the code on the path is of {}, and the snapshot does not show who loads it", package.name)
        }
        None if scene.naming.scripts.is_empty() => "these files do not say where functions are written".to_owned(),
        None => "no step of the path and nothing that the leaked objects lead to is of the program or of a package"
            .to_owned(),
    };
    Responsible::Unknown { because, command: TRACK }
}
