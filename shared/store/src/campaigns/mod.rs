//! The `campaigns` table.

mod auto_assignments;
