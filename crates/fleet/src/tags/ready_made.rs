//! Collections that the server makes at its first start (`automation.md` 4). What people changed, renamed or deleted
//! stays so: each is made once.

use fettle_model::TagId;
use fettle_store::StoreError;
use fettle_store::tags::Tag;
use serde_json::json;

use super::save::object;
use crate::Fleet;
use crate::access::Actor;

/// The setting that holds the keys of those that were made.
const MADE: &str = "collections.made";

/// Key, name, description, rule.
const COLLECTIONS: [(&str, &str, &str, &str); 9] = [
    ("all-assets", "All assets", "Every machine that has enrolled", "id is not null"),
    ("windows", "Windows", "Machines that run Windows", "platform:Windows"),
    ("linux", "Linux", "Machines that run Linux", "platform:Linux"),
    (
        "missing-a-prerequisite",
        "Missing a prerequisite",
        "An own check of the agent failed: it cannot scan or patch",
        "selfCheck:Failed",
    ),
    ("ready-for-patching", "Ready for patching", "No own check of the agent failed", "selfCheck:[Passed,Warning]"),
    (
        "not-seen-for-7-days",
        "Not seen for 7 days",
        "The agent was not heard of for a week",
        "lastCheckedIn<now-7d or (lastCheckedIn is null and created<now-7d)",
    ),
    (
        "not-scanned-for-7-days",
        "Not scanned for 7 days",
        "Not scanned within a week, or never since it enrolled",
        "scanDateTime<now-7d or (scanDateTime is null and created<now-7d)",
    ),
    ("pending-reboot", "Pending reboot", "A restart is needed", "pendingReboot:true"),
    (
        "known-exploited-and-missing",
        "Known exploited and missing",
        "Lacks a patch of a vulnerability that is known to be exploited",
        "patches:(isKnownExploited:true and patchStatus:Missing)",
    ),
];

impl Fleet {
    /// Makes those that were never made. Before the index is loaded, which then has them.
    pub(crate) async fn make_ready_collections(&self) -> Result<(), StoreError> {
        let mut read = self.database.read().await?;
        let setting = read.settings().find(MADE).await?;
        let known = read.tags().all().await?;
        drop(read);
        let made: Vec<String> = setting.and_then(|keys| serde_json::from_value(keys).ok()).unwrap_or_default();
        let is_name_taken =
            |name: &str| known.iter().any(|tag| tag.parent.is_none() && tag.name.to_lowercase() == name.to_lowercase());
        let new: Vec<_> = COLLECTIONS.iter().filter(|(key, ..)| !made.iter().any(|made| made == key)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let scheduler = Actor::scheduler();
        let mut tags = Vec::new();
        for (key, name, description, rule) in new.iter().filter(|(_, name, ..)| !is_name_taken(name)) {
            let now = self.clock.now();
            let tag = Tag {
                id: TagId::new(now, self.entropy.as_ref()),
                name: (*name).to_owned(),
                description: (*description).to_owned(),
                parent: None,
                rule: Some((*rule).to_owned()),
                tz: Some("UTC".to_owned()),
                made_by: Some(format!("collection:{key}")),
                revision: 1,
                created_by: scheduler.username.clone(),
                created_at: now,
                changed_by: scheduler.username.clone(),
                changed_at: now,
            };
            let record = self.audit(&scheduler, "tag.create", object(&tag), json!({ "rule": rule }));
            tags.push((tag, record));
        }
        let keys: Vec<String> = made.into_iter().chain(new.iter().map(|(key, ..)| (*key).to_owned())).collect();
        self.database
            .write(async move |tx| {
                for (tag, record) in &tags {
                    tx.tags().insert(tag).await?;
                    tx.audit().insert(record).await?;
                }
                tx.settings().put(MADE, &json!(keys)).await
            })
            .await
            .map_err(StoreError::from)?;
        Ok(())
    }
}
