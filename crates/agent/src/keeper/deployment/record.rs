//! The signed record of a deployment (`safety.md` 1.1): made after the terminal state, from the journal.

use fettle_model::Sha256;
use fettle_wire::dsse::PayloadType;
use fettle_wire::message::EventKind;
use fettle_wire::{Envelope, SigningKey, sha256};
use serde_json::{Value, json};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::memory::PackageSet;
use super::verifying::moved;
use super::{Work, WorkError};

const FORMAT: &str = "fettle-record/1";

impl Work {
    /// Makes and tells the record, once.
    pub(super) fn make_record(&mut self) -> Result<(), WorkError> {
        if self.memory.recorded {
            return Ok(());
        }
        let payload = serde_json::to_vec(&self.record_document()).expect("a record is JSON");
        let broken = |error: &dyn std::error::Error| WorkError::Record(error.to_string());
        let pkcs8 = fs_err::read(self.folder.join("record.key")).map_err(|error| broken(&error))?;
        let key = SigningKey::from_pkcs8(&pkcs8).map_err(|error| broken(&error))?;
        let envelope = Envelope::sign(PayloadType::Record, &payload, &[&key]);
        self.memory.recorded = true;
        self.tell(EventKind::Record, json!({ "envelope": STANDARD.encode(envelope.bytes()) }))
    }

    fn record_document(&self) -> Value {
        let manifest = &self.accepted.manifest;
        let authorisation = &self.accepted.authorisation;
        let after = self.package_set();
        let before = self.memory.before.clone().unwrap_or_else(|| after.clone());
        let wanted =
            |name: &str| manifest.patches.iter().flat_map(|patch| &patch.packages).any(|package| package.name == name);
        let changed: Vec<Value> = moved(&before, &after)
            .into_iter()
            .map(|(key, from, to)| {
                let (name, arch) = key.split_once(' ').unwrap_or((&key, ""));
                json!({"manager": "apt", "name": name, "arch": arch, "from": from, "to": to, "wanted": wanted(name)})
            })
            .collect();
        let patches: Vec<Value> = manifest
            .patches
            .iter()
            .map(|patch| {
                let failure = self.memory.failures.get(&patch.id);
                json!({
                    "id": patch.id,
                    "outcome": self.memory.outcomes.get(&patch.id),
                    "reason": failure.map(|failure| failure.reason),
                    "exitCode": failure.and_then(|failure| failure.exit_code),
                })
            })
            .collect();
        let approved: Vec<Value> =
            self.accepted.approved_by.iter().map(|(person, key)| json!({"person": person, "keyId": key})).collect();
        let journal = fs_err::read(super::super::journal::path(&self.folder.join("journal"), self.id));
        json!({
            "format": FORMAT,
            "organisation": manifest.organisation,
            "agent": manifest.agent,
            "incarnation": manifest.incarnation,
            "hostname": rustix::system::uname().nodename().to_string_lossy(),
            "deployment": self.id,
            "run": manifest.run,
            "job": manifest.job,
            "revision": authorisation.revision,
            "requestedBy": authorisation.requested_by,
            "approvedBy": approved,
            "authorisation": manifest.authorisation,
            "manifest": self.accepted.manifest_hash,
            "counter": manifest.counter,
            "limits": self.limits_hash(),
            "started": self.memory.started,
            "ended": self.clock.now(),
            "bootAfter": self.boot,
            "state": self.memory.state.map(fettle_model::DeploymentState::name),
            "before": summary(&before),
            "after": summary(&after),
            "changed": changed,
            "patches": patches,
            "journal": journal.ok().map(|bytes| sha256(&bytes)),
            "agentVersion": crate::VERSION,
        })
    }
}

/// Count, and hash of the sorted packages: `manager name arch version` a line.
fn summary(packages: &PackageSet) -> Value {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (key, version) in packages {
        let _ = writeln!(text, "apt {key} {version}");
    }
    let hash: Sha256 = sha256(text.as_bytes());
    json!({"count": packages.len(), "hash": hash})
}
