//! What a component's tokens say (`qql.md` 8.1, 8.9): for lists of components, and inside `components:( … )`.

use std::borrow::Cow;

use fettle_model::PackageKind;
use fettle_model::component::{Component, Running};
use fettle_model::debian_source::unsigned;
use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::{AssetToken, ComponentToken};

use crate::ask::value::{Value, VersionScheme};

/// An asset's token about its components, as one of the component.
pub(crate) const fn of_asset(token: AssetToken) -> Option<ComponentToken> {
    Some(match token {
        AssetToken::ComponentsName => ComponentToken::Name,
        AssetToken::ComponentsSource => ComponentToken::Source,
        AssetToken::ComponentsVersion => ComponentToken::Version,
        AssetToken::ComponentsSourceVersion => ComponentToken::SourceVersion,
        AssetToken::ComponentsArch => ComponentToken::Arch,
        AssetToken::ComponentsKind => ComponentToken::Kind,
        _ => return None,
    })
}

/// Values for either of the two tables.
pub(crate) fn each_value_of(component: &Component, token: &TokenDefinition, visit: &mut dyn FnMut(Value<'_>)) {
    let id = match token.id {
        TokenId::Component(id) => Some(id),
        TokenId::Asset(id) => of_asset(id),
        _ => None,
    };
    if let Some(id) = id {
        each_value(component, (id, token), visit);
    }
}

pub(super) fn each_value(
    component: &Component,
    (id, token): (ComponentToken, &TokenDefinition),
    visit: &mut dyn FnMut(Value<'_>),
) {
    let value = match id {
        ComponentToken::Name => Some(component.name()).filter(|name| !name.is_empty()).map(Value::Text),
        ComponentToken::Source => source(component).map(|(source, _)| Value::Text(source)),
        ComponentToken::Version => version(component),
        ComponentToken::SourceVersion => source(component).map(|(_, version)| version),
        ComponentToken::Kind => Value::choice(token, component.kind()),
        ComponentToken::Arch => match component {
            Component::Deb { arch, .. } | Component::Rpm { arch, .. } | Component::Msi { arch, .. } => {
                Value::text(arch)
            }
            Component::Offer(offer) => Value::text(&offer.arch),
            _ => None,
        },
        // Of the fleet; a group.
        ComponentToken::AssetCount | ComponentToken::Assets => None,
    };
    value.into_iter().for_each(visit);
}

/// Of what has one.
pub(crate) fn version(component: &Component) -> Option<Value<'_>> {
    let of = |scheme, version: &'_ str| {
        (!version.is_empty()).then(|| Value::Version(scheme, Cow::Owned(version.to_owned())))
    };
    match component {
        Component::Deb { version, .. } => of(VersionScheme::Package(PackageKind::Deb), version),
        Component::Rpm { version, .. } => of(VersionScheme::Package(PackageKind::Rpm), version),
        Component::Os { release, .. } => of(VersionScheme::Dotted, release),
        Component::Msi { version, .. } | Component::Running(Running::Kernel { version }) => {
            of(VersionScheme::Dotted, version)
        }
        Component::Offer(offer) => {
            let kinds = [PackageKind::Deb, PackageKind::Rpm];
            let kind = kinds.into_iter().find(|kind| kind.name() == offer.manager);
            of(kind.map_or(VersionScheme::Dotted, VersionScheme::Package), &offer.candidate)
        }
        _ => None,
    }
}

/// Source package of a deb or rpm, and its version.
fn source(component: &Component) -> Option<(Cow<'_, str>, Value<'_>)> {
    match component {
        Component::Deb { source, source_version, .. } => {
            let (source, version) = unsigned(source, source_version);
            Some((source, Value::Version(VersionScheme::Package(PackageKind::Deb), version)))
        }
        Component::Rpm { source, .. } => {
            // `bash-5.1.8-9.el9.src.rpm`: neither version nor release has a hyphen.
            let file = source.strip_suffix(".src.rpm").or_else(|| source.strip_suffix(".nosrc.rpm"))?;
            let (at, _) = file.rmatch_indices('-').nth(1)?;
            let version = Cow::Borrowed(&file[at + 1..]);
            Some((file[..at].into(), Value::Version(VersionScheme::Package(PackageKind::Rpm), version)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rpms_source_is_read_from_its_file_name() {
        let rpm = |source: &str| Component::Rpm {
            name: "bash".to_owned(),
            version: "0:5.1.8-9.el9".to_owned(),
            arch: "x86_64".to_owned(),
            vendor: String::new(),
            stream: String::new(),
            source: source.to_owned(),
        };
        let read = |file: &str| {
            let rpm = rpm(file);
            source(&rpm).map(|(source, version)| format!("{source} {}", version.shown()))
        };
        assert_eq!(read("gtk2-engines-2.20.2-27.el9.src.rpm").as_deref(), Some("gtk2-engines 2.20.2-27.el9"));
        assert_eq!(read("a-1.src.rpm"), None);
        assert_eq!(read(""), None);
    }
}
