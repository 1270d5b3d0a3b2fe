//! Hosts that the server asks by itself.

use std::collections::BTreeSet;
use std::path::Path;

/// Lower-case host names and addresses, without ports.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedHosts(BTreeSet<String>);

impl AllowedHosts {
    /// Those that the operator named, and those of this machine's own apt sources.
    pub(crate) fn new(named: &[String], sources: &Path) -> Self {
        let mut hosts: BTreeSet<String> = named.iter().map(|host| host.to_lowercase()).collect();
        let mut files = vec![sources.join("sources.list")];
        if let Ok(folder) = fs_err::read_dir(sources.join("sources.list.d")) {
            files.extend(folder.flatten().map(|entry| entry.path()));
        }
        let is_source = |path: &Path| path.extension().is_some_and(|kind| kind == "list" || kind == "sources");
        for file in files.into_iter().filter(|path| is_source(path)) {
            // A machine without apt has no such file, and adds no host.
            let Ok(text) = fs_err::read_to_string(&file) else { continue };
            let words = text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(str::split_whitespace);
            hosts.extend(words.filter_map(host));
        }
        Self(hosts)
    }

    pub(crate) fn allow(&self, uri: &str) -> bool {
        host(uri).is_some_and(|host| self.0.contains(&host))
    }
}

/// The host of an http(s) address.
fn host(uri: &str) -> Option<String> {
    let url = reqwest::Url::parse(uri).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.host_str().map(str::to_lowercase)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_hosts_are_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        fs_err::create_dir(folder.path().join("sources.list.d")).expect("a folder");
        let text = "Types: deb\n# URIs: http://commented.example/debian\nURIs: http://mirror.example/debian\n";
        fs_err::write(folder.path().join("sources.list.d/a.sources"), text).expect("a file");
        fs_err::write(folder.path().join("sources.list"), "deb https://other.example/x stable main\n").expect("a file");
        let hosts = AllowedHosts::new(&["127.0.0.1".to_owned()], folder.path());
        for allowed in ["http://mirror.example/debian/", "https://OTHER.example/y", "http://127.0.0.1:8000/r"] {
            assert!(hosts.allow(allowed), "{allowed}");
        }
        for refused in
            ["http://commented.example/debian", "http://evil.example/", "file:///etc", "http://mirror.example.evil/"]
        {
            assert!(!hosts.allow(refused), "{refused}");
        }
    }
}
