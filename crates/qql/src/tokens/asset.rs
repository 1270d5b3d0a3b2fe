//! `qql.md` 8.1.

use super::{COMPONENT_KIND, PLATFORM, tokens};
use crate::token::Kind::{Address, Bool, Date, Elements, Enum, Int, Keyword, Related, Text, Uuid, Version};
use crate::token::{Entity, Enumeration, Ranking, Tie, VersionOrder};

static ARCHITECTURE: Enumeration = Enumeration { values: &["X86", "X64", "ARM64", "IA64"], ranking: Ranking::Unranked };
static AGENT_STATUS: Enumeration =
    Enumeration { values: &["Provisioned", "Active", "Inactive", "Uninstalled"], ranking: Ranking::Unranked };
static SELF_CHECK: Enumeration = Enumeration { values: &["Passed", "Warning", "Failed"], ranking: Ranking::Unranked };
static SCAN_STATUS: Enumeration =
    Enumeration { values: &["Pending", "Scanning", "Scanned", "Failed", "NotSupported"], ranking: Ranking::Unranked };

tokens! {
    /// Tokens of machines.
    AssetToken of Asset in ASSET {
        Id: "id", Uuid, "id:38aa48ca-a53f-4591-af01-8bce75de4ce7", "The asset's id";
        AgentId: "agentId", Uuid, "agentId:38aa48ca-a53f-4591-af01-8bce75de4ce7", "The agent's id, today the asset's";
        Name: "name", Text, "name:web*", "The name that lists show", sortable, free_text;
        Hostname: "hostname", Text, "hostname:web01", "The machine's own host name", sortable, free_text;
        Fqdn: "fqdn", Text, "fqdn:\"web01.example.com\"", "Host name and domain", sortable, free_text;
        Platform: "platform", Enum(&PLATFORM), "platform:Linux", "Windows or Linux", sortable, groupable;
        OperatingSystem: "operatingSystem", Text, "operatingSystem:\"Windows Server 2022\"",
            "The operating system as it names itself", sortable, groupable, free_text;
        OsFamily: "osFamily", Keyword, "osFamily:Debian", "The distribution or family", sortable, groupable;
        OsVersion: "osVersion", Version(VersionOrder::Dotted), "osVersion>=10.0.19045",
            "Version of the operating system; none for testing and unstable", sortable, groupable;
        OsIdentifier: "osIdentifier", Keyword, "osIdentifier:debian_12", "Family and version in one word", groupable;
        Architecture: "architecture", Enum(&ARCHITECTURE), "architecture:X64", "Of the machine", sortable, groupable;
        AgentVersion: "agentVersion", Version(VersionOrder::Dotted), "agentVersion<1.4", "Version of the agent",
            alias(&["version"]), sortable, groupable;
        AgentStatus: "agentStatus", Enum(&AGENT_STATUS), "agentStatus:Inactive",
            "Active: it checked in within 24 hours", sortable, groupable;
        ActivationKey: "activationKey", Text, "activationKey:Servers",
            "Title of the key that it enrolled with, also when that is deleted", sortable, groupable;
        Created: "created", Date, "created>=now-30d", "When it enrolled", sortable, groupable;
        LastCheckedIn: "lastCheckedIn", Date, "lastCheckedIn<now-3d", "When its agent was last heard of",
            sortable, groupable;
        LastBoot: "lastBoot", Date, "lastBoot<now-90d", "When the machine started", sortable, groupable;
        HardwareManufacturer: "hardware.manufacturer", Text, "hardware.manufacturer:Dell", "Who made the machine",
            sortable, groupable;
        HardwareModel: "hardware.model", Text, "hardware.model:Latitude", "Model of the machine",
            sortable, groupable, free_text;
        HardwareSerialNumber: "hardware.serialNumber", Keyword, "hardware.serialNumber:5CG*",
            "Serial number of the machine", free_text;
        HardwareMemoryMb: "hardware.memoryMb", Int, "hardware.memoryMb<4096", "Memory in MB", sortable, groupable;
        HardwareCpuCount: "hardware.cpuCount", Int, "hardware.cpuCount>=8", "Processors", sortable, groupable;
        LastLoggedOnUser: "lastLoggedOnUser", Text, "lastLoggedOnUser is null", "User of the newest session",
            sortable, groupable, free_text;
        Timezone: "timezone", Keyword, "timezone:\"Europe/Oslo\"", "Time zone of the machine, an IANA name",
            sortable, groupable;
        TagsName: "tags.name", Text, "tags.name:Prod", "Name of a tag that the asset has, by hand or by its rule",
            several, groupable, free_text;
        TagsPath: "tags.path", Keyword, "tags.path:\"Rings/Ring1\"",
            "Names of a tag and of those above it, from the root", several, groupable;
        TagsId: "tags.id", Uuid, "tags.id:38aa48ca-a53f-4591-af01-8bce75de4ce7", "Id of a tag that the asset has",
            several, groupable;
        Interfaces: "interfaces", Elements, "interfaces:(address:10.0.0.0/8 and interfaceName:eth0)",
            "Conditions on the same network interface", several;
        InterfacesAddress: "interfaces.address", Address, "interfaces.address:10.1.0.0/16",
            "Address of a network interface, IPv4", several, free_text;
        InterfacesIpv6Address: "interfaces.ipv6Address", Address, "interfaces.ipv6Address:fe80::/10",
            "Address of a network interface, IPv6", several, free_text;
        InterfacesMacAddress: "interfaces.macAddress", Keyword, "interfaces.macAddress:00:50:56:*",
            "Hardware address of a network interface", several;
        InterfacesInterfaceName: "interfaces.interfaceName", Keyword, "interfaces.interfaceName:eth0",
            "Name of a network interface", several;
        PendingReboot: "pendingReboot", Bool, "pendingReboot:true", "A restart is needed", groupable;
        SelfCheck: "selfCheck", Enum(&SELF_CHECK), "selfCheck:Failed", "The worst result of the agent's own checks",
            groupable;
        FailedChecks: "failedChecks", Keyword, "failedChecks:AG-02", "Own checks of the agent that failed",
            several, groupable;
        ScanStatus: "scanStatus", Enum(&SCAN_STATUS), "scanStatus:Failed", "How its last scan stands",
            sortable, groupable;
        ScanDateTime: "scanDateTime", Date, "scanDateTime<now-7d", "When it was last scanned",
            alias(&["lastVulnScan"]), sortable, groupable;
        MissingPatchCount: "missingPatchCount", Int, "missingPatchCount>0",
            "Missing patches as lists count them: those that nothing newer replaces here", sortable;
        NonSupersededMissingPatchCount: "nonSupersededMissingPatchCount", Int, "nonSupersededMissingPatchCount>0",
            "Missing patches that nothing newer replaces here", sortable;
        InstalledPatchCount: "installedPatchCount", Int, "installedPatchCount>100", "Installed patches", sortable;
        MissingSecurityPatchCount: "missingSecurityPatchCount", Int, "missingSecurityPatchCount>0",
            "Missing patches that bring security with them", sortable;
        MissingCriticalPatchCount: "missingCriticalPatchCount", Int, "missingCriticalPatchCount>=1",
            "Missing patches of the highest severity that nothing newer replaces here", sortable;
        UndeterminedPatchCount: "undeterminedPatchCount", Int, "undeterminedPatchCount>0",
            "Patches of which it cannot be told whether they are missing, and that nothing newer replaces here", sortable;
        OverdueFindingCount: "overdueFindingCount", Int, "overdueFindingCount>0",
            "Source packages with a missing patch past its due date", sortable, derived;
        ExceptedFindingCount: "exceptedFindingCount", Int, "exceptedFindingCount>0",
            "Missing patches that nothing newer replaces here and that an approved exception covers", sortable, derived;
        VulnerabilityCount: "vulnerabilityCount", Int, "vulnerabilityCount>100",
            "CVEs that a missing patch fixes", sortable;
        Components: "components", Elements, "components:(name:openssl and version<3.0.12)",
            "Conditions on the same component", several;
        ComponentsName: "components.name", Text, "components.name:openssl",
            "Name of something that the machine has or may get", several, top_groups;
        ComponentsSource: "components.source", Text, "components:(source:lvm2 and sourceVersion<2.03.16-2)",
            "Source package of a deb or rpm", several, top_groups;
        ComponentsVersion: "components.version", Version(VersionOrder::Component),
            "components:(name:openssl and version<3.0.12)", "Version of a component, in its kind's order",
            several, top_groups;
        ComponentsSourceVersion: "components.sourceVersion", Version(VersionOrder::Component),
            "components:(source:lvm2 and sourceVersion<2.03.16-2)", "Version of a component's source package",
            several, top_groups;
        ComponentsArch: "components.arch", Keyword, "components:(name:libc6 and arch:i386)",
            "Architecture of a component", several, top_groups;
        ComponentsKind: "components.kind", Enum(&COMPONENT_KIND),
            "components:(kind:repo and name:\"Debian-Security\")", "What sort of component it is", several, groupable;
        Patches: "patches", Related(Entity::Patch, Some(Tie::Finding)),
            "patches:(vendorSeverity:Critical and patchStatus:Missing)", "A patch that it has a finding of", several;
        Vulnerabilities: "vulnerabilities", Related(Entity::Vulnerability, Some(Tie::Detection)),
            "vulnerabilities:(cvss>=9 and epss>0.1)", "A vulnerability that it is, or was, exposed to", several;
    }
}
