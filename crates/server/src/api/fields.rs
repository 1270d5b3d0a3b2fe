//! The fields of a list's rows, as `fields` names them: of what is inside a field, the names joined by a dot.

use fettle_qql::Entity;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::error::ApiError;
use super::query::Found;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Plain,
    /// An instant in UTC.
    Time,
}

/// A field that was chosen.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: FieldKind,
}

use FieldKind::{Plain, Time};

const ASSET: &[(&str, FieldKind)] = &[
    ("id", Plain),
    ("name", Plain),
    ("fqdn", Plain),
    ("operatingSystem", Plain),
    ("osFamily", Plain),
    ("address", Plain),
    ("scanStatus", Plain),
    ("scanReason", Plain),
    ("scannedAt", Time),
    ("agentStatus", Plain),
    ("lastCheckedIn", Time),
    ("connected", Plain),
    ("agentVersion", Plain),
    ("missingPatchCount", Plain),
    ("missingSecurityCount", Plain),
    ("installedPatchCount", Plain),
    ("undeterminedPatchCount", Plain),
    ("overdueCount", Plain),
    ("missingPackageCount", Plain),
    ("packageCount", Plain),
    ("lastLoggedOnUser", Plain),
    ("pendingReboot", Plain),
    ("lastDeployment.state", Plain),
    ("lastDeployment.at", Time),
    ("lastDeployment.deploymentId", Plain),
    ("lastDeployment.jobId", Plain),
];

const PATCH: &[(&str, FieldKind)] = &[
    ("id", Plain),
    ("title", Plain),
    ("vendor", Plain),
    ("advisory", Plain),
    ("kb", Plain),
    ("bulletin", Plain),
    ("products", Plain),
    ("source", Plain),
    ("sourceVersion", Plain),
    ("product", Plain),
    ("repository", Plain),
    ("severity", Plain),
    ("isSeverityDerived", Plain),
    ("category", Plain),
    ("isSecurity", Plain),
    ("urgency", Plain),
    ("cves", Plain),
    ("published", Time),
    ("syncedAt", Time),
    ("sizeBytes", Plain),
    ("reboot", Plain),
    ("isSuperseded", Plain),
    ("enabled", Plain),
    ("deleted", Plain),
    ("isHidden", Plain),
    ("hiddenReason", Plain),
    ("corroboration", Plain),
    ("missingCount", Plain),
    ("installedCount", Plain),
    ("undeterminedCount", Plain),
    ("overdueCount", Plain),
];

const VULNERABILITY: &[(&str, FieldKind)] = &[
    ("cve", Plain),
    ("severity", Plain),
    ("cvss.score", Plain),
    ("cvss.version", Plain),
    ("cvss.source", Plain),
    ("cvss.vector", Plain),
    ("epss", Plain),
    ("isKnownExploited", Plain),
    ("isUsedByRansomware", Plain),
    ("knownExploitedDue", Plain),
    ("published", Time),
    ("sources", Plain),
    ("patchCount", Plain),
    ("exposedCount", Plain),
    ("priority.total", Plain),
    ("priority.knownExploited", Plain),
    ("priority.ransomware", Plain),
    ("priority.epss", Plain),
    ("priority.cvss", Plain),
    ("priority.exposed", Plain),
];

const COMPONENT: &[(&str, FieldKind)] =
    &[("kind", Plain), ("name", Plain), ("version", Plain), ("assetCount", Plain), ("fields", Plain)];

const DEPLOYMENT: &[(&str, FieldKind)] = &[
    ("id", Plain),
    ("asset.id", Plain),
    ("asset.name", Plain),
    ("jobId", Plain),
    ("jobName", Plain),
    ("runId", Plain),
    ("work", Plain),
    ("state", Plain),
    ("reason", Plain),
    ("text", Plain),
    ("refusedCode", Plain),
    ("cancelRequested", Plain),
    ("publishedAt", Time),
    ("startedAt", Time),
    ("endedAt", Time),
    ("progress.step", Plain),
    ("progress.percent", Plain),
    ("progress.bytes", Plain),
    ("counts", Plain),
    ("rebootPending", Plain),
];

const AUDIT: &[(&str, FieldKind)] = &[
    ("seq", Plain),
    ("time", Time),
    ("actor", Plain),
    ("actorKind", Plain),
    ("source", Plain),
    ("ip", Plain),
    ("requestId", Plain),
    ("action", Plain),
    ("objectType", Plain),
    ("objectId", Plain),
    ("objectName", Plain),
    ("outcome", Plain),
    ("details", Plain),
    ("prevHash", Plain),
    ("hash", Plain),
];

