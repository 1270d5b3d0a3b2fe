//! What the talker keeps between starts: `session.json`, its key and certificate (`agent.md` 1.3).

use std::io;
use std::path::PathBuf;

use fettle_model::{AssetId, EnrolmentId, OrganisationId};
use fettle_wire::Fingerprint;
use fettle_wire::message::EnrolAnswer;
use fettle_wire::message::check_in::{CheckIn, CheckInAnswer, Profile};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::folder::{self, DataFolder};

/// `agent.md` 1.2, as far as a session has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentState {
    Provisioned,
    Active,
    Revoked,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub agent_id: AssetId,
    pub organisation: OrganisationId,
    pub incarnation: u32,
    /// The last that the server gave; shown at the next check-in.
    pub token: String,
    pub not_after: Timestamp,
    pub state: AgentState,
    /// Of the inventory that the server has.
    pub fingerprint: Fingerprint,
    pub profile: Option<Profile>,
    #[serde(default)]
    pub last_contact: Option<Timestamp>,
}

impl Session {
    /// As it begins with the answer to an enrolment.
    pub fn enrolled(answer: &EnrolAnswer, now: Timestamp) -> Self {
        Self {
            agent_id: answer.agent_id,
            organisation: answer.organisation,
            incarnation: answer.incarnation,
            token: answer.token.clone(),
            not_after: answer.not_after,
            state: AgentState::Provisioned,
            fingerprint: Fingerprint::EMPTY,
            profile: None,
            last_contact: Some(now),
        }
    }

    /// What of an answer still counts, for other calls were answered while it was held: a token that they brought may be
    /// newer than its own, and is as good; and under a new incarnation nothing that was said to the old one counts.
    pub fn not_overtaken(&self, request: &CheckIn, answer: CheckInAnswer) -> CheckInAnswer {
        if self.incarnation != request.incarnation {
            return CheckInAnswer::nothing_new(answer.server_time, answer.next);
        }
        let is_overtaken = self.token != request.token;
        CheckInAnswer { token: answer.token.filter(|_| !is_overtaken), ..answer }
    }
}

/// An enrolment that has not been answered: the same one is asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingEnrolment {
    pub enrolment_id: EnrolmentId,
    pub previous_agent_id: Option<AssetId>,
}

/// The talker's folder.
#[derive(Debug, Clone)]
pub struct TalkerFolder(PathBuf);

impl TalkerFolder {
    pub fn new(data: &DataFolder) -> Self {
        Self(data.talker())
    }

    pub fn make(&self) -> io::Result<()> {
        folder::make_private(&self.0)
    }

    pub fn session(&self) -> io::Result<Option<Session>> {
        folder::read_json(&self.0.join("session.json"))
    }

    pub fn store_session(&self, session: &Session) -> io::Result<()> {
        folder::write_json(&self.0.join("session.json"), session)
    }

    pub fn pending(&self) -> io::Result<Option<PendingEnrolment>> {
        folder::read_json(&self.0.join("enrolment.json"))
    }

    pub fn store_pending(&self, pending: &PendingEnrolment) -> io::Result<()> {
        folder::write_json(&self.0.join("enrolment.json"), pending)
    }

    pub fn remove_pending(&self) -> io::Result<()> {
        folder::remove_if_there(&self.0.join("enrolment.json"))
    }

    pub fn text(&self, name: &str) -> io::Result<Option<String>> {
        match fs_err::read_to_string(self.0.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn store_text(&self, name: &str, text: &str) -> io::Result<()> {
        folder::write_durably(&self.0.join(name), text.as_bytes())
    }

    /// Certificate and key in one file, so that there is no moment with one of each.
    pub fn store_certificate(&self, certificate: &str, key: &str) -> io::Result<()> {
        self.store_text("tls.crt", &format!("{}\n{key}", certificate.trim_end()))
    }

    /// Forgets identity and keys, for a new enrolment that names the old one.
    pub fn forget(&self, pending: &PendingEnrolment) -> io::Result<()> {
        self.store_pending(pending)?;
        ["session.json", "tls.key", "tls.crt"].iter().try_for_each(|name| folder::remove_if_there(&self.0.join(name)))
    }
}
