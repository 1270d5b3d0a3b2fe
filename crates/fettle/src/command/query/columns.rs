//! Which fields of a row are shown, in order.

use serde_json::Value;

/// A column of a table and of CSV.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) title: &'static str,
    /// Where it stands in a row of the API, as RFC 6901 has it.
    pub(super) pointer: &'static str,
}

const fn column(title: &'static str, pointer: &'static str) -> Column {
    Column { title, pointer }
}

pub(super) const ASSETS: &[Column] = &[
    column("NAME", "/name"),
    column("OPERATING SYSTEM", "/operatingSystem"),
    column("SCAN", "/scanStatus"),
    column("SCANNED", "/scannedAt"),
    column("MISSING", "/missingPatchCount"),
    column("SECURITY", "/missingSecurityCount"),
    column("OVERDUE", "/overdueCount"),
    column("AGENT", "/agentStatus"),
    column("ADDRESS", "/address"),
    column("USER", "/lastLoggedOnUser"),
    column("ID", "/id"),
];

pub(super) const PATCHES: &[Column] = &[
    column("TITLE", "/title"),
    column("ADVISORY", "/advisory"),
    column("SEVERITY", "/severity"),
    column("CATEGORY", "/category"),
    column("MISSING", "/missingCount"),
    column("INSTALLED", "/installedCount"),
    column("OVERDUE", "/overdueCount"),
    column("PUBLISHED", "/published"),
    column("PRODUCT", "/product"),
    column("ID", "/id"),
];

pub(super) const VULNERABILITIES: &[Column] = &[
    column("CVE", "/cve"),
    column("SEVERITY", "/severity"),
    column("CVSS", "/cvss/score"),
    column("EPSS", "/epss"),
    column("EXPLOITED", "/isKnownExploited"),
    column("EXPOSED", "/exposedCount"),
    column("PATCHES", "/patchCount"),
    column("PUBLISHED", "/published"),
];

pub(super) const COMPONENTS: &[Column] =
    &[column("KIND", "/kind"), column("NAME", "/name"), column("VERSION", "/version"), column("ASSETS", "/assetCount")];

pub(super) const AUDIT: &[Column] = &[
    column("SEQ", "/seq"),
    column("TIME", "/time"),
    column("ACTOR", "/actor"),
    column("ACTION", "/action"),
    column("OUTCOME", "/outcome"),
    column("OBJECT TYPE", "/objectType"),
    column("OBJECT", "/objectName"),
    column("OBJECT ID", "/objectId"),
    column("SOURCE", "/source"),
    column("IP", "/ip"),
];

pub(super) const DEPLOYMENTS: &[Column] = &[
    column("ASSET", "/asset/name"),
    column("JOB", "/jobName"),
    column("STATE", "/state"),
    column("REASON", "/reason"),
    column("PUBLISHED", "/publishedAt"),
    column("STARTED", "/startedAt"),
    column("ENDED", "/endedAt"),
    column("MESSAGE", "/text"),
    column("ID", "/id"),
];

/// What has no value is empty.
pub(super) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
