//! A tag as it is sent.

use fettle_fleet::tags::{PinDraft, TagDraft};
use fettle_model::tag::Pin;
use fettle_model::{AssetId, TagId};
use fettle_store::tags::TagPin;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TagBody {
    /// 1–100 characters, without `/`; unique among siblings.
    pub name: String,
    /// 0–1,000 characters.
    #[serde(default)]
    pub description: String,
    #[schema(value_type = Option<Uuid>)]
    pub parent: Option<TagId>,
    /// QQL about assets, 1–4,096 characters; without it assets get the tag by hand.
    pub rule: Option<String>,
    /// IANA name of the zone of the rule's dates; UTC.
    pub tz: Option<String>,
    /// Members whatever the rule says, up to 5,000; of a tag without a rule its members. Left out: as they are.
    pub pinned_in: Option<Vec<PinBody>>,
    /// No members whatever the rule says, up to 5,000. Left out: as they are.
    pub pinned_out: Option<Vec<PinBody>>,
    /// Of a change: the revision that it is of.
    pub revision: Option<u64>,
    /// Of a change of many members: how many join and leave.
    pub confirm: Option<u64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PinBody {
    #[schema(value_type = Uuid)]
    pub asset: AssetId,
    /// 0–200 characters.
    #[serde(default)]
    pub reason: String,
}

impl TagBody {
    /// `tag`: that it is a change of.
    pub(super) async fn draft(self, app: &AppState, tag: Option<TagId>) -> Result<TagDraft, ApiError> {
        let known = match tag {
            Some(tag) if self.pinned_in.is_none() || self.pinned_out.is_none() => {
                app.fleet.database.read().await?.tags().pins(tag).await?
            }
            _ => Vec::new(),
        };
        let is_ruled = self.rule.is_some();
        let side = |sent: Option<Vec<PinBody>>, side: Pin| -> Vec<PinDraft> {
            if let Some(pins) = sent {
                return pins.into_iter().map(|pin| PinDraft { asset: pin.asset, reason: pin.reason }).collect();
            }
            // Those of assets that have left since are of no use any more, and without a rule there is nobody to pin out.
            let is_kept =
                |pin: &&TagPin| pin.pin == side && (is_ruled || side == Pin::In) && app.fleet.index.contains(pin.asset);
            known.iter().filter(is_kept).map(draft).collect()
        };
        Ok(TagDraft {
            pinned_in: side(self.pinned_in, Pin::In),
            pinned_out: side(self.pinned_out, Pin::Out),
            name: self.name,
            description: self.description,
            parent: self.parent,
            rule: self.rule,
            tz: self.tz,
        })
    }
}

fn draft(pin: &TagPin) -> PinDraft {
    PinDraft { asset: pin.asset, reason: pin.reason.clone() }
}
