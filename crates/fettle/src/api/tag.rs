//! Tags and collections.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) depth: usize,
    pub(crate) description: String,
    pub(crate) parent: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) tz: Option<String>,
    pub(crate) member_count: u64,
    pub(crate) pinned_in_count: u64,
    pub(crate) pinned_out_count: u64,
    pub(crate) is_broken: bool,
    pub(crate) revision: u64,
}

/// A tag as it is sent.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagBody {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) parent: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) tz: Option<String>,
    pub(crate) revision: Option<u64>,
    pub(crate) confirm: Option<u64>,
}

impl TagBody {
    /// As the tag is.
    pub(crate) fn of(tag: &TagRow) -> Self {
        Self {
            name: tag.name.clone(),
            description: tag.description.clone(),
            parent: tag.parent.clone(),
            rule: tag.rule.clone(),
            tz: tag.tz.clone(),
            revision: Some(tag.revision),
            confirm: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagPreview {
    pub(crate) before: u64,
    pub(crate) members: u64,
    pub(crate) joining: u64,
    pub(crate) leaving: u64,
    pub(crate) first_members: Vec<Member>,
    pub(crate) first_joining: Vec<Member>,
    pub(crate) first_leaving: Vec<Member>,
    pub(crate) warnings: Vec<PreviewWarning>,
    pub(crate) needs_confirm: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) operating_system: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PreviewWarning {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) help: String,
}
