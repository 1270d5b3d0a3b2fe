//! The keys that sign work, and the trust statement that tells agents which keys count (`agent.md` 4.4).
//!
//! For now all keys are on the server, the statement is version 1 and one approval is enough.

use fettle_model::OrganisationId;
use fettle_wire::document::trust::{Approvals, AuthorisationKey, FORMAT, RootKey, TrustStatement};
use fettle_wire::{Envelope, PayloadType, SigningKey};
use jiff::{SignedDuration, Timestamp};

/// A statement is good for 400 days.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Who a key on the server belongs to, as agents and records show it.
const PERSON: &str = "server";

/// The three signing keys of the server.
#[derive(Debug)]
pub struct SigningKeys {
    pub root: SigningKey,
    pub authorisation: SigningKey,
    pub manifest: SigningKey,
}

/// The first trust statement, signed by its own root.
pub fn first_statement(
    keys: &SigningKeys,
    organisation: OrganisationId,
    server_ca: String,
    now: Timestamp,
) -> Envelope {
    let statement = TrustStatement {
        format: FORMAT.to_owned(),
        organisation,
        version: 1,
        issued: now,
        expires: now + LIFE,
        roots: vec![RootKey { key: keys.root.public(), person: PERSON.to_owned() }],
        roots_needed: 1,
        authorisation: vec![AuthorisationKey {
            key: keys.authorisation.public(),
            person: PERSON.to_owned(),
            place: "Server".to_owned(),
        }],
        manifest: vec![keys.manifest.public()],
        release: Vec::new(),
        server_ca: vec![server_ca],
        approvals: Approvals { default: 1, actions: 1, removals: 1, agent_uninstall: 1 },
        withdrawn: Vec::new(),
        frozen: false,
    };
    let payload = serde_json::to_vec(&statement).expect("a statement is JSON");
    Envelope::sign(PayloadType::Trust, &payload, &[&keys.root])
}
