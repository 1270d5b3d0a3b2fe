//! `qql.md` 8.2.

use super::{PLATFORM, tokens};
use crate::token::Kind::{Bool, Date, Elements, Enum, Float, Int, Keyword, Related, Text, Uuid, Version};
use crate::token::{Entity, Enumeration, Ranking, Tie, VersionOrder};

static SEVERITY: Enumeration =
    Enumeration { values: &["None", "Low", "Moderate", "Important", "Critical"], ranking: Ranking::Ranked };
static CATEGORY: Enumeration = Enumeration {
    values: &["Security Patches", "Non-security Patches", "Security Tools", "Service Packs", "Software Distribution"],
    ranking: Ranking::Unranked,
};
static REBOOT: Enumeration =
    Enumeration { values: &["Never", "Maybe", "Always", "Exclusive"], ranking: Ranking::Unranked };
static STATUS: Enumeration =
    Enumeration { values: &["Missing", "Installed", "Warning", "Undetermined"], ranking: Ranking::Unranked };
static FINDING_REASON: Enumeration = Enumeration {
    values: &[
        "NewerThanExpected",
        "FileDiffers",
        "NoRule",
        "FactNotCollected",
        "CollectorFailed",
        "WatchListOld",
        "AccessDenied",
        "ForeignVersion",
    ],
    ranking: Ranking::Unranked,
};
static OBSTACLE: Enumeration = Enumeration {
    values: &[
        "Held",
        "Phased",
        "KeptBack",
        "RepositoryUnreachable",
        "RepositoryStale",
        "RepositoryUntrusted",
        "NoCandidate",
        "NoEntitlement",
        "WrongStream",
        "PrerequisiteMissing",
        "RebootFirst",
        "AcquireFromVendor",
    ],
    ranking: Ranking::Unranked,
};

