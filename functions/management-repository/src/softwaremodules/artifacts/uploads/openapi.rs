//! The operations of `/rest/v1/softwaremodules/{id}/artifacts/uploads`, described.

use harrier_domain::authority::Authority::CreateSoftwareModule;
use harrier_openapi::{Section, delete, get, one, page, post};
use serde_json::json;

use super::begin::UploadCreate;
use super::parts::PartResource;
use super::representation::UploadResource;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/softwaremodules/{softwareModuleId}/artifacts/uploads";
    let upload = "/rest/v1/softwaremodules/{softwareModuleId}/artifacts/uploads/{uploadId}";
    Section::new("Uploads in parts", "Files of any size, in parts that go to object storage directly.")
        .with(
            get(all, "Lists the uploads of a software module")
                .needs(&[CreateSoftwareModule])
                .answers(page::<UploadResource>()),
        )
        .with(
            post(all, "Asks for an upload")
                .needs(&[CreateSoftwareModule])
                .takes(one::<UploadCreate>(), json!({ "filename": "firmware.bin", "size": 5_000_000_000_i64 }))
                .creates(one::<UploadResource>())
                .fails(&[423, 429])
                .fails_either_way(&[400]),
        )
        .with(
            get(upload, "Shows what has become of an upload")
                .needs(&[CreateSoftwareModule])
                .answers(one::<UploadResource>()),
        )
        .with(delete(upload, "Gives an upload up").needs(&[CreateSoftwareModule]).answers_bare(204))
        .with(
            get(
                "/rest/v1/softwaremodules/{softwareModuleId}/artifacts/uploads/{uploadId}/parts",
                "Lists the parts of an upload, and where to put those that are missing",
            )
            .needs(&[CreateSoftwareModule])
            .paged()
            .answers(page::<PartResource>()),
        )
        .with(
            post(
                "/rest/v1/softwaremodules/{softwareModuleId}/artifacts/uploads/{uploadId}/complete",
                "Says that all parts are there",
            )
            .needs(&[CreateSoftwareModule])
            .accepts(one::<UploadResource>())
            .fails(&[423, 429]),
        )
}
