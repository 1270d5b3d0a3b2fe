//! What the agent checks before it does work, in the order of `agent.md` 4.5. A pure function of the two envelopes and
//! the agent's situation; the first failure ends it.

mod within;

use std::collections::{BTreeMap, BTreeSet};

use fettle_model::{JobId, Sha256};
use fettle_wire::document::manifest::FORMAT as MANIFEST_FORMAT;
use fettle_wire::document::{Authorisation, Manifest, TrustStatement};
use fettle_wire::dsse::PayloadType;
use fettle_wire::limit::{MAX_CLOCK_SKEW_S, MAX_ENVELOPE_AUTHORISATION, MAX_ENVELOPE_MANIFEST};
use fettle_wire::{Code, Envelope};
use jiff::{SignedDuration, Timestamp};

use super::identity::Identity;
use super::keeping::RESERVED;
use crate::limits::HostLimits;

/// Longest life of a manifest (`agent.md` 4.2).
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(40 * 24);
/// Space that the disk keeps (`agent.md` 7), in bytes.
const LEAST_FREE: u64 = 1_000_000_000;

/// What the agent knows when work arrives.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    pub trust: &'a TrustStatement,
    pub identity: Identity,
    /// Highest counter that was accepted.
    pub counter: u64,
    /// Highest revision seen, by job.
    pub revisions: &'a BTreeMap<JobId, u64>,
    pub now: Timestamp,
    pub server_time: Timestamp,
    /// Started as another user, or told to watch only.
    pub monitor_only: bool,
    pub limits: &'a HostLimits,
    /// Names of packages that a security repository offers an update of.
    pub security: &'a BTreeSet<String>,
    /// On the disk that holds journal and cache.
    pub free_bytes: u64,
    /// What the journals of all deployments may still take, in bytes.
    pub journal_room: u64,
}

/// Work that may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub manifest: Manifest,
    pub authorisation: Authorisation,
    pub manifest_hash: Sha256,
    /// Persons whose signatures were checked, with their keys' ids.
    pub approved_by: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    pub text: String,
    /// JSON pointer into the manifest.
    pub pointer: Option<String>,
    pub told: Told,
}

/// How a refusal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing is trusted enough to set a state.
    EventOnly,
    Failed,
    /// Received, then Skipped: no failure.
    Skipped,
}

impl Refusal {
    fn event(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), pointer: None, told: Told::EventOnly }
    }

    fn failed(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), pointer: None, told: Told::Failed }
    }

    fn outside(pointer: String, text: impl Into<String>) -> Self {
        Self { code: Code::OutsideAuthorisation, text: text.into(), pointer: Some(pointer), told: Told::Failed }
    }
}

/// A manifest that passed checks 1 to 5: it is the server's, and for this agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    pub manifest: Manifest,
    pub hash: Sha256,
}

/// Checks 1 to 5.
pub fn address(bytes: &[u8], situation: &Situation<'_>) -> Result<Addressed, Refusal> {
    let invalid = |text: String| Refusal::event(Code::ManifestInvalid, text);
    let envelope = Envelope::open(bytes, PayloadType::Manifest, MAX_ENVELOPE_MANIFEST)
        .map_err(|error| invalid(error.to_string()))?;
    let manifest: Manifest = envelope.read().map_err(|error| invalid(error.to_string()))?;
    if manifest.format != MANIFEST_FORMAT {
        return Err(invalid(format!("its format {:?} is not known", manifest.format)));
    }
    let key = envelope.key_ids().find_map(|id| situation.trust.manifest_key(id)).ok_or_else(|| {
        Refusal::event(Code::ManifestKeyUnknown, "its key is not among the manifest keys of the trust statement")
    })?;
    if !envelope.is_signed_by(key) {
        return Err(invalid("its signature does not fit".to_owned()));
    }
    let own = situation.identity;
    let addressed = (manifest.organisation, manifest.agent, manifest.incarnation);
    if addressed != (own.organisation, own.agent, own.incarnation) {
        return Err(Refusal::event(Code::NotForThisAgent, "organisation, agent or incarnation is another"));
    }
    if manifest.counter <= situation.counter {
        let text = format!("its counter {} is not above {}", manifest.counter, situation.counter);
        return Err(Refusal::event(Code::ManifestOld, text));
    }
    Ok(Addressed { manifest, hash: envelope.hash() })
}

