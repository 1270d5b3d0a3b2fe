//! The tables of `qql.md` 8, as far as Fettle has the facts: a token whose fact does not exist yet is not declared.

mod asset;
mod audit;
mod component;
mod deployment;
mod patch;
mod vulnerability;

pub use asset::AssetToken;
pub use audit::AuditToken;
pub use component::ComponentToken;
pub use deployment::DeploymentToken;
pub use patch::PatchToken;
pub use vulnerability::VulnerabilityToken;

use crate::token::{Entity, Enumeration, Ranking, TokenDefinition};

/// Makes the enumeration of an entity's tokens and their table of one list.
macro_rules! tokens {
    ($(#[doc = $doc:literal])* $enumeration:ident of $entity:ident in $table:ident {
        $($id:ident: $name:literal, $kind:expr, $example:literal, $help:literal $(, $flag:ident $(($($argument:expr),*))?)*;)+
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enumeration { $($id),+ }

        pub(super) static $table: &[crate::token::TokenDefinition] = &[$(
            crate::token::TokenDefinition::new(
                crate::token::TokenId::$entity($enumeration::$id), $name, $kind, $example, $help,
            )$(.$flag($($($argument),*)?))*
        ),+];
    };
}
use tokens;

pub(crate) fn of(entity: Entity) -> &'static [TokenDefinition] {
    match entity {
        Entity::Asset => asset::ASSET,
        Entity::Patch => patch::PATCH,
        Entity::Vulnerability => vulnerability::VULNERABILITY,
        Entity::Component => component::COMPONENT,
        Entity::Deployment => deployment::DEPLOYMENT,
        Entity::Audit => audit::AUDIT,
    }
}

static PLATFORM: Enumeration = Enumeration { values: &["Windows", "Linux"], ranking: Ranking::Unranked };

static COMPONENT_KIND: Enumeration = Enumeration {
    values: &["deb", "rpm", "kb", "msi", "file", "registry", "answer", "os", "os-build", "running", "repo", "offer"],
    ranking: Ranking::Unranked,
};
