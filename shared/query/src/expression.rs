//! The parsed query, before any field is known.

/// A query as it was written: names and values are still text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// `;` or `and`: at least two operands.
    All(Vec<Expression>),
    /// `,` or `or`: at least two operands.
    Any(Vec<Expression>),
    Term(Term),
}

/// One comparison: `selector operator arguments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub selector: String,
    pub operator: Operator,
    /// Exactly one, except for [`Operator::In`] and [`Operator::Out`]: one or more.
    pub arguments: Vec<Argument>,
}

/// A value as it was written, escapes of quoted values undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    pub text: String,
    /// Only an unquoted `null` is the null of `=is=` and `=not=`.
    pub quoted: bool,
}

/// The operators of management §3.2; aliases are already folded together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Out,
    /// `=is=` and `=eq=`: like `==`, but knows null.
    Is,
    /// `=not=` and `=ne=`: like `!=`, but knows null.
    IsNot,
}

impl Operator {
    /// The operator of a symbol such as `=le=` or `<`, in any letter case.
    pub(crate) fn from_symbol(symbol: &str) -> Option<Self> {
        let operator = match symbol.to_ascii_lowercase().as_str() {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" | "=lt=" => Self::Less,
            "<=" | "=le=" => Self::LessOrEqual,
            ">" | "=gt=" => Self::Greater,
            ">=" | "=ge=" => Self::GreaterOrEqual,
            "=in=" => Self::In,
            "=out=" => Self::Out,
            "=is=" | "=eq=" => Self::Is,
            "=not=" | "=ne=" => Self::IsNot,
            _ => return None,
        };
        Some(operator)
    }

    /// Whether the operator takes a list of values.
    pub(crate) fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::Out)
    }

    /// Whether the operator is the negation of another one (management §3.4).
    pub(crate) fn is_negative(self) -> bool {
        matches!(self, Self::NotEqual | Self::Out | Self::IsNot)
    }
}

impl Term {
    /// Whether this is `=is=null` or `=not=null`.
    pub(crate) fn is_null_test(&self) -> bool {
        matches!(self.operator, Operator::Is | Operator::IsNot)
            && self.arguments.first().is_some_and(|value| !value.quoted && value.text.eq_ignore_ascii_case("null"))
    }
}
