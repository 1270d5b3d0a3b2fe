//! Why the machine should be restarted.

use fettle_model::Component;
use fettle_model::asset::RebootReason;
use fettle_model::version::dpkg::compare;

use super::Machine;

pub(super) fn reasons(machine: &Machine, running: &str, components: &[Component]) -> Vec<RebootReason> {
    let mut reasons = Vec::new();
    if machine.root.join("run/reboot-required").exists() {
        let packages = machine.text("run/reboot-required.pkgs").map(|text| {
            let mut names: Vec<&str> = text.lines().collect();
            names.sort_unstable();
            names.dedup();
            names.join(", ")
        });
        reasons.push(RebootReason { reason: "RebootRequiredFile".to_owned(), detail: packages });
    }
    // A container or a machine with a kernel of its own says nothing about the kernels that are installed.
    if machine.root.join("lib/modules").join(running).exists()
        && let Some(newer) = newest_kernel(components).filter(|newest| compare(newest, running).is_gt())
    {
        let detail = format!("{newer} is installed, {running} is running");
        reasons.push(RebootReason { reason: "KernelNewer".to_owned(), detail: Some(detail) });
    }
    reasons
}

/// Releases of the installed `linux-image-<release>` packages; meta packages have no digit there.
fn newest_kernel(components: &[Component]) -> Option<&str> {
    components
        .iter()
        .filter_map(|component| match component {
            Component::Deb { name, .. } => name.strip_prefix("linux-image-"),
            _ => None,
        })
        .map(|release| release.strip_prefix("unsigned-").unwrap_or(release))
        .filter(|release| release.starts_with(|c: char| c.is_ascii_digit()) && !release.ends_with("-dbg"))
        .max_by(|left, right| compare(left, right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Component {
        let text = || "1".to_owned();
        Component::Deb { name: name.to_owned(), version: text(), arch: text(), source: text(), source_version: text() }
    }

    #[test]
    fn each_reason_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        fs_err::create_dir_all(root.path().join("lib/modules/6.1.0-9-amd64")).expect("a folder");
        fs_err::create_dir_all(root.path().join("run")).expect("a folder");
        fs_err::write(root.path().join("run/reboot-required"), "").expect("a file");
        fs_err::write(root.path().join("run/reboot-required.pkgs"), "libc6\ndbus\nlibc6\n").expect("a file");
        let machine = Machine { root: root.path().to_owned(), is_root: true };
        let installed =
            [package("linux-image-amd64"), package("linux-image-6.1.0-9-amd64"), package("linux-image-6.1.0-44-amd64")];
        insta::assert_debug_snapshot!(reasons(&machine, "6.1.0-9-amd64", &installed));
        assert_eq!(reasons(&machine, "6.1.0-44-amd64", &installed).len(), 1);
        assert_eq!(reasons(&machine, "9.9-foreign", &[]).len(), 1);
    }
}
