//! The body of a creation (management §5.10 "RolloutCreate").

use harrier_domain::action::{ActionType, DEFAULT_WEIGHT};
use harrier_domain::rollout::creation::{Grouping, NewGroup, NewRollout, Template};
use harrier_domain::rollout::{Conditions, ErrorCondition};
use harrier_domain::text::{self, Violations};
use harrier_domain::{Error, Result};
use harrier_rest::resources::{ActionTypeName, ConditionResource, ErrorActionResource, SuccessActionResource};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RolloutRequest {
    name: Option<String>,
    description: Option<String>,
    target_filter_query: Option<String>,
    #[serde(default)]
    distribution_set_id: i64,
    #[serde(rename = "type")]
    kind: Option<ActionTypeName>,
    forcetime: Option<i64>,
    pub start_at: Option<i64>,
    weight: Option<i64>,
    #[serde(default)]
    dynamic: bool,
    dynamic_group_template: Option<TemplateRequest>,
    confirmation_required: Option<bool>,
    amount_groups: Option<i32>,
    groups: Option<Vec<GroupRequest>>,
    success_condition: Option<ConditionResource>,
    success_action: Option<SuccessActionResource>,
    error_condition: Option<ConditionResource>,
    error_action: Option<ErrorActionResource>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TemplateRequest {
    #[serde(default)]
    name_suffix: Option<String>,
    #[serde(default)]
    target_count: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GroupRequest {
    name: Option<String>,
    description: Option<String>,
    target_filter_query: Option<String>,
    target_percentage: Option<f32>,
    confirmation_required: Option<bool>,
    success_condition: Option<ConditionResource>,
    success_action: Option<SuccessActionResource>,
    error_condition: Option<ConditionResource>,
    error_action: Option<ErrorActionResource>,
}

impl RolloutRequest {
    /// `confirmation` is what holds for groups that do not say whether they need one.
    ///
    /// # Errors
    /// [`Error::ConstraintViolation`], [`Error::RsqlSyntax`] without a filter, [`Error::Validation`] for fields that exclude
    /// each other.
    pub fn into_new_rollout(self, confirmation: bool, authorities: Vec<String>) -> Result<NewRollout> {
        let mut violations = Violations::default();
        let name = violations.required(text::name, "name", self.name.as_ref());
        let description = violations.optional(text::description, "description", self.description.as_ref());
        let filter = violations.check(required_filter(self.target_filter_query.as_ref()));
        let weight = violations.check(weight(self.weight));
        let conditions = self.conditions(&Conditions::default());
        check_conditions(&mut violations, &conditions);
        let grouping = violations.check(self.grouping(&conditions, confirmation));
        violations.finish()?;
        Ok(NewRollout {
            name,
            description,
            filter: filter.unwrap_or_default(),
            distribution_set: self.distribution_set_id,
            action_type: self.kind.map(ActionType::from).unwrap_or_default(),
            forced_time: self.forcetime,
            weight: weight.unwrap_or(DEFAULT_WEIGHT),
            start_at: self.start_at,
            dynamic: self.dynamic,
            grouping: grouping.unwrap_or(Grouping::Explicit(Vec::new())),
            retry_of: None,
            authorities,
        })
    }

    fn conditions(&self, defaults: &Conditions) -> Conditions {
        Pieces {
            success_condition: self.success_condition.as_ref(),
            success_action: self.success_action.as_ref(),
            error_condition: self.error_condition.as_ref(),
            error_action: self.error_action.as_ref(),
        }
        .over(defaults)
    }

    fn grouping(&self, conditions: &Conditions, confirmation: bool) -> Result<Grouping> {
        let confirmation_required = self.confirmation_required.unwrap_or(confirmation);
        let template = self.dynamic_group_template.as_ref().map(TemplateRequest::checked).transpose()?;
        match (&self.groups, self.amount_groups) {
            (Some(_), Some(_)) => Err(exclusive("Either the amount of groups or the groups can be given, not both.")),
            (Some(_), None) if template.is_some() => {
                Err(exclusive("A dynamic group template is not allowed with explicit groups."))
            }
            (Some(groups), None) => {
                let group = |group: &GroupRequest| group.checked(conditions, confirmation_required);
                Ok(Grouping::Explicit(groups.iter().map(group).collect::<Result<_>>()?))
            }
            (None, amount) => Ok(Grouping::Equal {
                count: amount.unwrap_or(1),
                template,
                conditions: conditions.clone(),
                confirmation_required,
            }),
        }
    }
}

impl TemplateRequest {
    fn checked(&self) -> Result<Template> {
        let name_suffix = match self.name_suffix.as_deref() {
            None | Some("") => String::new(),
            // The number before it takes up to 9 characters: `group-501`.
            Some(suffix) => {
                text::name("dynamicGroupTemplate.nameSuffix", &format!("group-500{suffix}"))?;
                suffix.to_owned()
            }
        };
        Ok(Template { name_suffix, target_count: self.target_count })
    }
}

impl GroupRequest {
    fn checked(&self, inherited: &Conditions, confirmation_required: bool) -> Result<NewGroup> {
        let mut violations = Violations::default();
        let name = violations.required(text::name, "groups.name", self.name.as_ref());
        let description = violations.optional(text::description, "groups.description", self.description.as_ref());
        let filter = self.target_filter_query.as_ref().filter(|filter| !filter.trim().is_empty());
        let filter = violations.optional(text::query, "groups.targetFilterQuery", filter);
        let conditions = Pieces {
            success_condition: self.success_condition.as_ref(),
            success_action: self.success_action.as_ref(),
            error_condition: self.error_condition.as_ref(),
            error_action: self.error_action.as_ref(),
        }
        .over(inherited);
        check_conditions(&mut violations, &conditions);
        violations.finish()?;
        Ok(NewGroup {
            name,
            description,
            filter: filter.unwrap_or_default(),
            percentage: self.target_percentage.unwrap_or(100.0),
            confirmation_required: self.confirmation_required.unwrap_or(confirmation_required),
            conditions,
        })
    }
}

/// The conditions and actions that a request names.
struct Pieces<'r> {
    success_condition: Option<&'r ConditionResource>,
    success_action: Option<&'r SuccessActionResource>,
    error_condition: Option<&'r ConditionResource>,
    error_action: Option<&'r ErrorActionResource>,
}

impl Pieces<'_> {
    /// What is not named is taken from `inherited`.
    fn over(&self, inherited: &Conditions) -> Conditions {
        let mut conditions = inherited.clone();
        if let Some(condition) = self.success_condition {
            conditions.success_threshold.clone_from(&condition.expression);
        }
        if let Some(action) = self.success_action {
            conditions.success_action = action.action;
            conditions.success_action_expression.clone_from(&action.expression);
        }
        let error = conditions
            .error
            .get_or_insert(ErrorCondition { threshold: String::new(), action_expression: String::new() });
        if let Some(condition) = self.error_condition {
            error.threshold.clone_from(&condition.expression);
        }
        if let Some(action) = self.error_action {
            error.action_expression.clone_from(&action.expression);
        }
        conditions
    }
}

fn check_conditions(violations: &mut Violations, conditions: &Conditions) {
    violations.check(text::expression("successCondition.expression", &conditions.success_threshold));
    violations.check(text::expression("successAction.expression", &conditions.success_action_expression));
    if let Some(error) = &conditions.error {
        violations.check(text::expression("errorCondition.expression", &error.threshold));
        violations.check(text::expression("errorAction.expression", &error.action_expression));
    }
}

/// A missing or blank filter is a matter of its syntax (management §7 no. 92).
fn required_filter(filter: Option<&String>) -> Result<String> {
    match filter.filter(|filter| !filter.trim().is_empty()) {
        Some(filter) => text::query("targetFilterQuery", filter),
        None => Err(Error::RsqlSyntax("The target filter query must not be empty.".to_owned())),
    }
}

fn weight(weight: Option<i64>) -> Result<u16> {
    let Some(weight) = weight else {
        return Ok(DEFAULT_WEIGHT);
    };
    let in_range = u16::try_from(weight).ok().filter(|weight| *weight <= 1000);
    in_range.ok_or_else(|| Error::violation("weight", "must be between 0 and 1000"))
}

fn exclusive(reason: &str) -> Error {
    Error::Validation(reason.to_owned())
}
