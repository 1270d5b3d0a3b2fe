//! Processes that still run code of files that were replaced: mapped as code, and marked `(deleted)` in
//! `/proc/<pid>/maps`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};

use fettle_model::asset::StaleProcess;

use super::Machine;

/// Processes that are named, at most; a fleet of workers says no more than its first ones.
const LIMIT: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Processes {
    pub(super) stale: Vec<StaleProcess>,
    /// Set when some processes could not be read.
    pub(super) hidden: Option<String>,
}

pub(super) fn stale(machine: &Machine) -> Processes {
    let mut found: Vec<(u32, String, String)> = Vec::new();
    let mut hidden = 0usize;
    let entries = match fs_err::read_dir(machine.root.join("proc")) {
        Ok(entries) => entries,
        Err(error) => return Processes { stale: Vec::new(), hidden: Some(error.to_string()) },
    };
    for pid in entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok()) {
        match deleted_code(machine, pid) {
            Ok(files) => {
                let name = machine.text(&format!("proc/{pid}/comm")).unwrap_or_default();
                found.extend(files.into_iter().map(|file| (pid, name.clone(), file)));
            }
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => hidden += 1,
            // The process ended meanwhile.
            Err(_) => {}
        }
    }
    let owners = owners(machine, &found.iter().map(|(_, _, file)| file.clone()).collect());
    let stale = found
        .into_iter()
        // A file that belongs to no package is a program's own affair: unpacked code, a build, a memory file.
        .filter_map(|(pid, name, file)| {
            let package = owners.get(&file)?.clone();
            Some(StaleProcess { pid, name, package: Some(package), file })
        })
        .take(LIMIT)
        .collect();
    // Where even root may not look, another view of the machine is no answer either.
    let hidden = (hidden > 0 && !machine.is_root)
        .then(|| format!("{hidden} processes of other users can only be looked at as root"));
    Processes { stale, hidden }
}

fn deleted_code(machine: &Machine, pid: u32) -> std::io::Result<BTreeSet<String>> {
    let file = fs_err::File::open(machine.root.join(format!("proc/{pid}/maps")))?;
    let mut files = BTreeSet::new();
    for line in BufReader::new(file).lines() {
        files.extend(deleted_file(&line?));
    }
    Ok(files)
}

/// `7f…-7f… r-xp 00000000 08:01 123  /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)`
fn deleted_file(line: &str) -> Option<String> {
    let line = line.strip_suffix(" (deleted)")?;
    let executable = line.split_whitespace().nth(1)?.contains('x');
    let path = &line[line.find('/')?..];
    let ours = ["/usr/", "/lib", "/bin/", "/sbin/", "/opt/"].iter().any(|start| path.starts_with(start));
    (executable && ours).then(|| path.to_owned())
}

/// Packages by file, from dpkg's own lists. dpkg may know a file of `/usr/lib` as one of `/lib`.
fn owners(machine: &Machine, files: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    if files.is_empty() {
        return owners;
    }
    let Ok(lists) = fs_err::read_dir(machine.root.join("var/lib/dpkg/info")) else { return owners };
    for path in lists.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.extension().is_none_or(|extension| extension != "list") {
            continue;
        }
        let (Some(package), Ok(file)) = (path.file_stem().and_then(|stem| stem.to_str()), fs_err::File::open(&path))
        else {
            continue;
        };
        let package = package.split(':').next().unwrap_or(package);
        for line in BufReader::new(file).lines().map_while(Result::ok) {
            let merged = format!("/usr{line}");
            for known in [line, merged] {
                if files.contains(&known) {
                    owners.insert(known, package.to_owned());
                }
            }
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_installed_files_counts() {
        let line = "7f1-7f2 r-xp 00000000 08:01 123    /usr/lib/libssl.so.3 (deleted)";
        assert_eq!(deleted_file(line).as_deref(), Some("/usr/lib/libssl.so.3"));
        assert_eq!(deleted_file("7f1-7f2 r--p 00000000 08:01 123    /usr/lib/libssl.so.3 (deleted)"), None);
        assert_eq!(deleted_file("7f1-7f2 r-xp 00000000 08:01 123    /usr/lib/libssl.so.3"), None);
        assert_eq!(deleted_file("7f1-7f2 rwxp 00000000 00:01 123    /memfd:jit (deleted)"), None);
    }

    #[test]
    fn owners_come_from_the_file_lists() {
        let root = tempfile::tempdir().expect("a folder");
        let info = root.path().join("var/lib/dpkg/info");
        fs_err::create_dir_all(&info).expect("a folder");
        fs_err::write(info.join("libssl3:amd64.list"), "/.\n/lib/libssl.so.3\n").expect("a file");
        let machine = Machine { root: root.path().to_owned(), is_root: true };
        let owners =
            owners(&machine, &BTreeSet::from(["/usr/lib/libssl.so.3".to_owned(), "/usr/lib/own.so".to_owned()]));
        assert_eq!(owners, BTreeMap::from([("/usr/lib/libssl.so.3".to_owned(), "libssl3".to_owned())]));
    }
}
