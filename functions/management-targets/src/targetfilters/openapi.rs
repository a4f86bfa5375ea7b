//! The operations of `/rest/v1/targetfilters`, described.

use harrier_domain::authority::Authority::{CreateTarget, DeleteTarget, ReadDistributionSet, ReadTarget, UpdateTarget};
use harrier_openapi::{Section, delete, get, one, page, post, put};
use harrier_rest::resources::{DistributionSetResource, TargetFilterResource};
use serde_json::json;

use super::FilterRequest;
use super::auto_assign_ds::AutoAssignRequest;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/targetfilters";
    let filter = "/rest/v1/targetfilters/{filterId}";
    let automatic = "/rest/v1/targetfilters/{filterId}/autoAssignDS";
    Section::new("Target filters", "Queries with a name.")
        .with(
            get(all, "Lists target filters")
                .note("`total` counts all filters, whatever the query.")
                .needs(&[ReadTarget])
                .searched()
                .represented()
                .answers(page::<TargetFilterResource>()),
        )
        .with(
            post(all, "Makes a target filter")
                .needs(&[CreateTarget])
                .takes(one::<FilterRequest>(), json!({ "name": "pilots", "query": "tag==pilot" }))
                .creates(one::<TargetFilterResource>()),
        )
        .with(get(filter, "Shows a target filter").needs(&[ReadTarget]).answers(one::<TargetFilterResource>()))
        .with(
            put(filter, "Changes a target filter")
                .needs(&[UpdateTarget])
                .takes(one::<FilterRequest>(), json!({ "query": "tag==pilots" }))
                .answers(one::<TargetFilterResource>()),
        )
        .with(
            delete(filter, "Removes a target filter")
                .note("`DELETE_AUTO_ASSIGNMENT` is needed besides, if it assigns something by itself.")
                .needs(&[DeleteTarget])
                .answers_bare(204),
        )
        .with(
            get(automatic, "Shows which distribution set a target filter assigns by itself")
                .deprecated("Use auto assignments.")
                .needs(&[ReadTarget])
                .answers(one::<DistributionSetResource>())
                .answers_bare(204),
        )
        .with(
            post(automatic, "Lets a target filter assign a distribution set by itself")
                .deprecated("Use auto assignments.")
                .needs(&[ReadTarget, UpdateTarget, ReadDistributionSet])
                .takes(one::<AutoAssignRequest>(), json!({ "id": 1, "type": "forced" }))
                .answers(one::<TargetFilterResource>())
                .fails(&[429]),
        )
        .with(
            delete(automatic, "Lets a target filter assign nothing by itself")
                .deprecated("Use auto assignments.")
                .needs(&[UpdateTarget])
                .answers_bare(204),
        )
}
