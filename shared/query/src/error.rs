//! Why a query or a sort order was refused.

/// The `Result` of parsing and binding.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal. All are answered with 400 (management §2.3); `Display` is the message the caller may read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Grammar, operator or value of a query (`rest.param.rsqlParamSyntax`).
    #[error("{0}")]
    Syntax(String),
    /// Field, sub-attribute or enum constant of a query (`rest.param.rsqlInvalidField`).
    #[error("{0}")]
    Field(String),
    /// Grammar of a sort order (`rest.param.sortParamSyntax`).
    #[error("{0}")]
    SortSyntax(String),
    /// Field of a sort order (`rest.param.invalidField`).
    #[error("{0}")]
    SortField(String),
    /// Direction of a sort order (`rest.param.invalidDirection`).
    #[error("{0}")]
    SortDirection(String),
}

impl From<Error> for harrier_domain::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Syntax(message) => Self::RsqlSyntax(message),
            Error::Field(message) => Self::RsqlField(message),
            Error::SortSyntax(message) => Self::SortSyntax(message),
            Error::SortField(message) => Self::SortField(message),
            Error::SortDirection(message) => Self::SortDirection(message),
        }
    }
}
