//! The only folder that names napi. A call clones its handles, does one thing in a [`job`], and returns a class of this
//! folder. `lib/native/index.js` turns these into the errors and promises that users see.

#![cfg_attr(test, allow(dead_code))] // napi exports nothing in test builds.

mod about;
mod aside;
#[cfg(feature = "boundary-bench")]
mod boundary;
mod capture;
mod codec;
mod comparisons;
mod control;
mod failure;
mod feed;
mod fork;
mod heap;
mod image_memory;
mod in_turn;
mod job;
mod outlet;
mod outside;
mod pages;
mod received;
mod redact;
mod thaw;
mod tracking;
mod turn;
