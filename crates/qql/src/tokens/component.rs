//! `qql.md` 8.9.

use super::{COMPONENT_KIND, tokens};
use crate::token::Kind::{Enum, Int, Keyword, Related, Text, Version};
use crate::token::{Entity, VersionOrder};

tokens! {
    /// Tokens of distinct installed things.
    ComponentToken of Component in COMPONENT {
        Name: "name", Text, "name:openssl", "Name of the component", sortable, top_groups, free_text;
        Source: "source", Text, "source:lvm2", "Source package of a deb or rpm", sortable, top_groups, free_text;
        Version: "version", Version(VersionOrder::Component), "kind:deb and version<3.0.12",
            "Version, in the order of its kind", sortable, top_groups;
        SourceVersion: "sourceVersion", Version(VersionOrder::Component), "sourceVersion<2.03.16-2",
            "Version of its source package", sortable, top_groups;
        Kind: "kind", Enum(&COMPONENT_KIND), "kind:deb", "What sort of component it is", sortable, top_groups;
        Arch: "arch", Keyword, "arch:amd64", "Architecture", sortable, top_groups;
        AssetCount: "assetCount", Int, "assetCount>100", "Assets in scope that have it", sortable;
        Assets: "assets", Related(Entity::Asset, None), "assets:(platform:Linux)", "An asset that has it", several;
    }
}
