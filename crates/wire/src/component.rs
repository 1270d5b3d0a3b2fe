//! A component as it travels: its array, read only when it is looked at, so that one bad entry spoils no report.

use fettle_model::Sha256;
use fettle_model::component::{BadComponent, Component, Field};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sha256;

/// The first line of what is hashed for a component (`agent.md` 3.4).
const HASH_PREFIX: &[u8] = b"fettle-component/1\n";

/// An entry of `add` or `remove`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireComponent(pub Value);

impl WireComponent {
    pub fn read(self) -> Result<Component, BadComponent> {
        Component::from_value(self.0)
    }

    /// As [`WireComponent::read`], for one that this or an earlier version has stored.
    pub fn read_stored(self) -> Result<Component, BadComponent> {
        Component::from_stored(self.0)
    }
}

impl From<&Component> for WireComponent {
    fn from(component: &Component) -> Self {
        let fields = component.to_array().into_iter().map(|field| match field {
            Field::Bool(value) => Value::Bool(value),
            Field::Number(value) => Value::from(value),
            Field::Text(text) => Value::String(text),
        });
        Self(Value::Array(fields.collect()))
    }
}

/// The array in RFC 8785 form. Fields are text, booleans and whole numbers, for which compact JSON is that form.
pub fn canonical(component: &Component) -> String {
    serde_json::to_string(&component.to_array()).expect("a component is JSON")
}

/// SHA-256 of `fettle-component/1`, U+000A and the canonical array.
pub fn hash(component: &Component) -> Sha256 {
    hash_canonical(&canonical(component))
}

/// As [`hash`], for a text that [`canonical`] made.
pub fn hash_canonical(canonical: &str) -> Sha256 {
    let mut bytes = Vec::with_capacity(HASH_PREFIX.len() + canonical.len());
    bytes.extend_from_slice(HASH_PREFIX);
    bytes.extend_from_slice(canonical.as_bytes());
    sha256(&bytes)
}
