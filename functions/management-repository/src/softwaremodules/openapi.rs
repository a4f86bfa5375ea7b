//! The operations of `/rest/v1/softwaremodules`, described.

use harrier_domain::authority::Authority::{
    CreateSoftwareModule, DeleteSoftwareModule, ReadSoftwareModule, ReadSoftwareModuleArtifact, UpdateSoftwareModule,
};
use harrier_openapi::{Operation, Section, delete, get, many, one, page, post, put};
use harrier_rest::resources::{ArtifactResource, ModuleMetadataResource, SoftwareModuleResource};
use serde_json::{Value, json};

use super::artifacts::uploads;
use super::create::SoftwareModuleCreate;
use super::metadata::{EntryCreate, EntryUpdate};
use super::update::SoftwareModuleUpdate;

/// All sections of the resource.
pub(crate) fn sections() -> [Section; 4] {
    [modules(), artifacts(), uploads::openapi::section(), metadata()]
}

fn modules() -> Section {
    let all = "/rest/v1/softwaremodules";
    let module = "/rest/v1/softwaremodules/{softwareModuleId}";
    Section::new("Software modules", "Software with a name and a version, and its files.")
        .with(
            get(all, "Lists software modules")
                .needs(&[ReadSoftwareModule])
                .searched()
                .with_soft_deleted()
                .answers(page::<SoftwareModuleResource>()),
        )
        .with(
            post(all, "Makes software modules")
                .note("All or none.")
                .needs(&[CreateSoftwareModule])
                .takes(many::<SoftwareModuleCreate>(), json!([{ "name": "firmware", "version": "1.1", "type": "os" }]))
                .creates(many::<SoftwareModuleResource>())
                .fails(&[404]),
        )
        .with(
            get(module, "Shows a software module")
                .needs(&[ReadSoftwareModule])
                .answers(one::<SoftwareModuleResource>()),
        )
        .with(
            put(module, "Changes a software module")
                .needs(&[UpdateSoftwareModule])
                .takes(one::<SoftwareModuleUpdate>(), json!({ "description": "Another description" }))
                .answers(one::<SoftwareModuleResource>())
                .fails(&[423]),
        )
        .with(
            delete(module, "Removes a software module")
                .note("One that is part of a distribution set is soft-deleted: it stays, without its files.")
                .needs(&[ReadSoftwareModule, DeleteSoftwareModule])
                .answers_bare(204)
                .fails(&[423]),
        )
}

fn artifacts() -> Section {
    let all = "/rest/v1/softwaremodules/{softwareModuleId}/artifacts";
    let artifact = "/rest/v1/softwaremodules/{softwareModuleId}/artifacts/{artifactId}";
    let elsewhere = "Link to where URL patterns of the server say, not to the server itself.";
    Section::new("Artifacts", "The files of software modules.")
        .with(
            get(all, "Lists the files of a software module")
                .needs(&[ReadSoftwareModule])
                .represented()
                .flag("useartifacturlhandler", elsewhere)
                .answers(many::<ArtifactResource>()),
        )
        .with(
            post(all, "Uploads a file")
                .note("The texts of the form may be query parameters instead.")
                .needs(&[CreateSoftwareModule])
                .takes_form(form())
                .creates(one::<ArtifactResource>())
                .fails(&[423, 429])
                .fails_bare(&[415])
                .fails_either_way(&[400]),
        )
        .with(
            get(artifact, "Shows what is known of a file")
                .needs(&[ReadSoftwareModule])
                .flag("useartifacturlhandler", elsewhere)
                .answers(one::<ArtifactResource>()),
        )
        .with(
            delete(artifact, "Removes a file")
                .needs(&[ReadSoftwareModule, DeleteSoftwareModule])
                .answers_bare(204)
                .fails(&[423]),
        )
        .with(download(get(
            "/rest/v1/softwaremodules/{softwareModuleId}/artifacts/{artifactId}/download",
            "Downloads a file",
        )))
}

fn form() -> Value {
    json!({
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": { "type": "string", "format": "binary", "contentMediaType": "application/octet-stream" },
            "filename": { "type": "string", "description": "What the file is called; by default as in the form." },
            "md5sum": { "type": "string", "description": "Hexadecimal; refused if the file has another." },
            "sha1sum": { "type": "string", "description": "Hexadecimal; refused if the file has another." },
            "sha256sum": { "type": "string", "description": "Hexadecimal; refused if the file has another." },
        },
    })
}

fn download(operation: Operation) -> Operation {
    operation
        .needs(&[ReadSoftwareModule, ReadSoftwareModuleArtifact])
        .header("Range", "Parts of the file, as in RFC 9110.")
        .header("If-Match", "The SHA-1 of the file in quotes.")
        .header("If-Range", "The SHA-1 of the file in quotes, or a date: another file is sent whole.")
        .answers_in(200, "application/octet-stream")
        .answers_in(206, "application/octet-stream")
        .answers_bare(302)
        .fails(&[410])
        .fails_bare(&[412, 416])
}

fn metadata() -> Section {
    let all = "/rest/v1/softwaremodules/{softwareModuleId}/metadata";
    let entry = "/rest/v1/softwaremodules/{softwareModuleId}/metadata/{metadataKey}";
    Section::new("Metadata of a software module", "Keys and values that users attach, and that devices may be shown.")
        .with(
            get(all, "Lists all metadata of a software module")
                .needs(&[ReadSoftwareModule])
                .answers(page::<ModuleMetadataResource>()),
        )
        .with(
            post(all, "Sets metadata of a software module")
                .needs(&[UpdateSoftwareModule])
                .takes(many::<EntryCreate>(), json!([{ "key": "channel", "value": "beta", "targetVisible": true }]))
                .answers_bare(201)
                .fails(&[429]),
        )
        .with(
            get(entry, "Shows a metadata entry of a software module")
                .needs(&[ReadSoftwareModule])
                .answers(one::<ModuleMetadataResource>()),
        )
        .with(
            put(entry, "Sets a metadata entry of a software module")
                .needs(&[UpdateSoftwareModule])
                .takes(one::<EntryUpdate>(), json!({ "value": "stable", "targetVisible": true }))
                .answers_bare(204)
                .fails(&[429]),
        )
        .with(
            delete(entry, "Removes a metadata entry of a software module")
                .needs(&[UpdateSoftwareModule])
                .answers_bare(204),
        )
}
