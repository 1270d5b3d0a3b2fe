//! When agents were last heard of: kept in memory, written in one batch each minute. These are the only facts that a
//! crash may set back.

use fettle_store::StoreError;
use fettle_store::assets::Contact;

use crate::Fleet;

impl Fleet {
    /// Writes the contacts since the last batch, and lets the index know; gives their number.
    pub async fn write_contacts(&self) -> Result<usize, StoreError> {
        let agents = self.agents.all();
        let mut contacts = Vec::new();
        for agent in &agents {
            let mut state = agent.state();
            if !std::mem::take(&mut state.connection.is_dirty) {
                continue;
            }
            let Some(last_checked_in) = state.connection.last_checked_in else { continue };
            let (address, boot_id) = (state.connection.address.clone(), state.boots.current().to_owned());
            drop(state);
            self.index.note_contact(agent.asset, last_checked_in, address.as_deref());
            contacts.push(Contact { asset: agent.number, last_checked_in, address, boot_id });
        }
        let written = contacts.len();
        if written > 0 {
            self.database.write(async move |tx| tx.assets().put_contacts(&contacts).await).await?;
        }
        Ok(written)
    }
}
