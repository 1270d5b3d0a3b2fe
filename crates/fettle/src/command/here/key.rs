//! The activation key with which this machine enrols.

use fettle_fleet::Fleet;
use fettle_fleet::access::AccessError;
use fettle_fleet::access::activation_key::NewKey;
use fettle_model::ActivationKeyId;

use crate::failure::Failure;

const TITLE: &str = "This machine";

/// The key of the first start, else a new one. Good for this one machine and its later enrolments.
pub(super) async fn of_this_machine(fleet: &Fleet) -> Result<ActivationKeyId, Failure> {
    find_or_make(fleet).await.map_err(|error| Failure::Start(error.into()))
}

async fn find_or_make(fleet: &Fleet) -> Result<ActivationKeyId, AccessError> {
    let known = fleet.database.read().await?.activation_keys().all().await?;
    if let Some(key) = known.into_iter().find(|key| key.title == TITLE && key.enabled) {
        return Ok(key.id);
    }
    let new = NewKey { title: TITLE.to_owned(), max_agents: None, expire_date: None };
    Ok(fleet.new_activation_key(None, new).await?.id)
}
