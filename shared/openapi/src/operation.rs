//! One operation, as the `openapi.rs` files write it down.

use std::collections::BTreeMap;

use harrier_domain::authority::Authority;
use serde_json::{Value, json};

use crate::parameter::{Parameter, paging, search};
use crate::shape::Shape;

/// A method of a path: what it does, needs, takes and answers.
#[derive(Clone)]
#[must_use]
pub struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) notes: Vec<&'static str>,
    pub(crate) authorities: &'static [Authority],
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) successes: BTreeMap<u16, Success>,
    pub(crate) refusals: BTreeMap<u16, Refusal>,
    pub(crate) deprecated: bool,
}

/// What a request carries.
#[derive(Clone)]
pub(crate) struct Body {
    pub required: bool,
    pub content: Content,
}

#[derive(Clone)]
pub(crate) enum Content {
    Document {
        shape: Shape,
        example: Value,
    },
    /// `multipart/form-data` of this schema.
    Form(Value),
}

/// The body of a success.
#[derive(Clone, Copy)]
pub(crate) enum Success {
    Nothing,
    Document(Shape),
    /// JSON alone, not HAL.
    Json(Shape),
    /// Another media type.
    Other(&'static str),
}

/// Whether a refusal has the error body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Explained,
    Bare,
    Either,
}

/// `GET` of a path with its variables in braces.
pub fn get(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("get", path, summary)
}

/// `POST` of a path.
pub fn post(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("post", path, summary)
}

/// `PUT` of a path.
pub fn put(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("put", path, summary)
}

/// `DELETE` of a path.
pub fn delete(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("delete", path, summary)
}

impl Operation {
    fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            notes: Vec::new(),
            authorities: &[],
            parameters: Vec::new(),
            body: None,
            successes: BTreeMap::new(),
            refusals: BTreeMap::new(),
            deprecated: false,
        }
    }

    /// A sentence more than the summary says.
    pub fn note(mut self, text: &'static str) -> Self {
        self.notes.push(text);
        self
    }

    /// There is a better way; the note says which.
    pub fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecated = true;
        self.note(instead)
    }

    /// The authorities a caller must have, all of them, whatever the request says.
    pub fn needs(mut self, authorities: &'static [Authority]) -> Self {
        self.authorities = authorities;
        self
    }

    /// `q`, `offset`, `limit` and `sort`.
    pub fn searched(mut self) -> Self {
        self.parameters.push(search());
        self.paged()
    }

    /// `offset`, `limit` and `sort`.
    pub fn paged(mut self) -> Self {
        self.parameters.extend(paging());
        self
    }

    /// `representation`.
    pub fn represented(self) -> Self {
        self.choice("representation", &["compact", "full"], "How much of each element to show; `compact` by default.")
    }

    /// `soft_deleted_mode`.
    pub fn with_soft_deleted(self) -> Self {
        let modes = &["EXCLUDE_SOFT_DELETED", "INCLUDE_SOFT_DELETED", "ONLY_SOFT_DELETED"];
        self.choice("soft_deleted_mode", modes, "Whether to list what was soft-deleted; by default not.")
    }

    /// A query parameter that is one of these words.
    pub fn choice(mut self, name: &'static str, words: &[&str], text: &'static str) -> Self {
        self.parameters.push(Parameter::query(name, json!({ "type": "string", "enum": words }), text));
        self
    }

    /// A query parameter that is `true` or `false`.
    pub fn flag(mut self, name: &'static str, text: &'static str) -> Self {
        self.parameters.push(Parameter::query(name, json!({ "type": "boolean", "default": false }), text));
        self
    }

    /// A query parameter that is a 32-bit number.
    pub fn number(mut self, name: &'static str, text: &'static str) -> Self {
        self.parameters.push(Parameter::query(name, json!({ "type": "integer", "format": "int32" }), text));
        self
    }

    /// A query parameter that is a text.
    pub fn text(mut self, name: &'static str, text: &'static str) -> Self {
        self.parameters.push(Parameter::query(name, json!({ "type": "string" }), text));
        self
    }

    /// A query parameter that must be there; `example` is one that is understood.
    pub fn required_text(mut self, name: &'static str, example: &str, text: &'static str) -> Self {
        let schema = json!({ "type": "string", "minLength": 1, "example": example });
        self.parameters.push(Parameter { required: true, ..Parameter::query(name, schema, text) });
        self
    }

    /// A request header.
    pub fn header(mut self, name: &'static str, text: &'static str) -> Self {
        let parameter = Parameter::query(name, json!({ "type": "string" }), text);
        self.parameters.push(Parameter { place: "header", ..parameter });
        self
    }

    /// The body. The example must be one the operation takes: tests send it.
    pub fn takes(mut self, shape: Shape, example: Value) -> Self {
        self.body = Some(Body { required: true, content: Content::Document { shape, example } });
        self
    }

    /// A body that may be left out.
    pub fn may_take(mut self, shape: Shape, example: Value) -> Self {
        self.body = Some(Body { required: false, content: Content::Document { shape, example } });
        self
    }

    /// A multipart form of this schema.
    pub fn takes_form(mut self, schema: Value) -> Self {
        self.body = Some(Body { required: true, content: Content::Form(schema) });
        self
    }

    /// 200 with a body.
    pub fn answers(self, shape: Shape) -> Self {
        self.succeeds(200, Success::Document(shape))
    }

    /// 200 with a body in JSON alone.
    pub fn answers_json(self, shape: Shape) -> Self {
        self.succeeds(200, Success::Json(shape))
    }

    /// This status with a body of this media type.
    pub fn answers_in(self, status: u16, media_type: &'static str) -> Self {
        self.succeeds(status, Success::Other(media_type))
    }

    /// 201 with a body.
    pub fn creates(self, shape: Shape) -> Self {
        self.succeeds(201, Success::Document(shape))
    }

    /// 202 with a body: it will be done.
    pub fn accepts(self, shape: Shape) -> Self {
        self.succeeds(202, Success::Document(shape))
    }

    /// This success status without a body: 204, mostly.
    pub fn answers_bare(self, status: u16) -> Self {
        self.succeeds(status, Success::Nothing)
    }

    fn succeeds(mut self, status: u16, success: Success) -> Self {
        self.successes.insert(status, success);
        self
    }

    /// Refusals besides those that follow from the method, the path and the body. With the error body.
    pub fn fails(self, statuses: &[u16]) -> Self {
        self.refuses(statuses, Refusal::Explained)
    }

    /// Refusals without a body.
    pub fn fails_bare(self, statuses: &[u16]) -> Self {
        self.refuses(statuses, Refusal::Bare)
    }

    /// Refusals that have the error body or none, depending on the reason.
    pub fn fails_either_way(self, statuses: &[u16]) -> Self {
        self.refuses(statuses, Refusal::Either)
    }

    fn refuses(mut self, statuses: &[u16], refusal: Refusal) -> Self {
        self.refusals.extend(statuses.iter().map(|status| (*status, refusal)));
        self
    }
}
