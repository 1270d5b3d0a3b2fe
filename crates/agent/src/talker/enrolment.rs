//! Enrolment: from install values to an identity that the server knows (`agent.md` 2, 3.2). Asked again with the same
//! id and keys until it is answered.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::{AssetId, Clock, EnrolmentId, Entropy};
use fettle_wire::SigningKey;
use fettle_wire::message::enrol::{Enrol, EnrolAnswer, EnrolOs, Renew, RenewAnswer};

use super::client::{ANSWER, CallError, Client, ClientError};
use super::image;
use super::session::{PendingEnrolment, Session, TalkerFolder};
use super::wait::Failure;
use crate::facts::{self, Machine};
use crate::folder::{self, DataFolder};
use crate::keeper::identity::Identity;
use crate::keeper::trust::{self, TrustError, TrustFolder};
use crate::key_pair::{self, KeyPairError, TlsKey};
use crate::platform::Packages;
use crate::settings::Settings;

#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Keys(#[from] KeyPairError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("the agent's identity could not be read or written")]
    File(#[source] io::Error),
    #[error("an image was made of this machine: only a copy of it enrols")]
    Image,
    #[error("the server's answer to the enrolment is not valid: {0}")]
    Answer(&'static str),
}

impl EnrolError {
    /// How this counts for the wait before the next try.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Call(CallError::Refused { status: 403, .. }) | Self::Trust(_) | Self::Answer(_) => {
                Failure::EnrolmentRefused
            }
            Self::Call(error) => error.failure(),
            // A copy is known at its first start, so this process need not look often.
            Self::Image => Failure::EnrolmentRefused,
            _ => Failure::Refused(self.to_string()),
        }
    }
}

/// What an enrolment needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Enroller<'a> {
    pub settings: &'a Settings,
    pub data: &'a DataFolder,
    pub machine: &'a Machine,
    pub clock: &'a dyn Clock,
    pub entropy: &'a dyn Entropy,
}

