//! Names of sources and packages, so that a list reads like one.

use std::collections::BTreeSet;

/// Names of real sources; further ones are made of syllables.
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

/// Names of so many sources, each another one. The same in every release.
pub(super) fn sources(count: usize) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let names = (0..count).map(|number| {
        let mut name = KNOWN.get(number).map_or_else(|| made(number), |known| (*known).to_owned());
        while !taken.insert(name.clone()) {
            name.push('2');
        }
        name
    });
    names.collect()
}

fn made(number: usize) -> String {
    let body = |at: usize| BODIES[at % BODIES.len()];
    format!("{}{}-{}", HEADS[number % HEADS.len()], body(number / HEADS.len()), body(number * 7 + number / 24))
}