const fn of(entity: Entity) -> &'static [(&'static str, FieldKind)] {
    match entity {
        Entity::Asset => ASSET,
        Entity::Patch => PATCH,
        Entity::Vulnerability => VULNERABILITY,
        Entity::Component => COMPONENT,
        Entity::Deployment => DEPLOYMENT,
        Entity::Audit => AUDIT,
    }
}

impl Field {
    /// Of a list's rows all fields, each a value by itself.
    pub(super) fn all(entity: Entity) -> Vec<Self> {
        of(entity).iter().map(|(name, kind)| Self { name: (*name).to_owned(), kind: *kind }).collect()
    }

    /// Names in their order, with commas between; `None` where none is named.
    pub(super) fn chosen(entity: Entity, names: Option<&str>) -> Result<Option<Vec<Self>>, ApiError> {
        let names = names.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
        let fields = names.map(|name| Self::named(entity, name)).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(fields).filter(|fields| !fields.is_empty()))
    }

    fn named(entity: Entity, name: &str) -> Result<Self, ApiError> {
        let known = of(entity);
        let is_inside = |field: &str| field.split_once('.').is_some_and(|(outer, _)| outer == name);
        let kind = known.iter().find(|(field, _)| *field == name).map(|(_, kind)| *kind);
        let kind = kind.or_else(|| known.iter().any(|(field, _)| is_inside(field)).then_some(Plain));
        let Some(kind) = kind else {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let message = format!("`{name}` is no field of {}; there are {}", entity.plural(), names.join(", "));
            return Err(ApiError::invalid_field("fields", message));
        };
        Ok(Self { name: name.to_owned(), kind })
    }

    /// Null where the row has none.
    pub(super) fn of<'r>(&self, row: &'r Value) -> &'r Value {
        self.name.split('.').try_fold(row, |value, name| value.get(name)).unwrap_or(&Value::Null)
    }
}

/// A row, or what was chosen of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Row<T> {
    Whole(T),
    #[schema(value_type = Object)]
    Chosen(Map<String, Value>),
}

/// The chosen fields of a row, each under the name that it was asked for by.
pub(super) fn chosen(row: &Value, fields: &[Field]) -> Map<String, Value> {
    fields.iter().map(|field| (field.name.clone(), field.of(row).clone())).collect()
}

impl<T: Serialize> Found<T> {
    /// With rows that have these fields alone.
    pub(super) fn with_fields(self, fields: Option<&[Field]>) -> Result<Found<Row<T>>, ApiError> {
        let row = |item: T| {
            Ok(match fields {
                None => Row::Whole(item),
                Some(fields) => Row::Chosen(chosen(&serde_json::to_value(&item).map_err(ApiError::internal)?, fields)),
            })
        };
        let items = self.items.into_iter().map(row).collect::<Result<_, ApiError>>()?;
        let Self { total, total_is_all, next, groups, other, as_of, .. } = self;
        Ok(Found { items, total, total_is_all, next, groups, other, as_of })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A field that a row gets is one that may be chosen.
    #[test]
    fn every_field_of_the_api_is_known() {
        let document = serde_json::to_value(crate::api::document()).expect("JSON");
        for (entity, schema) in [
            (Entity::Asset, "AssetRow"),
            (Entity::Patch, "PatchRow"),
            (Entity::Vulnerability, "VulnerabilityRow"),
            (Entity::Component, "ComponentRow"),
            (Entity::Deployment, "DeploymentRow"),
            (Entity::Audit, "AuditRow"),
        ] {
            let properties = &document["components"]["schemas"][schema]["properties"];
            let properties: BTreeSet<&str> =
                properties.as_object().expect("properties").keys().map(String::as_str).collect();
            let known: BTreeSet<&str> =
                of(entity).iter().map(|(name, _)| name.split('.').next().unwrap_or_default()).collect();
            assert_eq!(known, properties, "{schema}");
        }
    }

    #[test]
    fn fields_are_chosen_by_name() {
        let names = |text| {
            let fields = Field::chosen(Entity::Vulnerability, Some(text)).expect("known fields").expect("some");
            let row = serde_json::json!({ "cve": "CVE-1", "cvss": { "score": 9.8 } });
            serde_json::to_string(&chosen(&row, &fields)).expect("JSON")
        };
        assert_eq!(names("cvss.score, cve,epss"), r#"{"cve":"CVE-1","cvss.score":9.8,"epss":null}"#);
        assert_eq!(names("cvss"), r#"{"cvss":{"score":9.8}}"#);
        assert!(Field::chosen(Entity::Vulnerability, Some("cvss.scor")).is_err());
        assert!(Field::chosen(Entity::Vulnerability, Some("")).expect("nothing is wrong").is_none());
    }
}