impl Enroller<'_> {
    /// The session that is there, or a new one.
    pub async fn session(&self) -> Result<Session, EnrolError> {
        let folder = TalkerFolder::new(self.data);
        folder.make().map_err(EnrolError::File)?;
        match folder.session().map_err(EnrolError::File)? {
            Some(session) => Ok(session),
            None if image::is_original(self.data, self.machine, self.settings.customer_id)
                .map_err(EnrolError::File)? =>
            {
                Err(EnrolError::Image)
            }
            None => self.enrol(&folder).await,
        }
    }

    async fn enrol(&self, folder: &TalkerFolder) -> Result<Session, EnrolError> {
        let pending = self.pending(folder)?;
        let tls = tls_key(folder)?;
        let record_key = self.record_key()?;
        let client = Client::new(self.settings, None, None)?;
        let request = self.request(&pending, &tls, &record_key);
        let answer: EnrolAnswer = client.post("enrol", &request, ANSWER).await?;
        let statements = trusted(&answer, self.settings)?;
        TrustFolder::new(&self.data.keeper()).store(&statements)?;
        let identity =
            Identity { agent: answer.agent_id, organisation: answer.organisation, incarnation: answer.incarnation };
        identity.store(&self.data.keeper()).map_err(EnrolError::File)?;
        folder.store_certificate(&answer.certificate, &tls.pem).map_err(EnrolError::File)?;
        folder.store_text("ca.crt", &answer.chain).map_err(EnrolError::File)?;
        let session = Session::enrolled(&answer, self.clock.now());
        // Last: with it the agent is enrolled.
        folder.store_session(&session).map_err(EnrolError::File)?;
        folder.remove_pending().map_err(EnrolError::File)?;
        Ok(session)
    }

    fn pending(&self, folder: &TalkerFolder) -> Result<PendingEnrolment, EnrolError> {
        let known = folder.pending().map_err(EnrolError::File)?;
        // A process that ended before it was answered left this; a clone left the id of the identity it dropped.
        if let Some(pending) = known {
            return Ok(pending);
        }
        let enrolment_id = EnrolmentId::new(self.clock.now(), self.entropy);
        let pending = PendingEnrolment { enrolment_id, previous_agent_id: None };
        folder.store_pending(&pending).map_err(EnrolError::File)?;
        Ok(pending)
    }

    fn record_key(&self) -> Result<SigningKey, EnrolError> {
        folder::make_private(&self.data.keeper()).map_err(EnrolError::File)?;
        let path = self.data.keeper().join("record.key");
        if path.exists() {
            let pkcs8 = fs_err::read(&path).map_err(EnrolError::File)?;
            return Ok(SigningKey::from_pkcs8(&pkcs8).map_err(KeyPairError::Record)?);
        }
        let (key, _, pkcs8) = key_pair::generate_record_key()?;
        folder::write_durably(&path, &pkcs8).map_err(EnrolError::File)?;
        Ok(key)
    }

    fn request(&self, pending: &PendingEnrolment, tls: &TlsKey, record_key: &SigningKey) -> Enrol {
        let facts = facts::collect(self.machine, &Packages::default()).facts;
        Enrol {
            enrolment_id: pending.enrolment_id,
            customer_id: self.settings.customer_id,
            activation_id: self.settings.activation_id,
            csr: tls.request_text(),
            record_key: record_key.public(),
            record_proof: key_pair::record_proof(record_key, &tls.request),
            hardware: facts::identity(self.machine, self.settings.customer_id),
            hostname: facts.hostname,
            fqdn: facts.fqdn,
            os: EnrolOs { family: facts.os.family, id: facts.os.id, version: facts.os.version, arch: facts.os.arch },
            agent_version: crate::VERSION.to_owned(),
            boot_id: facts::boot_id(self.machine).unwrap_or_default(),
            monitor_only: self.settings.monitor_only || !self.machine.is_root,
            previous_agent_id: pending.previous_agent_id,
        }
    }

    /// Drops an identity that another machine has: its keys and what was pinned with it. The next enrolment names it.
    pub fn forget(&self, previous: AssetId) -> io::Result<()> {
        let enrolment_id = EnrolmentId::new(self.clock.now(), self.entropy);
        let folder = TalkerFolder::new(self.data);
        folder.forget(&PendingEnrolment { enrolment_id, previous_agent_id: Some(previous) })?;
        let keeper = self.data.keeper();
        for name in ["identity.json", "record.key"] {
            folder::remove_if_there(&keeper.join(name))?;
        }
        let trust = keeper.join("trust");
        if trust.exists() { fs_err::remove_dir_all(trust) } else { Ok(()) }
    }

    /// A new key and certificate for the same identity; the old pair stays until the new one is stored.
    pub async fn renew(&self, client: &Client, session: &mut Session) -> Result<(), EnrolError> {
        let folder = TalkerFolder::new(self.data);
        let key = TlsKey::generate()?;
        let boot_id = facts::boot_id(self.machine).unwrap_or_default();
        let answer: RenewAnswer = client.post("renew", &Renew { csr: key.request_text(), boot_id }, ANSWER).await?;
        folder.store_certificate(&answer.certificate, &key.pem).map_err(EnrolError::File)?;
        folder.store_text("ca.crt", &answer.chain).map_err(EnrolError::File)?;
        session.not_after = answer.not_after;
        session.token = answer.token;
        folder.store_session(session).map_err(EnrolError::File)
    }
}

/// The trust statements of an answer, once the first is pinned and each later one follows from the one before.
pub fn trusted(answer: &EnrolAnswer, settings: &Settings) -> Result<Vec<Vec<u8>>, EnrolError> {
    if answer.organisation != settings.customer_id {
        return Err(EnrolError::Answer("it is of another organisation"));
    }
    let statements = answer
        .trust
        .iter()
        .map(|text| STANDARD.decode(text))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| EnrolError::Answer("a trust statement is not base64"))?;
    trust::pin(&statements, answer.organisation, &settings.authorisation_key)?;
    Ok(statements)
}

/// The key that is kept since the last try, or a new one.
fn tls_key(folder: &TalkerFolder) -> Result<TlsKey, EnrolError> {
    if let Some(pem) = folder.text("tls.key").map_err(EnrolError::File)? {
        return Ok(TlsKey::from_pem(&pem)?);
    }
    let key = TlsKey::generate()?;
    folder.store_text("tls.key", &key.pem).map_err(EnrolError::File)?;
    Ok(key)
}
