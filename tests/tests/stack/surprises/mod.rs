//! What may surprise who does not know hawkBit: the numbered list of `domain-behaviour.md` §20, through HTTP. A test is
//! named after its numbers: `surprise_05_…`, `surprise_43_44_…`.
//!
//! Elsewhere: 12, 16, 17, 24, 26, 32, 34 are (also) tests of the domain (`shared/domain`), as they need messages or a clock
//! that no device can produce. 61–103 belong to campaigns. Not applicable: 6 and 36 (no event reaches anybody outside), 38
//! (only DMF asks), 55 (no request changes several sets or modules).

mod assignment;
mod configuration;
mod confirmation;
mod feedback;
mod software;

pub use harrier_tests::{API, Scene, ddi, id, text};
