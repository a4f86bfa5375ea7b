//! The template as a tree. `!Ref x` and the like become their argument: `!GetAtt A.Arn` reads as the text `A.Arn`.

use saphyr::{LoadableYamlNode, Yaml};

const TEXT: &str = include_str!("../../../infra/template.yaml");

pub fn load() -> Yaml<'static> {
    Yaml::load_from_str(TEXT).expect("the template is YAML").remove(0)
}

/// The node without its tag.
pub fn plain<'n>(node: &'n Yaml<'static>) -> &'n Yaml<'static> {
    match node {
        Yaml::Tagged(_, inner) => inner,
        other => other,
    }
}

/// The node below `path`, which must be there.
pub fn at<'n>(node: &'n Yaml<'static>, path: &str) -> &'n Yaml<'static> {
    path.split('.').fold(node, |node, key| find(node, key).unwrap_or_else(|| panic!("no {key} of {path}")))
}

pub fn find<'n>(node: &'n Yaml<'static>, key: &str) -> Option<&'n Yaml<'static>> {
    node.as_mapping_get(key).map(plain)
}

pub fn text(node: &Yaml<'static>) -> String {
    plain(node).as_str().unwrap_or_else(|| panic!("not a text: {node:?}")).to_owned()
}

/// A list of texts; one text is a list of one.
pub fn texts(node: &Yaml<'static>) -> Vec<String> {
    match plain(node) {
        Yaml::Sequence(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

pub fn items<'n>(node: &'n Yaml<'static>) -> &'n [Yaml<'static>] {
    match plain(node) {
        Yaml::Sequence(items) => items,
        other => panic!("not a list: {other:?}"),
    }
}

/// All resources of a type, by name.
pub fn resources<'n>(template: &'n Yaml<'static>, kind: &str) -> Vec<(String, &'n Yaml<'static>)> {
    let all = at(template, "Resources").as_mapping().expect("a mapping");
    let of_kind = all.iter().filter(|(_, resource)| text(at(resource, "Type")) == kind);
    of_kind.map(|(name, resource)| (text(name), resource)).collect()
}