/// Checks 6 to 16.
pub fn allow(
    addressed: Addressed,
    authorisation: Option<&[u8]>,
    situation: &Situation<'_>,
) -> Result<Accepted, Refusal> {
    let Addressed { manifest, hash: manifest_hash } = addressed;
    check_times(&manifest, situation)?;
    check_trust(situation)?;
    let bytes = authorisation
        .ok_or_else(|| Refusal::failed(Code::AuthorisationMissing, "the authorisation could not be fetched"))?;
    let envelope = open_authorisation(bytes, &manifest)?;
    let authorisation: Authorisation =
        envelope.read().map_err(|error| Refusal::failed(Code::AuthorisationInvalid, error.to_string()))?;
    if authorisation.format != fettle_wire::document::authorisation::FORMAT {
        return Err(Refusal::failed(Code::AuthorisationInvalid, "its format is not known"));
    }
    let approved_by = approvals(&envelope, situation)?;
    check_job(&manifest, &authorisation, situation)?;
    check_period(&authorisation, situation.now)?;
    let named = authorisation.targets.agents.as_ref();
    if named.is_some_and(|agents| !agents.contains(&situation.identity.agent)) {
        return Err(Refusal::failed(Code::NotATarget, "the authorisation does not name this agent"));
    }
    check_labels(&authorisation, situation)?;
    within::check(&manifest, &authorisation)?;
    check_host(&manifest, situation)?;
    check_means(&manifest, situation)?;
    Ok(Accepted { manifest, authorisation, manifest_hash, approved_by })
}

/// The checks that are made again at the start, and before the first installer after a restart.
pub fn allow_again(
    manifest_bytes: &[u8],
    authorisation_bytes: &[u8],
    accepted: &Accepted,
    situation: &Situation<'_>,
) -> Result<(), Refusal> {
    let revoked = |text: &str| Refusal::failed(Code::KeyRevoked, text);
    let manifest = Envelope::open(manifest_bytes, PayloadType::Manifest, MAX_ENVELOPE_MANIFEST)
        .map_err(|error| Refusal::failed(Code::ManifestInvalid, error.to_string()))?;
    if manifest.key_ids().all(|id| situation.trust.manifest_key(id).is_none()) {
        return Err(revoked("the manifest's key has been taken back"));
    }
    if situation.now > accepted.manifest.expires {
        return Err(Refusal::failed(Code::ManifestExpired, format!("it was good until {}", accepted.manifest.expires)));
    }
    check_trust(situation)?;
    let authorisation = open_authorisation(authorisation_bytes, &accepted.manifest)?;
    if authorisation.key_ids().all(|id| situation.trust.authorisation_key(id).is_none()) {
        return Err(revoked("the authorisation's key has been taken back"));
    }
    check_withdrawn(&accepted.authorisation, situation)?;
    check_period(&accepted.authorisation, situation.now)?;
    within::check(&accepted.manifest, &accepted.authorisation)?;
    check_host(&accepted.manifest, situation)
}

fn check_labels(authorisation: &Authorisation, situation: &Situation<'_>) -> Result<(), Refusal> {
    let wanted = &authorisation.targets.host_labels;
    if wanted.is_empty() || wanted.iter().any(|label| situation.limits.limits.labels.contains(label)) {
        return Ok(());
    }
    Err(Refusal::failed(Code::NotATarget, format!("this host has none of the labels {}", wanted.join(", "))))
}

/// What the machine's administrator forbids is no failure: received, then skipped.
fn check_host(manifest: &Manifest, situation: &Situation<'_>) -> Result<(), Refusal> {
    let text = if situation.monitor_only {
        "monitor-only: this agent only watches".to_owned()
    } else if let Some(forbidden) = situation.limits.forbids(manifest, situation.security) {
        forbidden.text
    } else {
        return Ok(());
    };
    Err(Refusal { code: Code::HostForbids, text, pointer: None, told: Told::Skipped })
}

fn check_times(manifest: &Manifest, situation: &Situation<'_>) -> Result<(), Refusal> {
    if situation.now < crate::BUILT_AFTER {
        let text = format!("the clock shows {}, before this agent was built", situation.now);
        return Err(Refusal::failed(Code::ClockOff, text));
    }
    let skew = SignedDuration::from_secs(MAX_CLOCK_SKEW_S);
    let difference = situation.now.duration_since(situation.server_time);
    if difference.abs() > skew {
        let text = format!("the clock is {} s off the server's", difference.as_secs());
        return Err(Refusal::failed(Code::ClockOff, text));
    }
    if manifest.issued.duration_since(situation.now) > skew {
        return Err(Refusal::failed(Code::ClockOff, format!("it is issued in the future, {}", manifest.issued)));
    }
    if situation.now > manifest.expires {
        return Err(Refusal::failed(Code::ManifestExpired, format!("it was good until {}", manifest.expires)));
    }
    if manifest.expires.duration_since(manifest.issued) > LONGEST_LIFE {
        return Err(Refusal::failed(Code::ManifestInvalid, "it is good for more than 40 days"));
    }
    Ok(())
}

