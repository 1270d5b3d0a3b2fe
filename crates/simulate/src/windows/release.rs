//! The releases of Windows that machines run.

use crate::facts::Purpose;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// Its place among all.
    pub(super) number: u32,
    /// Of all machines with Windows.
    pub(super) weight: usize,
    pub(super) build: u32,
    pub(super) purpose: Purpose,
    /// As it names itself.
    pub(super) name: &'static str,
    /// As tables of updates name it.
    pub(super) product: &'static str,
}

const fn client(number: u32, weight: usize, build: u32, name: &'static str, product: &'static str) -> Release {
    Release { number, weight, build, purpose: Purpose::Workstation, name, product }
}

const fn server(number: u32, weight: usize, build: u32, name: &'static str, product: &'static str) -> Release {
    Release { number, weight, build, purpose: Purpose::Server, name, product }
}

pub(super) static RELEASES: [Release; 5] = [
    client(0, 22, 19_045, "Microsoft Windows 10 Pro", "Windows 10 Version 22H2 for x64-based Systems"),
    client(1, 38, 26_100, "Microsoft Windows 11 Pro", "Windows 11 Version 24H2 for x64-based Systems"),
    server(2, 6, 14_393, "Microsoft Windows Server 2016 Standard", "Windows Server 2016"),
    server(3, 14, 17_763, "Microsoft Windows Server 2019 Standard", "Windows Server 2019"),
    server(4, 20, 20_348, "Microsoft Windows Server 2022 Standard", "Windows Server 2022"),
];

impl Release {
    /// As an `os` component says it: `10.0.19045 Client X64`.
    pub(super) fn words(&self) -> String {
        let edition = if self.purpose == Purpose::Server { "Server" } else { "Client" };
        format!("{} {edition} X64", self.version())
    }

    pub(super) fn version(&self) -> String {
        format!("10.0.{}", self.build)
    }

    /// Key of the product in the catalogue.
    pub(super) fn key(&self) -> String {
        fettle_catalog::rule::product_key("windows", &self.words())
    }
}
