//! Small Debian packages made by `dpkg-deb`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err::os::unix::fs::symlink;
use std::os::unix::fs::PermissionsExt as _;

use crate::tool::run;

/// What a package is made of. Everything but name and version has a plain default.
#[derive(Debug, Clone)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// Source package; its version is that of the package.
    pub source: String,
    pub architecture: String,
    pub depends: Option<String>,
    pub conflicts: Option<String>,
    /// Text of `changelog.Debian.gz`; `None`: no changelog.
    pub changelog: Option<String>,
    /// The documentation folder is a link to that of this package.
    pub doc_linked_to: Option<String>,
    /// Body of a `postinst` shell script.
    pub postinst: Option<String>,
    /// `Phased-Update-Percentage` in the index.
    pub phased: Option<u8>,
}

impl Package {
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            source: "fettle-demo".to_owned(),
            architecture: "amd64".to_owned(),
            depends: None,
            conflicts: None,
            changelog: Some(changelog("fettle-demo", version, "Routine upload.")),
            doc_linked_to: None,
            postinst: None,
            phased: None,
        }
    }

    #[must_use]
    pub fn changelog(mut self, text: &str) -> Self {
        self.changelog = Some(text.to_owned());
        self
    }

    #[must_use]
    pub fn depends(mut self, on: &str) -> Self {
        self.depends = Some(on.to_owned());
        self
    }

    #[must_use]
    pub fn conflicts(mut self, with: &str) -> Self {
        self.conflicts = Some(with.to_owned());
        self
    }

    #[must_use]
    pub fn postinst(mut self, body: &str) -> Self {
        self.postinst = Some(body.to_owned());
        self
    }

    #[must_use]
    pub fn phased(mut self, percent: u8) -> Self {
        self.phased = Some(percent);
        self
    }

    #[must_use]
    pub fn doc_linked_to(mut self, package: &str) -> Self {
        self.doc_linked_to = Some(package.to_owned());
        self.changelog = None;
        self
    }

    pub fn file_name(&self) -> String {
        format!("{}_{}_{}.deb", self.name, self.version.replace(':', "%3a"), self.architecture)
    }

    /// The paragraph that dpkg's status file has of it, once it is installed.
    pub fn status_paragraph(&self, status: &str) -> String {
        format!("{}Status: {status}\n\n", self.control())
    }

    fn control(&self) -> String {
        let mut text = format!(
            "Package: {}\nSource: {}\nVersion: {}\nArchitecture: {}\nMaintainer: Test <test@example.test>\nDescription: demo\n",
            self.name, self.source, self.version, self.architecture
        );
        for (field, value) in [("Depends", &self.depends), ("Conflicts", &self.conflicts)] {
            if let Some(value) = value {
                let _ = writeln!(text, "{field}: {value}");
            }
        }
        text
    }

    /// Makes the `.deb` in `folder`.
    pub fn build(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let tree = tempfile::tempdir()?;
        let at = |path: &str| tree.path().join(path);
        fs_err::set_permissions(tree.path(), std::fs::Permissions::from_mode(0o755))?;
        fs_err::create_dir_all(at("DEBIAN"))?;
        fs_err::write(at("DEBIAN/control"), self.control())?;
        if let Some(body) = &self.postinst {
            let path = at("DEBIAN/postinst");
            fs_err::write(&path, format!("#!/bin/sh\nset -e\n{body}\n"))?;
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
        fs_err::create_dir_all(at("usr/share/doc"))?;
        let doc = at(&format!("usr/share/doc/{}", self.name));
        if let Some(other) = &self.doc_linked_to {
            symlink(other, &doc)?;
        }
        if let Some(changelog) = &self.changelog {
            fs_err::create_dir_all(&doc)?;
            let file = fs_err::File::create(doc.join("changelog.Debian.gz"))?;
            let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::best());
            std::io::Write::write_all(&mut packed, changelog.as_bytes())?;
            packed.finish()?;
        }
        let path = folder.join(self.file_name());
        run(Command::new("dpkg-deb").args(["--root-owner-group", "-b"]).arg(tree.path()).arg(&path))?;
        Ok(path)
    }
}

/// A changelog of one entry.
pub fn changelog(source: &str, version: &str, text: &str) -> String {
    format!(
        "{source} ({version}) test-security; urgency=medium\n\n  * {text}\n\n -- Test <test@example.test>  Mon, 02 Nov 2026 13:55:59 +0100\n"
    )
}
