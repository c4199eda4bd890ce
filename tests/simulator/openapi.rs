//! Requests and answers checked against Discord's own API document.
//!
//! The document is in the `openapi` format. A copy of it is looked for next to the checkout, or where
//! `ASIDE_OPENAPI` says. Other test binaries include this file with `#[path]`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use aside::simulator::Request;
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

const NAME: &str = "urn:discord";

/// Discord's API document.
pub(crate) struct Document {
    root: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One operation of the document: its path as written there, and its method.
pub(crate) struct Operation {
    path: String,
    method: String,
}

impl Document {
    /// The document; says so when there is none.
    pub(crate) fn load() -> Option<Self> {
        let path = Self::place();
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: no copy of Discord's API document at {}", path.display());
            return None;
        };
        let root = serde_json::from_str(&text).unwrap();
        Some(Self { root, validators: Mutex::default() })
    }

    fn place() -> PathBuf {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/discord-openapi.json");
        std::env::var_os("ASIDE_OPENAPI").map_or(beside, PathBuf::from)
    }

    /// What is wrong with a request: an operation Discord does not have, a query key it does not know,
    /// a body it would not take. Nothing for a good one.
    pub(crate) fn complaints(&self, request: &Request) -> Vec<String> {
        let Some(operation) = self.operation(request) else {
            return vec![format!("{} {}: no such operation", request.method, request.path)];
        };
        let mut complaints = self.unknown_queries(&operation, request);
        let schema = ["requestBody", "content", "application/json", "schema"];
        if let Some(pointer) = self.pointer(&operation, &schema) {
            complaints.extend(self.check(&pointer, &request.body));
        } else if !request.body.is_null() {
            complaints.push("a body where none is taken".to_owned());
        }
        complaints.iter().map(|what| format!("{} {}: {what}", request.method, request.path)).collect()
    }

    /// The operation of the document that a request is one of.
    pub(crate) fn operation(&self, request: &Request) -> Option<Operation> {
        let method = request.method.to_lowercase();
        let paths = self.root["paths"].as_object().unwrap();
        let fitting =
            paths.iter().filter(|(path, of)| fits(path, &request.path) && of.get(&method).is_some());
        // A path that names `@me` goes before one that takes any identifier there.
        let path = fitting.map(|(path, _)| path).min_by_key(|path| path.matches('{').count())?;
        Some(Operation { path: path.clone(), method })
    }

    /// Where the document says this about an operation, if it does.
    pub(crate) fn pointer(&self, operation: &Operation, below: &[&str]) -> Option<String> {
        let escape = |part: &str| part.replace('~', "~0").replace('/', "~1");
        let mut pointer = format!("/paths/{}/{}", escape(&operation.path), operation.method);
        for part in below {
            pointer = format!("{pointer}/{}", escape(part));
        }
        self.root.pointer(&pointer).map(|_| pointer)
    }

    fn unknown_queries(&self, operation: &Operation, request: &Request) -> Vec<String> {
        let pointer = self.pointer(operation, &["parameters"]);
        let parameters = pointer.and_then(|pointer| self.root.pointer(&pointer)).and_then(Value::as_array);
        let known: Vec<&str> =
            parameters.into_iter().flatten().filter_map(|parameter| parameter["name"].as_str()).collect();
        let pairs = request.query.split('&').filter(|pair| !pair.is_empty());
        let keys = pairs.map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key));
        keys.filter(|key| !known.contains(key)).map(|key| format!("unknown query key {key}")).collect()
    }

    /// What keeps `value` from being as the document says at `pointer`.
    pub(crate) fn check(&self, pointer: &str, value: &Value) -> Vec<String> {
        let validator = self.validator(pointer);
        validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect()
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let known = validators.entry(pointer.to_owned());
        Arc::clone(known.or_insert_with(|| Arc::new(self.compile(pointer))))
    }

    fn compile(&self, pointer: &str) -> Validator {
        let fragment: String = pointer.replace('{', "%7B").replace('}', "%7D");
        let registry = Registry::new().add(NAME, &self.root).unwrap().prepare().unwrap();
        let schema = json!({ "$ref": format!("{NAME}#{fragment}") });
        jsonschema::options().with_registry(&registry).build(&schema).unwrap()
    }
}

/// Whether a path fits a template of the document.
fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(wanted, given): (&&str, &&str)| wanted.starts_with('{') || wanted == given;
    template.len() == path.len() && template.iter().zip(&path).all(same)
}
