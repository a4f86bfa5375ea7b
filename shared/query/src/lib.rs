#![forbid(unsafe_code)]
//! The query language of every `q` parameter and stored filter, and the `sort` parameter (management §1.7 and §3,
//! domain §19).
//!
//! A text is parsed ([`parse`]) to an [`Expression`], bound ([`Query::bind`]) to the fields of an entity
//! ([`fields`]), planned ([`Query::plan`]) and evaluated ([`Query::matches`]) on anything that is a [`Row`]. Search,
//! rollout membership, automatic assignment, polling overrides and access scopes all use this one evaluator.
//!
//! The crate is pure: the current time comes in through [`Placeholders`].

mod bind;
mod comparison;
mod error;
mod expression;
pub mod fields;
mod parser;
mod placeholders;
mod plan;
mod predicate;
mod query;
mod row;
mod sort;
mod spelling;
mod text;

pub use comparison::Comparison;
pub use error::{Error, Result};
pub use expression::{Argument, Expression, Operator, Term};
pub use fields::{EntityFields, Field, Part};
pub use parser::{MAX_DEPTH, parse};
pub use placeholders::Placeholders;
pub use plan::Plan;
pub use query::Query;
pub use row::{Path, Referenced, Row, Value};
pub use sort::{Direction, Sort, SortKey, SortTerm};
