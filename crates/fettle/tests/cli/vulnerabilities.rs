//! Vulnerabilities with what KEV, EPSS and the NVD say of them.

use axum::Json;
use axum::extract::RawQuery;
use serde_json::{Value, json};

use crate::run::Shell;

fn row(query: &str) -> Value {
    json!({ "cve": "CVE-2026-2001", "sources": [query, "lvm2"], "patchCount": 1, "exposedCount": 0,
        "published": "2026-11-20T10:00:00Z", "isKnownExploited": true, "isUsedByRansomware": true,
        "knownExploitedDue": "2026-11-22", "severity": "Important", "epss": 0.94321,
        "cvss": { "score": 7.8, "version": "3.1", "source": "security@example.com", "vector": "CVSS:3.1/AV:L" },
        "priority": { "total": 84.5, "knownExploited": 40.0, "ransomware": 10.0, "epss": 18.9, "cvss": 15.6,
            "exposed": 0.0 } })
}

/// Its row says what was asked for.
pub(crate) async fn list(RawQuery(query): RawQuery) -> Json<Value> {
    Json(json!({ "items": [row(&query.unwrap_or_default())], "total": 1, "next": null, "facets": [] }))
}

pub(crate) async fn show() -> Json<Value> {
    let mut details = row("kernel");
    details["patches"] = json!([]);
    let statement = |product: &str, status: &str, fixed: Option<&str>, count: u64, reason: Option<&str>| {
        json!({ "product": product, "source": "lvm2", "status": status, "fixedVersion": fixed, "urgency": "low",
            "noAdvisory": reason, "affectedCount": count })
    };
    details["statements"] = json!([
        statement("debian:11", "Fixed", Some("2.03.11-3"), 0, None),
        statement("debian:12", "Open", None, 2, Some("Minor issue")),
    ]);
    details["affectedCount"] = json!(2);
    details["facts"] = json!({ "description": "lvm trusts what it reads.", "disclosed": "2026-10-30T12:00:00Z",
        "isRejected": false, "scores": [], "delistedAt": null,
        "knownExploited": { "vendor": "Example", "product": "lvm", "name": "A flaw", "dateAdded": "2026-11-01",
            "dueDate": "2026-11-22", "requiredAction": "Apply updates.", "ransomware": true, "notes": "" },
        "epss": { "probability": 0.94321, "percentile": 0.9995, "modelVersion": "v2026.03.14",
            "scoreDate": "2026-11-21" } });
    Json(details)
}

#[tokio::test]
async fn filters_are_the_servers() {
    let shell = Shell::new().await;
    let arguments = ["vulnerabilities", "list", "--known-exploited", "--min-cvss", "7", "--min-epss", "0.5"];
    let text = shell.run(&arguments).await;
    for part in ["knownExploited=yes", "minCvss=7", "minEpss=0.5", "84.5", "ransomware", "7.8", "94.32 %"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn each_part_of_the_priority_is_shown() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["vulnerabilities", "show", "cve-2026-2001"]).await, @r"
    exit 0
    --- stdout
    Vulnerability    CVE-2026-2001
    Fixed in         kernel, lvm2
    First fix        2026-11-20 10:00:00Z
    Exposed          0
    Priority         84.5 of 100 = known exploited 40.0 + ransomware 10.0 + EPSS 18.9 + CVSS 15.6 + exposed 0.0
    Score            7.8 Important (CVSS 3.1, security@example.com)
    EPSS             94.32 %, above 99.95 % of all (v2026.03.14, 2026-11-21)
    Exploited        known since 2026-11-01, by CISA
    CISA's due date  2026-11-22
    CISA asks        Apply updates.
    Disclosed        2026-10-30 12:00:00Z

    lvm trusts what it reads.

    RELEASE    SOURCE  DEBIAN SAYS         URGENCY  VULNERABLE  NO ADVISORY
    debian:11  lvm2    fixed in 2.03.11-3  low      0
    debian:12  lvm2    not fixed           low      2           Minor issue
    --- stderr
    ");
}
