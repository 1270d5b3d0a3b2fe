//! Where the values of an asset's tokens stand in a block.

use fettle_qql::token::TokenDefinition;
use fettle_qql::tokens::AssetToken;
use roaring::RoaringBitmap;

use super::asking::Asking;
use super::choice_column::ChoiceColumn;
use super::finding_counts;
use super::interfaces::each_value_of_interface;
use super::overdue::overdue_counts;
use super::value::{Value, VersionScheme};
use crate::bits::Bits;
use crate::block::Block;
use crate::columns::{Counts, NumberColumn, TextColumn};
use crate::tags::Tag;

/// Tells the values of one slot.
pub(super) type Each<'b> = Box<dyn Fn(u16, &mut dyn FnMut(Value<'_>)) + 'b>;

/// Values that many assets have, each with who has it.
pub(super) type Labels<'b> = Vec<(Value<'b>, &'b RoaringBitmap)>;

/// The values of one token for all assets of a block.
pub(super) enum AssetColumn<'b> {
    Text(&'b TextColumn),
    /// Versions of dotted numbers.
    Dotted(&'b TextColumn),
    Number(&'b NumberColumn),
    Moment(&'b NumberColumn),
    Count(fn(&Counts) -> u32),
    Flag(&'b Bits),
    Choice(ChoiceColumn<'b>),
    Id,
    Labels(Labels<'b>),
    Each(Each<'b>),
    /// A group, or what components say: nothing of the asset's own.
    Group,
}

pub(super) fn column<'b>(
    asking: &'b Asking<'_>,
    at: usize,
    block: &'b Block,
    token: AssetToken,
    definition: &'static TokenDefinition,
) -> AssetColumn<'b> {
    let columns = &block.columns;
    let facts = &columns.facts;
    match token {
        AssetToken::Id | AssetToken::AgentId => AssetColumn::Id,
        AssetToken::Name | AssetToken::Hostname => AssetColumn::Text(&columns.name),
        AssetToken::Fqdn => AssetColumn::Text(&columns.fqdn),
        AssetToken::OperatingSystem => AssetColumn::Text(&columns.operating_system),
        AssetToken::OsFamily => AssetColumn::Text(&columns.os_id),
        AssetToken::OsVersion => AssetColumn::Dotted(&columns.os_version),
        AssetToken::OsIdentifier => AssetColumn::Text(&columns.os_identifier),
        AssetToken::AgentVersion => AssetColumn::Dotted(&columns.agent_version),
        AssetToken::ActivationKey => AssetColumn::Text(&columns.activation_key),
        AssetToken::Created => AssetColumn::Moment(&columns.enrolled_at),
        AssetToken::LastCheckedIn => AssetColumn::Moment(&columns.last_checked_in),
        AssetToken::LastBoot => AssetColumn::Moment(&facts.booted_at),
        AssetToken::HardwareManufacturer => AssetColumn::Text(&facts.manufacturer),
        AssetToken::HardwareModel => AssetColumn::Text(&facts.model),
        AssetToken::HardwareSerialNumber => AssetColumn::Text(&facts.serial),
        AssetToken::HardwareMemoryMb => AssetColumn::Number(&facts.memory_mb),
        AssetToken::HardwareCpuCount => AssetColumn::Number(&facts.processors),
        AssetToken::LastLoggedOnUser => AssetColumn::Text(&columns.last_logged_on_user),
        AssetToken::Timezone => AssetColumn::Text(&facts.timezone),
        AssetToken::PendingReboot => AssetColumn::Flag(&columns.pending_reboot),
        AssetToken::ScanDateTime => AssetColumn::Moment(&columns.scanned_at),
        AssetToken::MissingPatchCount | AssetToken::NonSupersededMissingPatchCount => {
            AssetColumn::Count(|counts| counts.missing)
        }
        AssetToken::UndeterminedPatchCount => AssetColumn::Count(|counts| counts.undetermined),
        AssetToken::InstalledPatchCount => AssetColumn::Count(|counts| counts.installed),
        AssetToken::MissingSecurityPatchCount => AssetColumn::Count(|counts| counts.missing_security),
        AssetToken::OverdueFindingCount => each_count(overdue_counts(asking.shared, at, block)),
        AssetToken::MissingCriticalPatchCount => each_count(finding_counts::missing_critical(asking.shared, at, block)),
        AssetToken::ExceptedFindingCount => each_count(finding_counts::excepted(asking.shared, at, block)),
        AssetToken::VulnerabilityCount => each_count(finding_counts::vulnerabilities(asking.shared, block)),
        AssetToken::Platform => AssetColumn::Choice(ChoiceColumn::of_text(definition, &columns.os_family, platform)),
        AssetToken::Architecture => {
            AssetColumn::Choice(ChoiceColumn::of_text(definition, &columns.architecture, architecture))
        }
        AssetToken::AgentStatus => {
            AssetColumn::Choice(ChoiceColumn::agent_status(definition, block, asking.shared.as_of))
        }
        AssetToken::ScanStatus => AssetColumn::Choice(ChoiceColumn::scan_status(definition, block)),
        AssetToken::SelfCheck => AssetColumn::Choice(ChoiceColumn::self_check(definition, block)),
        AssetToken::FailedChecks => AssetColumn::Each(Box::new(|slot, visit| {
            facts.failed_checks(slot).iter().filter_map(|check| Value::text(check)).for_each(visit);
        })),
        AssetToken::InterfacesAddress
        | AssetToken::InterfacesIpv6Address
        | AssetToken::InterfacesMacAddress
        | AssetToken::InterfacesInterfaceName => AssetColumn::Each(Box::new(move |slot, visit| {
            facts.interfaces(slot).for_each(|interface| each_value_of_interface(interface, token, visit));
        })),
        AssetToken::TagsName => labels(asking, block, |tag| Value::Text(tag.name.as_str().into())),
        AssetToken::TagsPath => labels(asking, block, |tag| Value::Text(tag.path.as_str().into())),
        AssetToken::TagsId => labels(asking, block, |tag| Value::Uuid(tag.id.uuid())),
        AssetToken::Interfaces
        | AssetToken::Components
        | AssetToken::ComponentsName
        | AssetToken::ComponentsSource
        | AssetToken::ComponentsVersion
        | AssetToken::ComponentsSourceVersion
        | AssetToken::ComponentsArch
        | AssetToken::ComponentsKind
        | AssetToken::Patches
        | AssetToken::Vulnerabilities => AssetColumn::Group,
    }
}

impl AssetColumn<'_> {
    /// Tells the values of one slot.
    pub(super) fn each_value(&self, block: &Block, slot: u16, visit: &mut dyn FnMut(Value<'_>)) {
        let value = match self {
            Self::Text(column) => column.get(slot).map(|text| Value::Text(text.into())),
            Self::Dotted(column) => column.get(slot).map(|text| Value::Version(VersionScheme::Dotted, text.into())),
            Self::Number(column) => column.get(slot).map(Value::Number),
            Self::Moment(column) => column.moment(slot).map(Value::Moment),
            Self::Count(count) => Some(Value::Number(i64::from(count(&block.columns.counts(slot))))),
            Self::Flag(flags) => Some(Value::Flag(flags.contains(slot))),
            Self::Choice(choice) => choice.value(slot),
            Self::Id => Some(Value::Uuid(block.columns.id(slot).uuid())),
            Self::Labels(labels) => {
                let here = labels.iter().filter(|(_, slots)| slots.contains(u32::from(slot)));
                return here.for_each(|(value, _)| visit(value.clone()));
            }
            Self::Each(each) => return each(slot, visit),
            Self::Group => None,
        };
        value.into_iter().for_each(visit);
    }
}

/// Tags that somebody here has.
fn labels<'b>(asking: &'b Asking<'_>, block: &'b Block, value: fn(&'b Tag) -> Value<'b>) -> AssetColumn<'b> {
    let tags = block.tags.iter().filter_map(|(number, slots)| Some((asking.shared.tags.get(*number)?, slots)));
    AssetColumn::Labels(tags.map(|(tag, slots)| (value(tag), slots)).collect())
}

/// As the token names the family of an operating system.
/// Of those of which nothing is told there is none.
fn each_count<'b>(counts: finding_counts::Counts) -> AssetColumn<'b> {
    AssetColumn::Each(Box::new(move |slot, visit| {
        visit(Value::Number(i64::from(counts.get(&slot).copied().unwrap_or_default())));
    }))
}

fn platform(family: &str) -> Option<&'static str> {
    match family {
        "linux" => Some("Linux"),
        "windows" => Some("Windows"),
        _ => None,
    }
}

/// As the token names what a machine calls itself.
fn architecture(machine: &str) -> Option<&'static str> {
    match machine {
        "x86_64" | "amd64" => Some("X64"),
        "aarch64" | "arm64" => Some("ARM64"),
        "x86" | "i386" | "i486" | "i586" | "i686" => Some("X86"),
        "ia64" => Some("IA64"),
        _ => None,
    }
}
