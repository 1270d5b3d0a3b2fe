//! The releases that hosts run.

use fettle_model::{PackageKind, Repository};

use super::{Archive, sources};

/// Of Debian and Ubuntu.
pub(crate) fn apt_archives(seed: u64) -> Vec<Archive> {
    let debian = |release, os_name, codename, kernel, suite: &str| Archive {
        package_kind: PackageKind::Deb,
        os_id: "debian",
        release,
        os_name,
        codename,
        kernel,
        main: Repository::from(format!("Debian/Debian/{suite}/main")),
        security: Repository::from(format!("Debian/Debian-Security/{suite}-security/main")),
        sources: sources(seed, codename, PackageKind::Deb),
    };
    let ubuntu = |release, os_name, codename, kernel| Archive {
        package_kind: PackageKind::Deb,
        os_id: "ubuntu",
        release,
        os_name,
        codename,
        kernel,
        main: Repository::from(format!("Ubuntu/Ubuntu/{codename}-updates/main")),
        security: Repository::from(format!("Ubuntu/Ubuntu/{codename}-security/main")),
        sources: sources(seed, codename, PackageKind::Deb),
    };
    vec![
        debian("11", "Debian GNU/Linux 11 (bullseye)", "bullseye", "5.10.0-37-amd64", "oldoldstable"),
        debian("12", "Debian GNU/Linux 12 (bookworm)", "bookworm", "6.1.0-44-amd64", "oldstable"),
        debian("13", "Debian GNU/Linux 13 (trixie)", "trixie", "6.12.57+deb13-amd64", "stable"),
        ubuntu("24.04", "Ubuntu 24.04.3 LTS", "noble", "6.8.0-88-generic"),
        ubuntu("22.04", "Ubuntu 22.04.5 LTS", "jammy", "5.15.0-161-generic"),
    ]
}

/// Of Rocky Linux.
pub(crate) fn rpm_archives(seed: u64) -> Vec<Archive> {
    let rocky = |release, os_name, codename, kernel| Archive {
        package_kind: PackageKind::Rpm,
        os_id: "rocky",
        release,
        os_name,
        codename,
        kernel,
        main: Repository::from("Rocky/Rocky/baseos/main"),
        security: Repository::from("Rocky/Rocky/appstream/main"),
        sources: sources(seed, codename, PackageKind::Rpm),
    };
    vec![
        rocky("8.10", "Rocky Linux 8.10 (Green Obsidian)", "Green Obsidian", "4.18.0-553.82.1.el8_10.x86_64"),
        rocky("9.6", "Rocky Linux 9.6 (Blue Onyx)", "Blue Onyx", "5.14.0-570.58.1.el9_6.x86_64"),
    ]
}
