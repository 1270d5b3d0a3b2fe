//! The archive of one release: sources, their binary packages, and the versions that appear in it one after the other.

use fettle_model::{Repository, Sha256};
use fettle_wire::sha256;

use crate::chance::Chance;

/// Sources of a release.
const SOURCES: usize = 1_400;
/// The first of them, which nearly all hosts have, are those that get updates.
pub(crate) const UPDATED: usize = 150;
/// One in so many sources has its updates in the security suite.
const SECURITY: usize = 3;

/// Names of real sources, so that a list reads like one; further ones are made of syllables.
const KNOWN: [&str; 36] = [
    "openssl",
    "glibc",
    "systemd",
    "linux",
    "bash",
    "coreutils",
    "curl",
    "sudo",
    "openssh",
    "apache2",
    "nginx",
    "postgresql",
    "mariadb",
    "php",
    "python3",
    "perl",
    "git",
    "vim",
    "bind9",
    "postfix",
    "dovecot",
    "samba",
    "cups",
    "gnutls28",
    "krb5",
    "libxml2",
    "sqlite3",
    "expat",
    "zlib",
    "xz-utils",
    "tar",
    "rsync",
    "tzdata",
    "ca-certificates",
    "docker.io",
    "nodejs",
];
const HEADS: [&str; 20] = [
    "lib", "gir", "py", "ruby", "go", "node", "fonts", "x", "gnome", "kde", "xfce", "gst", "perl", "task", "term",
    "net", "dns", "mail", "web", "sys",
];
const BODIES: [&str; 24] = [
    "arc", "bind", "conf", "dav", "edit", "form", "glue", "heap", "icon", "json", "kit", "link", "mime", "nest",
    "open", "pipe", "query", "ring", "sock", "tree", "util", "view", "wrap", "zone",
];

#[derive(Debug)]
pub struct Archive {
    /// `debian`, `ubuntu`.
    pub os_id: &'static str,
    pub release: &'static str,
    /// As people read it.
    pub os_name: &'static str,
    pub codename: &'static str,
    pub kernel: &'static str,
    pub main: Repository,
    pub security: Repository,
    pub sources: Vec<Source>,
}

#[derive(Debug)]
pub struct Source {
    pub name: String,
    upstream: String,
    pub packages: Vec<Package>,
    pub is_security: bool,
}

#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub architecture: &'static str,
    /// Of a version's archive, in bytes.
    pub size: u64,
}

impl Source {
    /// Version after so many updates.
    pub fn version(&self, archive: &Archive, level: u32) -> String {
        match level {
            0 => format!("{}-1", self.upstream),
            level if archive.os_id == "ubuntu" => format!("{}-1ubuntu0.{level}", self.upstream),
            level => format!("{}-1+deb{}u{level}", self.upstream, archive.release),
        }
    }

    /// Content of a package of that version.
    pub fn hash(&self, archive: &Archive, package: &Package, level: u32) -> Sha256 {
        sha256(format!("{} {} {}", archive.codename, package.name, self.version(archive, level)).as_bytes())
    }
}

/// The releases that hosts run.
pub(crate) fn archives(seed: u64) -> Vec<Archive> {
    let repository = |text: &str| Repository::from(text);
    let debian = |release, os_name, codename, kernel, suite: &str| Archive {
        os_id: "debian",
        release,
        os_name,
        codename,
        kernel,
        main: repository(&format!("Debian/Debian/{suite}/main")),
        security: repository(&format!("Debian/Debian-Security/{suite}-security/main")),
        sources: sources(seed, codename),
    };
    vec![
        debian("11", "Debian GNU/Linux 11 (bullseye)", "bullseye", "5.10.0-37-amd64", "oldoldstable"),
        debian("12", "Debian GNU/Linux 12 (bookworm)", "bookworm", "6.1.0-44-amd64", "oldstable"),
        debian("13", "Debian GNU/Linux 13 (trixie)", "trixie", "6.12.57+deb13-amd64", "stable"),
        Archive {
            os_id: "ubuntu",
            release: "24.04",
            os_name: "Ubuntu 24.04.3 LTS",
            codename: "noble",
            kernel: "6.8.0-88-generic",
            main: repository("Ubuntu/Ubuntu/noble-updates/main"),
            security: repository("Ubuntu/Ubuntu/noble-security/main"),
            sources: sources(seed, "noble"),
        },
    ]
}

fn sources(seed: u64, codename: &str) -> Vec<Source> {
    let mut taken = std::collections::BTreeSet::new();
    (0..SOURCES)
        .map(|number| {
            let chance = Chance::new(seed, codename, number as u64);
            let mut name = KNOWN.get(number).map_or_else(
                || {
                    let body = |at: usize| BODIES[at % BODIES.len()];
                    format!(
                        "{}{}-{}",
                        HEADS[number % HEADS.len()],
                        body(number / HEADS.len()),
                        body(number * 7 + number / 24)
                    )
                },
                |known| (*known).to_owned(),
            );
            while !taken.insert(name.clone()) {
                name.push('2');
            }
            source(name, number, &chance)
        })
        .collect()
}

fn source(name: String, number: usize, chance: &Chance) -> Source {
    let others = ["", "-common", "-data", "-dev", "-doc", "-bin"];
    let count = if chance.percent(60) { 1 } else { 2 + chance.below(3) };
    let packages = others.iter().take(count).map(|suffix| Package {
        name: format!("{name}{suffix}"),
        architecture: if matches!(*suffix, "-common" | "-data" | "-doc") { "all" } else { "amd64" },
        size: 10_000 + chance.below(2_000_000) as u64,
    });
    Source {
        upstream: format!("{}.{}.{}", 1 + chance.below(9), chance.below(40), chance.below(20)),
        packages: packages.collect(),
        is_security: number.is_multiple_of(SECURITY),
        name,
    }
}
