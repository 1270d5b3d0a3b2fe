//! What `apt-cache policy` says: per package the candidate and the table of versions with their sources.

/// One package of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// `name`, or `name:arch` for a foreign architecture, as apt prints it.
    pub package: String,
    pub installed: Option<String>,
    pub candidate: Option<String>,
    /// Highest first.
    pub versions: Vec<Version>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Version {
    pub version: String,
    /// Descriptions of the index files that list it, such as `http://… bookworm/main amd64 Packages`, with their
    /// priority; dpkg's own status file is left out.
    pub sources: Vec<(i32, String)>,
    /// Share of machines that may have it yet, where the vendor rolls out by stages.
    pub phased_percent: Option<u8>,
}

impl Policy {
    pub fn version(&self, version: &str) -> Option<&Version> {
        self.versions.iter().find(|entry| entry.version == version)
    }

    /// Versions that an archive lists.
    pub fn archived(&self) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(|version| !version.sources.is_empty())
    }
}

/// Reads the answer; lines that do not fit are passed over.
pub fn parse(text: &str) -> Vec<Policy> {
    let mut all: Vec<Policy> = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') {
            if let Some(package) = line.strip_suffix(':') {
                all.push(Policy { package: package.to_owned(), ..Policy::default() });
            }
            continue;
        }
        let Some(policy) = all.last_mut() else { continue };
        let trimmed = line.trim_start();
        if let Some(version) = trimmed.strip_prefix("Installed: ") {
            policy.installed = known(version);
        } else if let Some(version) = trimmed.strip_prefix("Candidate: ") {
            policy.candidate = known(version);
        } else if trimmed.starts_with("Version table:") {
        } else if line.starts_with("        ") {
            push_source(policy, trimmed);
        } else if line.starts_with(" *** ") || line.starts_with("     ") {
            push_version(policy, trimmed.trim_start_matches("*** "));
        }
    }
    all
}

fn known(version: &str) -> Option<String> {
    (version != "(none)").then(|| version.to_owned())
}

fn push_version(policy: &mut Policy, line: &str) {
    let mut words = line.split_whitespace();
    let Some(version) = words.next() else { return };
    // `1.0-1 500 (phased 10%)`
    let phased = line.split_once("(phased ").and_then(|(_, rest)| rest.split('%').next()?.parse().ok());
    policy.versions.push(Version { version: version.to_owned(), sources: Vec::new(), phased_percent: phased });
}

fn push_source(policy: &mut Policy, line: &str) {
    let Some((priority, source)) = line.split_once(' ') else { return };
    let (Ok(priority), Some(version)) = (priority.parse(), policy.versions.last_mut()) else { return };
    if !source.ends_with("/dpkg/status") {
        version.sources.push((priority, source.trim().to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "libssl3:
  Installed: 3.0.19-1
  Candidate: 3.0.22-1
  Version table:
     3.0.22-1 500
        500 http://a.test/security s-security/main amd64 Packages
     3.0.20-1 500 (phased 10%)
        500 http://a.test/debian s/main amd64 Packages
 *** 3.0.19-1 100
        100 /var/lib/dpkg/status
     3.0.17-1 -1
         -1 http://a.test/debian s-updates/main amd64 Packages
gone:
  Installed: 1
  Candidate: (none)
  Version table:
 *** 1 100
        100 /var/lib/dpkg/status
";

    #[test]
    fn candidates_tables_and_phases() {
        let all = parse(ANSWER);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].candidate.as_deref(), Some("3.0.22-1"));
        assert_eq!(all[0].versions.len(), 4);
        assert_eq!(all[0].versions[1].phased_percent, Some(10));
        assert!(all[0].versions[2].sources.is_empty());
        assert_eq!(all[0].archived().count(), 3);
        assert_eq!(all[0].versions[3].sources[0].0, -1);
        assert_eq!(all[1].candidate, None);
    }
}
