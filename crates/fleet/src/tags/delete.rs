//! Deleting a tag that nothing uses.

use fettle_model::TagId;
use serde_json::json;

use super::TagError;
use super::save::object;
use crate::Fleet;
use crate::access::Actor;

impl Fleet {
    /// `revision`: `None` for whatever it is. Tags below it, rules that name it and open exceptions use it.
    pub async fn delete_tag(&self, actor: &Actor, id: TagId, revision: Option<u64>) -> Result<(), TagError> {
        let _turn = self.tags_turn.lock().await;
        let mut read = self.database.read().await?;
        let all = read.tags().all().await?;
        let open = read.exceptions().open().await?;
        drop(read);
        let tag = all.iter().find(|tag| tag.id == id).ok_or(TagError::NotFound("tag"))?;
        if revision.is_some_and(|revision| revision != tag.revision) {
            return Err(TagError::Changed);
        }
        let below = all.iter().filter(|other| other.parent == Some(id)).map(|other| other.id);
        let users = below.chain(self.index.tags_that_name(id));
        let mut users: Vec<(TagId, String)> =
            users.map(|user| (user, self.index.tag_path(user).unwrap_or_default())).collect();
        users.sort();
        users.dedup();
        if !users.is_empty() {
            return Err(TagError::InUse(users));
        }
        let excepted = open.iter().filter(|exception| exception.tags.contains(&id)).count();
        if excepted > 0 {
            return Err(TagError::Excepted(excepted));
        }
        let record = self.audit(actor, "tag.delete", object(tag), json!({ "rule": tag.rule }));
        let revision = tag.revision;
        self.database
            .write(async move |tx| {
                if !tx.tags().delete(id, revision).await? {
                    return Err(TagError::Changed);
                }
                tx.audit().insert(&record).await?;
                Ok(())
            })
            .await?;
        self.index.remove_tag(id);
        Ok(())
    }
}
