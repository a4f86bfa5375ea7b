//! Bodies by their types.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::schemas::Schemas;

/// The form of a body: one value of a type, a list of them, a page.
#[derive(Clone, Copy)]
pub struct Shape(fn(&mut Schemas) -> Value);

impl Shape {
    /// The schema; named types go to the components.
    pub(crate) fn schema(self, schemas: &mut Schemas) -> Value {
        (self.0)(schemas)
    }
}

/// One value.
#[must_use]
pub fn one<T: JsonSchema>() -> Shape {
    Shape(Schemas::of::<T>)
}

/// A bare array. In requests a single value stands for an array of one.
#[must_use]
pub fn many<T: JsonSchema>() -> Shape {
    Shape(|schemas| json!({ "type": "array", "items": schemas.of::<T>() }))
}

/// An object with values of one type under any names.
#[must_use]
pub fn map<T: JsonSchema>() -> Shape {
    Shape(|schemas| json!({ "type": "object", "additionalProperties": schemas.of::<T>() }))
}

/// A page of a list (management §1.6).
#[must_use]
pub fn page<T: JsonSchema>() -> Shape {
    Shape(|schemas| {
        json!({
            "type": "object",
            "required": ["content", "total", "size"],
            "properties": {
                "content": { "type": "array", "items": schemas.of::<T>() },
                "total": {
                    "type": "integer", "format": "int64", "minimum": 0,
                    "description": "Matches over all pages.",
                },
                "size": { "type": "integer", "format": "int32", "minimum": 0, "description": "Length of `content`." },
            },
        })
    })
}
