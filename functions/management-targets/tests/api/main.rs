//! The function by its addresses. Numbers in comments are those of management §7.

mod actions;
mod assigned_ds;
mod confirmation;
mod conventions;
mod metadata;
mod removal;
mod support;
mod targetfilters;
mod targetgroups;
mod targets;
mod targettags;
mod targettypes;
