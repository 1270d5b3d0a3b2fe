//! What `apt-get -s` says it would do (`LC_ALL=C`).

use std::collections::BTreeSet;

/// A package that the simulation would put on, take away, or leave as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simulation {
    pub installs: Vec<Install>,
    pub removals: Vec<Removal>,
    /// Names under "kept back".
    pub kept_back: BTreeSet<String>,
    /// Names under "deferred due to phasing".
    pub phased: BTreeSet<String>,
    /// Names under "held packages will be changed" and the like.
    pub held: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    pub name: String,
    /// The version that is there now.
    pub from: Option<String>,
    pub to: String,
    pub arch: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    pub name: String,
    pub version: String,
}

impl Simulation {
    pub fn install(&self, name: &str, arch: &str) -> Option<&Install> {
        self.installs.iter().find(|install| install.name == name && (install.arch == arch || install.arch == "all"))
    }

    /// Packages that would come along though they are not there yet.
    pub fn new_packages(&self) -> impl Iterator<Item = &Install> {
        self.installs.iter().filter(|install| install.from.is_none())
    }
}

/// Reads standard output: `Inst`, `Remv` and `Purg` lines, and the lists of names above them.
pub fn parse(text: &str) -> Simulation {
    let mut simulation = Simulation::default();
    let mut heading = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("Inst ") {
            simulation.installs.extend(install(rest));
        } else if let Some(rest) = line.strip_prefix("Remv ").or_else(|| line.strip_prefix("Purg ")) {
            simulation.removals.extend(removal(rest));
        } else if line.starts_with("  ") {
            let names = line.split_whitespace().map(str::to_owned);
            if heading.contains("kept back") {
                simulation.kept_back.extend(names);
            } else if heading.contains("phasing") {
                simulation.phased.extend(names);
            } else if heading.contains("held packages") {
                simulation.held.extend(names);
            }
        } else {
            heading = line;
        }
    }
    simulation
}

/// `name[:arch] [from] (to origin [arch]) …`, where `[from]` is absent for a new package.
fn install(line: &str) -> Option<Install> {
    let (name, rest) = line.split_once(' ')?;
    let (before, rest) = rest.split_once('(')?;
    let from = before.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']')).map(str::to_owned);
    let (inside, _) = rest.split_once(')')?;
    let (to, origin) = inside.split_once(' ')?;
    let arch = origin.rsplit_once('[')?.1.trim_end_matches(']');
    Some(Install { name: plain(name), from, to: to.to_owned(), arch: arch.to_owned() })
}

fn removal(line: &str) -> Option<Removal> {
    let (name, rest) = line.split_once(' ')?;
    let version = rest.split_once('[')?.1.split_once(']')?.0;
    Some(Removal { name: plain(name), version: version.to_owned() })
}

fn plain(name: &str) -> String {
    name.split(':').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_run() {
        let text = "Reading package lists...
The following upgrades have been deferred due to phasing:
  slow
The following packages have been kept back:
  one two
The following packages will be upgraded:
  libgcrypt20-dev
1 upgraded, 1 newly installed, 1 to remove and 2 not upgraded.
Inst libgcrypt20-dev [1.10.1-3] (1.10.1-3+deb12u1 Debian:12.15/oldstable, Debian-Security:12/s [amd64]) []
Inst fresh (2.0 Debian:12/s [all])
Remv gone [1:2.0]
Conf fresh (2.0 Debian:12/s [all])
";
        insta::assert_debug_snapshot!(parse(text));
    }
}
