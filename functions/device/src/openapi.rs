//! The operations of the device API, described (DDI §2).

use harrier_openapi::{Operation, Section, get, many, one, post, put};
use serde_json::{Value, json};

use crate::cancel::Cancel;
use crate::config_data::ConfigData;
use crate::confirmation::{Activation, ConfirmationBase, ConfirmationFeedback};
use crate::documents::{ArtifactDocument, ConfirmationAction, DeploymentBase};
use crate::feedback::FeedbackBody;
use crate::installed::SelfReport;
use crate::poll::ControllerBase;

/// E1 to E16.
#[must_use]
pub(crate) fn sections() -> Vec<Section> {
    vec![polling(), updates(), software(), confirmation()]
}

fn polling() -> Section {
    Section::new("Polling", "What there is to do.")
        .with(
            get("/{tenant}/controller/v1/{controllerId}", "Asks what there is to do")
                .note("A device that is unknown is registered, if its login allows it.")
                .answers(one::<ControllerBase>()),
        )
        .with(
            put("/{tenant}/controller/v1/{controllerId}/configData", "Reports attributes of the device")
                .takes(one::<ConfigData>(), json!({ "mode": "merge", "data": { "hardware": "revision 2" } }))
                .answers_bare(200)
                .fails(&[429]),
        )
}

fn updates() -> Section {
    let feedback = json!({
        "timestamp": 1_700_000_000_000_i64,
        "status": { "execution": "closed", "result": { "finished": "success" }, "details": ["Installed."] },
    });
    Section::new("Updates", "What to install, and how it went.")
        .with(with_history(
            get("/{tenant}/controller/v1/{controllerId}/deploymentBase/{actionId}", "Shows an update")
                .answers(one::<DeploymentBase>()),
        ))
        .with(reports(
            post("/{tenant}/controller/v1/{controllerId}/deploymentBase/{actionId}/feedback", "Reports on an update")
                .fails_bare(&[410]),
            feedback.clone(),
        ))
        .with(
            get("/{tenant}/controller/v1/{controllerId}/cancelAction/{actionId}", "Shows what to cancel")
                .answers(one::<Cancel>())
                .fails_either_way(&[404]),
        )
        .with(reports(
            post(
                "/{tenant}/controller/v1/{controllerId}/cancelAction/{actionId}/feedback",
                "Reports on a cancellation",
            )
            .fails(&[405]),
            feedback,
        ))
        .with(with_history(
            get("/{tenant}/controller/v1/{controllerId}/installedBase/{actionId}", "Shows an update that is over")
                .answers(one::<DeploymentBase>()),
        ))
        .with(
            put("/{tenant}/controller/v1/{controllerId}/installedBase", "Reports what was installed by other means")
                .takes(one::<SelfReport>(), json!({ "name": "release", "version": "1.0" }))
                .answers_bare(200)
                .answers_bare(201),
        )
}

fn reports(operation: Operation, example: Value) -> Operation {
    operation.takes(one::<FeedbackBody>(), example).answers_bare(200).fails(&[429]).fails_either_way(&[404])
}

fn with_history(operation: Operation) -> Operation {
    operation.fails_either_way(&[404]).number("c", "Changes when the update does; of no meaning to the server.").number(
        "actionHistory",
        "How many of the device's own messages to show, newest first. Negative: the most possible.",
    )
}

fn software() -> Section {
    let file = "/{tenant}/controller/v1/{controllerId}/softwaremodules/{softwareModuleId}/artifacts/{fileName}";
    Section::new("Files", "What updates consist of.")
        .with(
            get(
                "/{tenant}/controller/v1/{controllerId}/softwaremodules/{softwareModuleId}/artifacts",
                "Lists the files of a software module",
            )
            .answers(many::<ArtifactDocument>()),
        )
        .with(
            get(file, "Downloads a file")
                .header("Range", "Parts of the file, as in RFC 9110.")
                .header("If-Match", "The SHA-1 of the file in quotes.")
                .header("If-Range", "The SHA-1 of the file in quotes, or a date: another file is sent whole.")
                .answers_in(200, "application/octet-stream")
                .answers_in(206, "application/octet-stream")
                .answers_bare(302)
                .fails(&[410])
                .fails_bare(&[304, 412, 416])
                .fails_either_way(&[404]),
        )
        .with(
            get(
                "/{tenant}/controller/v1/{controllerId}/softwaremodules/{softwareModuleId}/artifacts/{fileName}.MD5SUM",
                "Downloads the MD5 of a file, as md5sum writes it",
            )
            .answers_in(200, "text/plain")
            .fails_either_way(&[404]),
        )
}

fn confirmation() -> Section {
    Section::new("Confirmation", "Updates that wait until somebody agrees.")
        .with(
            get("/{tenant}/controller/v1/{controllerId}/confirmationBase", "Asks what there is to confirm")
                .note("A device that is unknown is registered, if its login allows it.")
                .answers(one::<ConfirmationBase>()),
        )
        .with(with_history(
            get("/{tenant}/controller/v1/{controllerId}/confirmationBase/{actionId}", "Shows an update to confirm")
                .answers(one::<ConfirmationAction>()),
        ))
        .with(
            post(
                "/{tenant}/controller/v1/{controllerId}/confirmationBase/{actionId}/feedback",
                "Confirms or denies an update",
            )
            .takes(one::<ConfirmationFeedback>(), json!({ "confirmation": "confirmed", "details": ["Go ahead."] }))
            .answers_bare(200)
            .fails(&[429])
            .fails_bare(&[410])
            .fails_either_way(&[404]),
        )
        .with(
            post(
                "/{tenant}/controller/v1/{controllerId}/confirmationBase/activateAutoConfirm",
                "Confirms all updates from now on",
            )
            .may_take(one::<Activation>(), json!({ "initiator": "owner", "remark": "always" }))
            .answers_bare(200)
            .fails(&[409]),
        )
        .with(
            post(
                "/{tenant}/controller/v1/{controllerId}/confirmationBase/deactivateAutoConfirm",
                "Confirms updates by itself no more",
            )
            .answers_bare(200),
        )
}
