//! What a query reads.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::database::{Consistency, MAX_PAGE};
use crate::expression::{number, text};
use crate::schema::{INDEX_BY_ID, INDEX_PARTITION_KEY, INDEX_SORT_KEY, PARTITION_KEY, SORT_KEY, Table};

/// A partition of a table or of the by-id index, or the part of it that the other methods narrow it down to.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub table: Table,
    pub partition: String,
    is_index: bool,
    /// A condition on the sort key `#sk`, and the value `:sk` in it.
    sort: Option<(&'static str, AttributeValue)>,
    is_backward: bool,
    limit: i32,
    consistency: Consistency,
}

impl Range {
    /// A whole partition: read consistently, forward, and in pages as large as they may be.
    pub fn of(table: Table, partition: String) -> Self {
        let (sort, consistency) = (None, Consistency::Strong);
        Self { table, partition, is_index: false, sort, is_backward: false, limit: MAX_PAGE, consistency }
    }

    /// A whole partition of the by-id index, which is always a moment old.
    pub fn of_index(partition: String) -> Self {
        let whole = Self::of(Table::Fleet, partition);
        Self { is_index: true, consistency: Consistency::Eventual, ..whole }
    }

    /// Only sort keys that start so, if anything is said.
    pub fn starting_with<'a>(self, prefix: impl Into<Option<&'a str>>) -> Self {
        self.sorted("begins_with(#sk, :sk)", prefix.into().map(text))
    }

    /// Only sort keys after this one, if there is one.
    pub fn after<'a>(self, sort: impl Into<Option<&'a str>>) -> Self {
        self.sorted("#sk > :sk", sort.into().map(text))
    }

    /// Of the index: ids after this one.
    pub fn after_id(self, id: i64) -> Self {
        self.sorted("#sk > :sk", Some(number(id)))
    }

    /// Of the index: this id alone.
    pub fn with_id(self, id: i64) -> Self {
        self.sorted("#sk = :sk", Some(number(id)))
    }

    /// A query takes one condition on the sort key: the last one that is said holds.
    fn sorted(self, condition: &'static str, value: Option<AttributeValue>) -> Self {
        Self { sort: value.map(|value| (condition, value)), ..self }
    }

    pub fn backward(self, is_backward: bool) -> Self {
        Self { is_backward, ..self }
    }

    /// How many items a page has at most; never more than [`MAX_PAGE`], and at least one.
    pub fn limit(self, most: impl TryInto<i32>) -> Self {
        Self { limit: most.try_into().unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE), ..self }
    }

    pub fn consistency(self, consistency: Consistency) -> Self {
        Self { consistency, ..self }
    }

    /// Makes the query ask for this range.
    pub fn ask(&self, query: QueryFluentBuilder) -> QueryFluentBuilder {
        let (index, partition_key, sort_key) = match self.is_index {
            true => (Some(INDEX_BY_ID.to_owned()), INDEX_PARTITION_KEY, INDEX_SORT_KEY),
            false => (None, PARTITION_KEY, SORT_KEY),
        };
        let whole = query
            .set_index_name(index)
            .expression_attribute_names("#pk", partition_key)
            .expression_attribute_values(":pk", text(&self.partition))
            .scan_index_forward(!self.is_backward)
            .consistent_read(self.consistency == Consistency::Strong)
            .limit(self.limit);
        match &self.sort {
            None => whole.key_condition_expression("#pk = :pk"),
            Some((condition, value)) => whole
                .key_condition_expression(format!("#pk = :pk AND {condition}"))
                .expression_attribute_names("#sk", sort_key)
                .expression_attribute_values(":sk", value.clone()),
        }
    }
}
