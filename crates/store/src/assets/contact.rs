use fettle_model::AssetId;
use jiff::Timestamp;

use super::{AssetNumber, Assets};
use crate::error::StoreError;
use crate::sql::{execute, optional, row};

row! {
    /// When and whence an asset was last heard of. Kept in memory and written each minute: a crash may set it back.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Contact {
        pub asset: AssetNumber,
        pub last_checked_in: Timestamp,
        pub address: Option<String>,
        pub boot_id: String,
    }
}

impl Assets<'_> {
    pub async fn contact(&mut self, id: AssetId) -> Result<Option<Contact>, StoreError> {
        optional!(
            self.tx,
            Contact,
            "find an asset's last contact",
            "SELECT asset_contact.* FROM asset_contact JOIN asset ON asset.number = asset_contact.asset
             WHERE asset.id = $1",
            id,
        )
    }

    /// Saves the contacts of a minute; some hundred at a time, so that other changes need not wait. An index learns of
    /// them in memory: the feed is not told.
    pub async fn put_contacts(&mut self, contacts: &[Contact]) -> Result<(), StoreError> {
        for contact in contacts {
            execute!(
                self.tx,
                "put an asset's last contact",
                "INSERT INTO asset_contact (asset, last_checked_in, address, boot_id) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (asset) DO UPDATE SET last_checked_in = excluded.last_checked_in,
                     address = excluded.address, boot_id = excluded.boot_id",
                contact.asset,
                contact.last_checked_in,
                contact.address,
                contact.boot_id,
            )?;
        }
        Ok(())
    }
}
