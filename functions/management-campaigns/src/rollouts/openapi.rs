//! The operations of `/rest/v1/rollouts`, described.

use harrier_domain::authority::Authority::{
    ApproveRollout, CreateRollout, DeleteRollout, HandleRollout, ReadDistributionSet, ReadRollout, ReadTarget,
    UpdateRollout,
};
use harrier_openapi::{Section, delete, get, one, page, post, put};
use harrier_rest::resources::{RolloutGroupResource, RolloutResource, TargetResource};
use serde_json::json;

use super::request::RolloutRequest;
use super::update::RolloutUpdate;

/// All sections of the resource.
pub(crate) fn sections() -> [Section; 2] {
    [rollouts(), groups()]
}

fn rollouts() -> Section {
    let all = "/rest/v1/rollouts";
    let rollout = "/rest/v1/rollouts/{rolloutId}";
    let example =
        json!({ "name": "winter", "targetFilterQuery": "name==*", "distributionSetId": 1, "amountGroups": 2 });
    let decided = |path, summary| {
        let remark = "Why, for those who read it later.";
        post(path, summary).needs(&[ApproveRollout]).text("remark", remark).answers_bare(204)
    };
    let handled = |path, summary| post(path, summary).needs(&[HandleRollout]).answers_bare(204);
    Section::new("Rollouts", "Distribution sets for many targets, group by group.")
        .with(
            get(all, "Lists rollouts")
                .needs(&[ReadRollout])
                .searched()
                .represented()
                .with_soft_deleted()
                .answers(page::<RolloutResource>()),
        )
        .with(
            post(all, "Makes a rollout")
                .note("`HANDLE_ROLLOUT` is needed besides, if it starts by itself.")
                .needs(&[CreateRollout, ReadDistributionSet, ReadTarget])
                .takes(one::<RolloutRequest>(), example)
                .creates(one::<RolloutResource>())
                .fails(&[404, 429]),
        )
        .with(get(rollout, "Shows a rollout").needs(&[ReadRollout]).answers(one::<RolloutResource>()))
        .with(
            put(rollout, "Changes the name and the description of a rollout")
                .needs(&[UpdateRollout])
                .takes(one::<RolloutUpdate>(), json!({ "description": "Another description" }))
                .answers(one::<RolloutResource>()),
        )
        .with(
            delete(rollout, "Removes a rollout")
                .note("In the background. One that has started is soft-deleted: it stays, and does nothing more.")
                .needs(&[DeleteRollout])
                .answers_bare(204),
        )
        .with(decided("/rest/v1/rollouts/{rolloutId}/approve", "Approves a rollout"))
        .with(decided("/rest/v1/rollouts/{rolloutId}/deny", "Denies a rollout"))
        .with(handled("/rest/v1/rollouts/{rolloutId}/start", "Starts a rollout"))
        .with(handled("/rest/v1/rollouts/{rolloutId}/pause", "Pauses a rollout"))
        .with(handled("/rest/v1/rollouts/{rolloutId}/resume", "Resumes a rollout"))
        .with(
            post("/rest/v1/rollouts/{rolloutId}/stop", "Stops a rollout for good")
                .needs(&[UpdateRollout])
                .answers_bare(204),
        )
        .with(
            post("/rest/v1/rollouts/{rolloutId}/triggerNextGroup", "Starts the next group of a rollout now")
                .needs(&[UpdateRollout])
                .answers_bare(204),
        )
        .with(
            post("/rest/v1/rollouts/{rolloutId}/retry", "Makes a rollout for the targets at which one failed")
                .needs(&[CreateRollout, ReadRollout])
                .creates(one::<RolloutResource>())
                .fails(&[429]),
        )
}

fn groups() -> Section {
    Section::new("Groups of a rollout", "Which targets are updated together, and how far they are.")
        .with(
            get("/rest/v1/rollouts/{rolloutId}/deploygroups", "Lists the groups of a rollout")
                .needs(&[ReadRollout])
                .searched()
                .represented()
                .answers(page::<RolloutGroupResource>()),
        )
        .with(
            get("/rest/v1/rollouts/{rolloutId}/deploygroups/{groupId}", "Shows a group of a rollout")
                .needs(&[ReadRollout])
                .answers(one::<RolloutGroupResource>()),
        )
        .with(
            get("/rest/v1/rollouts/{rolloutId}/deploygroups/{groupId}/targets", "Lists the targets of a group")
                .needs(&[ReadRollout, ReadTarget])
                .searched()
                .answers(page::<TargetResource>()),
        )
}
