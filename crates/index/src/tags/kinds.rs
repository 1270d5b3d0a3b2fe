//! Kinds of facts: which of them a change of an asset touched, and which a rule speaks of. Where the two have none in
//! common the rule need not be judged again.

use fettle_model::ScanStatus;
use fettle_qql::tokens::AssetToken;

use crate::columns::{BlockColumns, Columns};

/// A set of kinds of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FactKinds(u16);

impl FactKinds {
    pub(crate) const NONE: Self = Self(0);
    /// The asset came, or left: every rule is concerned.
    pub(crate) const PRESENCE: Self = Self(1);
    /// Names, operating system, agent: what the machine is.
    pub(crate) const MACHINE: Self = Self(1 << 1);
    pub(crate) const USER: Self = Self(1 << 2);
    pub(crate) const REBOOT: Self = Self(1 << 3);
    pub(crate) const SCAN: Self = Self(1 << 4);
    pub(crate) const CONTACT: Self = Self(1 << 5);
    /// Hardware, interfaces, own checks.
    pub(crate) const FACTS: Self = Self(1 << 6);
    pub(crate) const COMPONENTS: Self = Self(1 << 7);
    pub(crate) const FINDINGS: Self = Self(1 << 8);
    pub(crate) const TAGS: Self = Self(1 << 9);

    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(crate) const fn when(self, is_so: bool) -> Self {
        if is_so { self } else { Self::NONE }
    }

    pub(crate) const fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// As a number, to be shared between threads.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    pub(crate) const fn of_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// What a token speaks of. Ids never change, nor does what enrolment said.
    pub(crate) const fn of(token: AssetToken) -> Self {
        match token {
            AssetToken::Id | AssetToken::AgentId | AssetToken::Created | AssetToken::ActivationKey => Self::NONE,
            AssetToken::Name
            | AssetToken::Hostname
            | AssetToken::Fqdn
            | AssetToken::Platform
            | AssetToken::OperatingSystem
            | AssetToken::OsFamily
            | AssetToken::OsVersion
            | AssetToken::OsIdentifier
            | AssetToken::Architecture
            | AssetToken::AgentVersion => Self::MACHINE,
            AssetToken::LastLoggedOnUser => Self::USER,
            AssetToken::PendingReboot => Self::REBOOT,
            AssetToken::ScanStatus | AssetToken::ScanDateTime => Self::SCAN,
            AssetToken::AgentStatus | AssetToken::LastCheckedIn => Self::CONTACT,
            AssetToken::LastBoot
            | AssetToken::HardwareManufacturer
            | AssetToken::HardwareModel
            | AssetToken::HardwareSerialNumber
            | AssetToken::HardwareMemoryMb
            | AssetToken::HardwareCpuCount
            | AssetToken::Timezone
            | AssetToken::Interfaces
            | AssetToken::InterfacesAddress
            | AssetToken::InterfacesIpv6Address
            | AssetToken::InterfacesMacAddress
            | AssetToken::InterfacesInterfaceName
            | AssetToken::SelfCheck
            | AssetToken::FailedChecks => Self::FACTS,
            AssetToken::Components
            | AssetToken::ComponentsName
            | AssetToken::ComponentsSource
            | AssetToken::ComponentsVersion
            | AssetToken::ComponentsSourceVersion
            | AssetToken::ComponentsArch
            | AssetToken::ComponentsKind => Self::COMPONENTS,
            AssetToken::MissingPatchCount
            | AssetToken::NonSupersededMissingPatchCount
            | AssetToken::InstalledPatchCount
            | AssetToken::MissingSecurityPatchCount
            | AssetToken::MissingCriticalPatchCount
            | AssetToken::UndeterminedPatchCount
            | AssetToken::ExceptedFindingCount
            | AssetToken::VulnerabilityCount
            | AssetToken::OverdueFindingCount
            | AssetToken::Patches
            | AssetToken::Vulnerabilities => Self::FINDINGS,
            AssetToken::TagsName | AssetToken::TagsPath | AssetToken::TagsId => Self::TAGS,
        }
    }

    /// What is not the same in new columns of an asset and in those that stand at its slot.
    pub(crate) fn of_difference(held: &BlockColumns, slot: u16, new: &Columns) -> Self {
        if !held.is_taken(slot) || held.id(slot) != new.id {
            return Self::PRESENCE;
        }
        let is_same = |held: Option<&str>, new: Option<&str>| held == new.filter(|text| !text.is_empty());
        let is_same_machine = is_same(held.name.get(slot), Some(&new.name))
            && is_same(held.fqdn.get(slot), new.fqdn.as_deref())
            && is_same(held.operating_system.get(slot), Some(&new.operating_system))
            && is_same(held.os_family.get(slot), Some(&new.os_family))
            && is_same(held.os_id.get(slot), Some(&new.os_id))
            && is_same(held.os_version.get(slot), Some(&new.os_version))
            && is_same(held.architecture.get(slot), Some(&new.architecture))
            && is_same(held.agent_version.get(slot), Some(&new.agent_version))
            && held.enrolled_at(slot) == new.enrolled_at;
        let is_same_user = is_same(held.last_logged_on_user.get(slot), new.last_logged_on_user.as_deref());
        let status: ScanStatus = held.scan_status(slot);
        let is_same_scan = status == new.scan_status && held.scanned_at.moment(slot) == new.scanned_at;
        Self::MACHINE
            .when(!is_same_machine)
            .and(Self::USER.when(!is_same_user))
            .and(Self::REBOOT.when(held.pending_reboot.contains(slot) != new.pending_reboot))
            .and(Self::SCAN.when(!is_same_scan))
            .and(Self::CONTACT.when(held.last_checked_in.moment(slot) != new.last_checked_in))
    }
}