tokens! {
    /// Tokens of catalogue entries, and of the findings that tie them to assets.
    PatchToken of Patch in PATCH {
        Id: "id", Uuid, "patchId:444ba31a-0f94-3199-870e-ef8ab1a5a477", "The patch's id", alias(&["patchId"]);
        Supersedes: "supersedes", Uuid, "supersedes:444ba31a-0f94-3199-870e-ef8ab1a5a477", "Patches that it replaces",
            several;
        SupersededBy: "supersededBy", Uuid, "supersededBy is null", "Patches that replace it", several;
        Title: "title", Text, "title:\"Security Update\"", "Title", sortable, free_text;
        Description: "description", Text, "description:overflow", "What the vendor or the changelog says";
        Vendor: "vendor", Text, "vendor:Debian", "Who published it", sortable, groupable, free_text;
        Platform: "platform", Enum(&PLATFORM), "platform:Windows", "Windows or Linux", sortable, groupable;
        Product: "product", Text, "product:\"Windows Server 2022\"",
            "What it is for, as its vendor names it; of a package the release's product key", several, groupable, free_text;
        VendorSeverity: "vendorSeverity", Enum(&SEVERITY), "vendorSeverity:[Critical,Important]",
            "The vendor's severity; where it gives none, of the highest CVSS score", sortable, groupable;
        Category: "category", Enum(&CATEGORY), "category:\"Security Patches\"", "What sort of patch it is",
            sortable, groupable;
        IsSecurity: "isSecurity", Bool, "isSecurity:true", "It fixes a vulnerability", groupable;
        IsSuperseded: "isSuperseded", Bool, "isSuperseded:false", "A newer patch replaces it", groupable;
        ServicePack: "servicePack", Bool, "servicePack:true", "It is a service pack", groupable;
        Enabled: "enabled", Bool, "enabled:false", "Jobs may deploy it", groupable;
        Deleted: "deleted", Bool, "deleted:true", "Its feed took it back", groupable;
        IsHidden: "isHidden", Bool, "isHidden:true", "People hid it from lists and counts", groupable;
        IsKnownExploited: "isKnownExploited", Bool, "isKnownExploited:true",
            "One of its CVEs is known to be exploited", groupable;
        Kb: "kb", Keyword, "kb:KB2893294", "Article of an update of Windows", sortable, groupable, free_text;
        Bulletin: "bulletin", Keyword, "bulletin:MS01-044", "Bulletin of an update of Windows",
            sortable, groupable, free_text;
        Advisory: "advisory", Keyword, "advisory:DSA-5000-1", "The vendor's advisory", sortable, groupable, free_text;
        VendorPatchId: "vendorPatchId", Keyword, "vendorPatchId:DSA-*", "The vendor's own ids of it",
            several, sortable, groupable, free_text;
        Cve: "cve", Keyword, "cve:CVE-2013-3900", "CVEs that it fixes", several, groupable, free_text;
        OsRelease: "osRelease", Keyword, "osRelease:\"debian:12\"", "The release that it is for: a product key",
            groupable;
        Reboot: "reboot", Enum(&REBOOT), "reboot:[Always,Exclusive]", "Whether it needs a restart", groupable;
        PublishedDate: "publishedDate", Date, "publishedDate:[now-1w .. now]", "When the vendor published it",
            sortable, groupable;
        ModifiedDate: "modifiedDate", Date, "modifiedDate>=now-7d",
            "When the vendor last changed what it says; none where it does not tell",
            alias(&["lastModified"]), sortable, groupable;
        SyncDateTime: "syncDateTime", Date, "syncDateTime>=now-1d", "When Fettle's catalogue learnt of it",
            sortable, groupable;
        SizeBytes: "sizeBytes", Int, "sizeBytes>100000000", "What is to be fetched; none where it is not known",
            sortable;
        MissingCount: "missingCount", Int, "missingCount>100", "Assets in scope that miss it", sortable;
        InstalledCount: "installedCount", Int, "installedCount:0", "Assets in scope that have it", sortable;
        MaxCvss: "maxCvss", Float, "maxCvss>=9", "Highest CVSS score of its CVEs", sortable;
        MaxEpss: "maxEpss", Float, "maxEpss>=0.5", "Highest probability of an exploit of its CVEs", sortable;
        PackageDetails: "packageDetails", Elements,
            "packageDetails:(packageName:openssl and architecture:amd64)", "Conditions on the same package", several;
        PackageName: "packageDetails.packageName", Text, "package:openssl", "Packages that it brings",
            alias(&["package"]), several, free_text, top_groups;
        PackageArchitecture: "packageDetails.architecture", Keyword, "packageDetails.architecture:noarch",
            "Architecture of a package", several, groupable;
        PackageFixedVersion: "packageDetails.fixedVersion", Version(VersionOrder::Component),
            "packageDetails:(packageName:openssl and fixedVersion>=3.0.14)", "Version of a package that is fixed",
            several, groupable;
        PatchStatus: "patchStatus", Enum(&STATUS), "patchStatus:[Missing,Installed]", "Status of the patch on an asset",
            tied(Tie::Finding), groupable;
        FindingReason: "findingReason", Enum(&FINDING_REASON), "findingReason:ForeignVersion",
            "Why it cannot be told whether it is missing", tied(Tie::Finding), groupable;
        Obstacle: "obstacle", Enum(&OBSTACLE), "obstacle:Held", "Why the machine would not install it now",
            tied(Tie::Finding), groupable;
        IsLatest: "isLatest", Bool, "isLatest:true", "Nothing newer that applies to the asset replaces it",
            tied(Tie::Finding), groupable;
        IsOverdue: "isOverdue", Bool, "isOverdue:true", "Missing, past its due date and not excepted",
            tied(Tie::Finding), groupable, derived;
        IsExcepted: "isExcepted", Bool, "isExcepted:true", "An approved exception covers it",
            tied(Tie::Finding), groupable, derived;
        LastFoundDate: "lastFoundDate", Date, "lastFoundDate>=now-1d", "The asset's last scan while it is missing",
            tied(Tie::Finding);
        DueDate: "dueDate", Date, "dueDate<now", "Until when it has to be in; none where no rule gives a date",
            tied(Tie::Finding), derived;
        Assets: "assets", Related(Entity::Asset, Some(Tie::Finding)), "assets:(platform:Linux and patchStatus:Missing)",
            "An asset that has a finding of it", several;
        Vulnerabilities: "vulnerabilities", Related(Entity::Vulnerability, None), "vulnerabilities:(cvss>=9)",
            "A vulnerability that it fixes", several;
    }
}
