//! Which cause of a growth do its steps themselves say?

use super::account::Cause;
use crate::leaks::growth::why::Why;
use crate::leaks::limits::Limits;

/// The cause that the steps themselves say: they ended, or began in the last interval, or are too small to tell
/// anything. `why` is the reason of the rule that dropped the growth.
pub fn by_steps(steps: &[i64], why: Option<Why>, limits: &Limits) -> Cause {
    let (newest, before) = steps.split_last().unwrap_or((&0, &[]));
    let most = steps.iter().max().copied().unwrap_or(0);
    let is_little = steps.iter().all(|step| *step < limits.little);
    let is_least = steps.iter().sum::<i64>() < limits.rest;
    // So much more has not stopped, and the first interval may have had the start of the program in it.
    let has_slowed = if *newest >= limits.floor {
        newest * limits.slowdown_of_load <= most
    } else {
        newest * limits.slowdown < most
    };
    match why {
        _ if !before.is_empty() && before.iter().sum::<i64>() * limits.recent < *newest => Cause::OneOff(Why::Recent),
        _ if !before.is_empty() && has_slowed => Cause::OneOff(Why::Filled),
        _ if is_least => Cause::Rest,
        Some(Why::Parts) => Cause::OneOff(Why::Parts),
        Some(why) if is_little => Cause::OneOff(why),
        None if is_little => Cause::OneOff(Why::Few),
        _ => Cause::Unexplained,
    }
}

pub fn has_ended(cause: Cause) -> bool {
    matches!(cause, Cause::OneOff(Why::Filled | Why::Recent))
}