fn check_trust(situation: &Situation<'_>) -> Result<(), Refusal> {
    if situation.now > situation.trust.expires {
        let text = format!("the trust statement was good until {}", situation.trust.expires);
        return Err(Refusal::failed(Code::TrustExpired, text));
    }
    Ok(())
}

fn open_authorisation(bytes: &[u8], manifest: &Manifest) -> Result<Envelope, Refusal> {
    let envelope = Envelope::open(bytes, PayloadType::Authorisation, MAX_ENVELOPE_AUTHORISATION)
        .map_err(|error| Refusal::failed(Code::AuthorisationInvalid, error.to_string()))?;
    if envelope.hash() != manifest.authorisation {
        return Err(Refusal::failed(Code::AuthorisationInvalid, "it is another than the manifest names"));
    }
    Ok(envelope)
}

/// Persons whose signatures are good, as many as the trust statement asks for.
fn approvals(envelope: &Envelope, situation: &Situation<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let known: Vec<_> = envelope.key_ids().filter_map(|id| situation.trust.authorisation_key(id)).collect();
    if known.is_empty() {
        let text = "none of its keys is in the trust statement";
        return Err(Refusal::failed(Code::AuthorisationKeyUnknown, text));
    }
    if let Some(bad) = known.iter().find(|entry| !envelope.is_signed_by(&entry.key)) {
        let text = format!("the signature of {} does not fit", bad.person);
        return Err(Refusal::failed(Code::AuthorisationInvalid, text));
    }
    let persons: BTreeSet<&str> = known.iter().map(|entry| entry.person.as_str()).collect();
    let limits = &situation.limits.limits;
    let wanted = situation.trust.approvals.default.max(limits.min_approvals).max(1);
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    if persons.len() < wanted {
        let text = format!("{} of {wanted} persons have signed", persons.len());
        return Err(Refusal::failed(Code::ApprovalsLack, text));
    }
    if !limits.pinned_keys.is_empty() && !limits.pinned_keys.iter().any(|key| envelope.is_signed_by(key)) {
        return Err(Refusal::failed(Code::ApprovalsLack, "pinned-keys: none of the host's pinned keys has signed"));
    }
    Ok(known.iter().map(|entry| (entry.person.clone(), entry.key.id().0)).collect())
}

fn check_job(manifest: &Manifest, authorisation: &Authorisation, situation: &Situation<'_>) -> Result<(), Refusal> {
    if authorisation.organisation != manifest.organisation || authorisation.job != manifest.job {
        return Err(Refusal::failed(Code::AuthorisationOld, "it is of another organisation or job"));
    }
    let highest = situation.revisions.get(&manifest.job).copied().unwrap_or(0);
    if authorisation.revision < highest {
        let text = format!("revision {} is below {highest}, which was seen before", authorisation.revision);
        return Err(Refusal::failed(Code::AuthorisationOld, text));
    }
    check_withdrawn(authorisation, situation)
}

fn check_withdrawn(authorisation: &Authorisation, situation: &Situation<'_>) -> Result<(), Refusal> {
    let id = authorisation.id.to_string();
    if situation.trust.withdrawn.contains(&id) {
        return Err(Refusal::failed(Code::AuthorisationWithdrawn, "the trust statement takes it back"));
    }
    Ok(())
}

fn check_period(authorisation: &Authorisation, now: Timestamp) -> Result<(), Refusal> {
    if now < authorisation.not_before {
        let text = format!("it is good from {} on", authorisation.not_before);
        return Err(Refusal::failed(Code::AuthorisationEarly, text));
    }
    if now > authorisation.end {
        return Err(Refusal::failed(Code::AuthorisationEnded, format!("it was good until {}", authorisation.end)));
    }
    Ok(())
}

fn check_means(manifest: &Manifest, situation: &Situation<'_>) -> Result<(), Refusal> {
    if situation.journal_room < RESERVED {
        let text = format!("{} kB are left for journals", situation.journal_room / 1_000);
        return Err(Refusal::failed(Code::CacheFull, text));
    }
    if situation.free_bytes < LEAST_FREE + RESERVED {
        let text = format!("{} MB are free", situation.free_bytes / 1_000_000);
        return Err(Refusal::failed(Code::CacheFull, text));
    }
    for (at, patch) in manifest.patches.iter().enumerate() {
        if let Some(package) = patch.packages.iter().position(|package| package.manager != "apt") {
            return Err(Refusal {
                pointer: Some(format!("/patches/{at}/packages/{package}/manager")),
                ..Refusal::failed(Code::WorkUnsupported, "this machine's package manager is apt")
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
