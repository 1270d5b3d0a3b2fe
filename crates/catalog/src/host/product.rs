//! The name of a machine's release as Microsoft's tables write it.

use super::Unreadable;
use super::windows::{Architecture, Edition, Host};

/// How the tables name a release; the first name is the one that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    names: Vec<String>,
}

impl Product {
    /// By build number, edition, architecture and service pack.
    pub fn of(host: &Host) -> Result<Self, Unreadable> {
        let systems = match host.architecture {
            Architecture::X86 => "32-bit Systems",
            Architecture::X64 => "x64-based Systems",
            Architecture::Arm64 => "ARM64-based Systems",
            Architecture::Itanium => "Itanium-based Systems",
        };
        let pack = host.service_pack.map_or_else(String::new, |number| format!(" Service Pack {number}"));
        let names = match (host.edition, host.build) {
            (_, ..6000) => of_the_fifth_generation(host, &pack).into_iter().collect(),
            (Edition::Client, 6000..=6003) if host.architecture == Architecture::X64 => {
                vec![format!("Windows Vista x64 Edition{pack}")]
            }
            (Edition::Client, 6000..=6003) => vec![format!("Windows Vista{pack}")],
            (Edition::Server, 6000..=6003) => vec![format!("Windows Server 2008 for {systems}{pack}")],
            (Edition::Client, 7600 | 7601) => vec![format!("Windows 7 for {systems}{pack}")],
            (Edition::Server, 7600 | 7601) => vec![format!("Windows Server 2008 R2 for {systems}{pack}")],
            (Edition::Client, 9200) => vec![format!("Windows 8 for {systems}")],
            (Edition::Client, 9600) => vec![format!("Windows 8.1 for {systems}")],
            // The first release had no version in its name for years.
            (Edition::Client, 10240) => {
                vec![format!("Windows 10 for {systems}"), format!("Windows 10 Version 1507 for {systems}")]
            }
            (Edition::Client, 22000) => {
                vec![format!("Windows 11 version 21H2 for {systems}"), format!("Windows 11 for {systems}")]
            }
            (Edition::Client, build) => {
                of_client(build).map(|name| format!("{name} for {systems}")).into_iter().collect()
            }
            (Edition::Server, build) => of_server(build).map(str::to_owned).into_iter().collect(),
        };
        if names.is_empty() {
            let edition = if host.edition == Edition::Server { "server" } else { "client" };
            return Err(Unreadable::Release { build: host.build, edition });
        }
        Ok(Self { names })
    }

    /// A release that a person named, for lists that do not say it.
    pub fn named(name: &str) -> Self {
        Self { names: vec![name.trim().to_owned()] }
    }

    pub fn name(&self) -> &str {
        &self.names[0]
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Is a product of the tables this release, or something on it (`Internet Explorer 11 on …`)? Whether a server is a
    /// Server Core installation `systeminfo` does not say, so both count. `product` is in its normal form.
    pub fn includes(&self, product: &str) -> bool {
        let product = product.strip_suffix(" (server core installation)").unwrap_or(product);
        self.names.iter().any(|name| {
            let name = crate::definitions::normal(name);
            product.strip_suffix(name.as_str()).is_some_and(|before| before.is_empty() || before.ends_with(" on "))
        })
    }
}

/// Windows XP and Server 2003.
fn of_the_fifth_generation(host: &Host, pack: &str) -> Option<String> {
    Some(match (host.edition, host.build, host.architecture) {
        (Edition::Client, 2600, Architecture::X86) => format!("Microsoft Windows XP{pack}"),
        (Edition::Client, 3790, Architecture::X64) => format!("Microsoft Windows XP Professional x64 Edition{pack}"),
        (Edition::Server, 3790, Architecture::X86) => format!("Microsoft Windows Server 2003{pack}"),
        (Edition::Server, 3790, Architecture::X64) => format!("Microsoft Windows Server 2003 x64 Edition{pack}"),
        (Edition::Server, 3790, Architecture::Itanium) => {
            format!("Microsoft Windows Server 2003 for Itanium-based Systems{pack}")
        }
        _ => return None,
    })
}

const fn of_client(build: u32) -> Option<&'static str> {
    Some(match build {
        10586 => "Windows 10 Version 1511",
        14393 => "Windows 10 Version 1607",
        15063 => "Windows 10 Version 1703",
        16299 => "Windows 10 Version 1709",
        17134 => "Windows 10 Version 1803",
        17763 => "Windows 10 Version 1809",
        18362 => "Windows 10 Version 1903",
        18363 => "Windows 10 Version 1909",
        19041 => "Windows 10 Version 2004",
        19042 => "Windows 10 Version 20H2",
        19043 => "Windows 10 Version 21H1",
        19044 => "Windows 10 Version 21H2",
        19045 => "Windows 10 Version 22H2",
        22621 => "Windows 11 Version 22H2",
        22631 => "Windows 11 Version 23H2",
        26100 => "Windows 11 Version 24H2",
        26200 => "Windows 11 Version 25H2",
        28000 => "Windows 11 Version 26H1",
        _ => return None,
    })
}

const fn of_server(build: u32) -> Option<&'static str> {
    Some(match build {
        9200 => "Windows Server 2012",
        9600 => "Windows Server 2012 R2",
        14393 => "Windows Server 2016",
        16299 => "Windows Server, version 1709",
        17134 => "Windows Server, version 1803",
        17763 => "Windows Server 2019",
        18362 => "Windows Server, version 1903",
        18363 => "Windows Server, version 1909",
        19041 => "Windows Server, version 2004",
        19042 => "Windows Server, version 20H2",
        20348 => "Windows Server 2022",
        25398 => "Windows Server 2022, 23H2 Edition",
        26100 => "Windows Server 2025",
        _ => return None,
    })
}
