//! Operations as the documents describe them, and requests made from that.

use harrier_domain::authority::Authority;
use harrier_tests::{Answer, Client};
use http::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// One operation.
#[derive(Debug, Clone)]
pub struct Described {
    pub method: Method,
    /// With its variables in braces.
    pub path: String,
    /// What a caller needs, all of it.
    pub authorities: Vec<Authority>,
    operation: Value,
}

/// The operations of the Management API.
pub fn management() -> Vec<Described> {
    operations(&harrier::openapi::management().expect("descriptions that agree"))
}

/// The operations of the device API.
pub fn device() -> Vec<Described> {
    operations(&harrier::openapi::device().expect("descriptions that agree"))
}

fn operations(document: &Value) -> Vec<Described> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, methods)| METHODS.map(|method| (path, method, &methods[method])));
    all.filter(|(_, _, operation)| operation.is_object())
        .map(|(path, method, operation)| of(path, method, operation))
        .collect()
}

fn of(path: &str, method: &str, operation: &Value) -> Described {
    let names = operation["security"][0]["basic"].as_array().cloned().unwrap_or_default();
    let authority = |name: &Value| Authority::from_name(name.as_str().unwrap_or_default()).expect("an authority");
    Described {
        method: method.to_uppercase().parse().expect("a method"),
        path: path.to_owned(),
        authorities: names.iter().map(authority).collect(),
        operation: operation.clone(),
    }
}

impl Described {
    /// The path without the names of its variables, which are a matter of taste: `GET /rest/v1/targets/{}`.
    pub fn key(&self) -> String {
        key(self.method.as_str(), &self.path)
    }

    /// The variables of the path, in their order.
    pub fn variables(&self) -> Vec<&str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    /// The address with the variables replaced, and with the query parameters that must be there.
    pub fn address(&self, value: impl Fn(&str) -> String) -> String {
        let path = self
            .variables()
            .iter()
            .fold(self.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), &value(name)));
        let required = |parameter: &&Value| parameter["in"] == "query" && parameter["required"] == true;
        let parameters = self.operation["parameters"].as_array().cloned().unwrap_or_default();
        let query = parameters.iter().filter(required).map(|parameter| {
            let (name, example) = (&parameter["name"], &parameter["schema"]["example"]);
            format!("{}={}", name.as_str().unwrap_or_default(), example.as_str().unwrap_or_default())
        });
        let query: Vec<String> = query.collect();
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    /// The body that the document gives as an example.
    pub fn example(&self) -> Option<&Value> {
        self.operation["requestBody"]["content"]["application/json"].get("example")
    }

    pub fn takes_form(&self) -> bool {
        self.operation["requestBody"]["content"].get("multipart/form-data").is_some()
    }

    /// Sends the request with the example as its body.
    pub async fn send(&self, client: &Client, address: &str) -> Answer {
        self.send_with(client, address, self.example()).await
    }

    /// Sends the request with this body.
    pub async fn send_with(&self, client: &Client, address: &str, body: Option<&Value>) -> Answer {
        let request = client.request(self.method.clone(), address);
        let request = match body {
            Some(body) => request.json(body),
            None if self.takes_form() => {
                request.multipart(Form::new().part("file", Part::bytes(b"x".as_slice()).file_name("x.bin")))
            }
            None => request,
        };
        client.send(request).await
    }
}

/// A method and a path without the names of its variables.
pub fn key(method: &str, path: &str) -> String {
    let mut rest = path.split('{');
    let start = rest.next().unwrap_or_default().to_owned();
    let bare = rest.fold(start, |bare, part| bare + "{}" + part.split_once('}').map_or("", |(_, after)| after));
    format!("{method} {bare}")
}

impl Described {
    /// Summary, success, refusals, and a body where one belongs.
    ///
    /// # Panics
    /// When one of them is missing.
    pub fn assert_complete(&self) {
        let key = self.key();
        let described = &self.operation;
        assert!(!described["summary"].as_str().unwrap_or_default().is_empty(), "{key} has no summary");
        let statuses: Vec<&String> = described["responses"].as_object().expect("responses").keys().collect();
        assert!(statuses.iter().any(|status| status.starts_with('2')), "{key} does not say what success is");
        assert!(statuses.iter().any(|status| *status == "401"), "{key} needs no login");
        let needs_none = ["GET /rest/v1/userinfo"];
        let of_users = self.path.starts_with("/rest/v1") && !needs_none.contains(&key.as_str());
        assert_eq!(self.authorities.is_empty(), !of_users, "{key}: authorities");
        assert_eq!(statuses.iter().any(|status| *status == "403"), of_users, "{key}: 403");
        if self.method == Method::PUT && !self.path.contains("targetgroups") {
            assert!(self.example().is_some(), "{key} has no body");
        }
    }
}
