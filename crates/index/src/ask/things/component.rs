//! What a component's tokens say (`qql.md` 8.1, 8.9): for lists of components, and inside `components:( … )`.

use std::borrow::Cow;

use fettle_model::PackageKind;
use fettle_model::component::{Component, Running};
use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::{AssetToken, ComponentToken};

use crate::ask::value::{Value, VersionScheme};
use crate::source_package::source_package;

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
        ComponentToken::Source => source_package(component).map(|(name, _)| Value::Text(name)),
        ComponentToken::Version => version(component),
        ComponentToken::SourceVersion => source_version(component),
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

fn source_version(component: &Component) -> Option<Value<'_>> {
    let kind = match component {
        Component::Deb { .. } => PackageKind::Deb,
        Component::Rpm { .. } => PackageKind::Rpm,
        _ => return None,
    };
    source_package(component).map(|(_, version)| Value::Version(VersionScheme::Package(kind), version))
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
