//! Debian hosts in namespaces (`test-hosts.md` 2): this machine's files below an overlay in memory, with process,
//! mount, name and IPC namespaces of their own. Needs root. The network is shared, so servers on loopback are reached.

mod abandoned;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::tied;
use crate::tool::run;

/// Mounts what a machine has, and then stays as its first process. `$H` is the host's folder, `$NAME` its name.
const INIT: &str = r#"
set -e
mount -t proc proc "$H/root/proc"
mount --bind "$H/boot_id" "$H/root/proc/sys/kernel/random/boot_id"
mount -t tmpfs tmpfs "$H/root/run"
mount --rbind /dev "$H/root/dev"
mount -t tmpfs tmpfs "$H/root/sys"
mkdir -p "$H/root/sys/class/dmi/id"
cp "$H/hw_uuid" "$H/root/sys/class/dmi/id/product_uuid"
mount -t tmpfs tmpfs "$H/root/tmp"
chmod 1777 "$H/root/tmp"
hostname "$NAME"
: > "$H/up.ready"
exec chroot "$H/root" /bin/sleep infinity
"#;

const START_LIMIT: Duration = Duration::from_mins(1);

/// Why hosts cannot be made here, for a test to say; `None`: they can.
pub fn impossible() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("skipped: test hosts need root".to_owned());
    }
    crate::lacking(&["setpriv", "unshare", "nsenter", "mount", "umount", "chroot", "hostname"])
}

/// A host that is off or on. Dropping it ends everything in it and takes its files away.
#[derive(Debug)]
pub struct Host {
    folder: TempDir,
    name: String,
    on: Option<Child>,
}

impl Host {
    /// A host that is off: files of this machine, without its package sources and agents.
    pub fn new(name: &str) -> anyhow::Result<Self> {
        Self::above(Path::new("/"), name)
    }

    /// A host that is off, with the files of the system in the folder `base`, which stay as they are.
    pub fn above(base: &Path, name: &str) -> anyhow::Result<Self> {
        abandoned::sweep()?;
        let folder = tempfile::Builder::new().prefix(abandoned::PREFIX).tempdir()?;
        let host = Self { folder, name: name.to_owned(), on: None };
        run(Command::new("mount").args(["-t", "tmpfs", "-o", "mode=755", "tmpfs"]).arg(host.path("")))?;
        abandoned::mark(&host.path(""))?;
        for part in ["upper", "work", "root"] {
            fs_err::create_dir_all(host.path(part))?;
        }
        let (upper, work) = (host.path("upper"), host.path("work"));
        let (base, upper, work) = (base.display(), upper.display(), work.display());
        let options = format!("lowerdir={base},upperdir={upper},workdir={work}");
        run(Command::new("mount").args(["-t", "overlay", "overlay", "-o", &options]).arg(host.root()))?;
        let uuid = fs_err::read_to_string("/proc/sys/kernel/random/uuid")?;
        fs_err::write(host.path("hw_uuid"), uuid)?;
        host.clear_sources()?;
        fs_err::write(host.root().join("usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n")?;
        run(Command::new("chmod").arg("755").arg(host.root().join("usr/sbin/policy-rc.d")))?;
        Ok(host)
    }

    fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    /// Root of the host's files, as seen from outside.
    pub fn root(&self) -> PathBuf {
        self.path("root")
    }

    fn clear_sources(&self) -> anyhow::Result<()> {
        let apt = self.root().join("etc/apt");
        for folder in ["sources.list.d", "preferences.d", "apt.conf.d"] {
            let folder = apt.join(folder);
            if folder.exists() {
                fs_err::remove_dir_all(&folder)?;
            }
            fs_err::create_dir_all(folder)?;
        }
        let single = apt.join("sources.list");
        if single.exists() {
            fs_err::remove_file(single)?;
        }
        let log = self.root().join("var/log/apt/history.log");
        if log.exists() {
            fs_err::write(log, "")?;
        }
        Ok(())
    }

    /// Adds a source entry with its key, which is copied to the host.
    pub fn add_source(&self, name: &str, entry: &str, key: &Path) -> anyhow::Result<()> {
        let inside = format!("/usr/share/keyrings/{name}.gpg");
        fs_err::copy(key, self.root().join(&inside[1..]))?;
        let entry = entry.replace(&key.display().to_string(), &inside);
        fs_err::write(self.root().join(format!("etc/apt/sources.list.d/{name}.sources")), entry)?;
        Ok(())
    }

    pub fn copy_in(&self, from: &Path, to: &str) -> anyhow::Result<()> {
        fs_err::copy(from, self.root().join(to.trim_start_matches('/')))?;
        Ok(())
    }

    /// Runs a program among the host's files, whether it is on or off; output on success.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        run(Command::new("chroot")
            .arg(self.root())
            .args(arguments)
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive"))
    }

    /// Switches it on, with a new boot id and an empty `/run`.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let boot_id = fs_err::read_to_string("/proc/sys/kernel/random/uuid")?;
        fs_err::write(self.path("boot_id"), boot_id)?;
        let ready = self.path("up.ready");
        if ready.exists() {
            fs_err::remove_file(&ready)?;
        }
        let mut child = tied("unshare")
            .args(["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "sh", "-c", INIT])
            .env("H", self.folder.path())
            .env("NAME", &self.name)
            .stdin(Stdio::null())
            .spawn()
            .context("starting the host")?;
        let started = Instant::now();
        while !ready.exists() {
            if let Some(status) = child.try_wait()? {
                bail!("the host ended with {status}");
            }
            if started.elapsed() > START_LIMIT {
                bail!("the host did not start");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.on = Some(child);
        Ok(())
    }

    /// Ends every process of the host at once, as if its power was cut.
    pub fn power_cut(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.on.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Starts a program in the host, which must be on.
    pub fn spawn(&self, arguments: &[&str], output: Stdio) -> anyhow::Result<Inside> {
        let mut command = self.inside(arguments)?;
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(output).spawn();
        Ok(Inside(child.context("starting a program in the host")?))
    }

    /// Runs a program in the host, which must be on, to its end; output on success.
    pub fn run_inside(&self, arguments: &[&str]) -> anyhow::Result<String> {
        run(self.inside(arguments)?.env("LC_ALL", "C").env("DEBIAN_FRONTEND", "noninteractive"))
    }

    fn inside(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let first = self.first_process()?;
        let mut command = Command::new("nsenter");
        command
            .args(["--mount", "--uts", "--ipc", "--pid", "--target", &first.to_string(), "chroot"])
            .arg(self.root())
            .args(arguments)
            .env("HOME", "/root");
        Ok(command)
    }

    fn first_process(&self) -> anyhow::Result<u32> {
        let unshare = self.on.as_ref().context("the host is on")?.id();
        child_of(unshare).context("the host has a first process")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // A host that is gone already is as good.
        drop(self.power_cut());
        // Children of the namespace may still be on their way out; a lazy unmount does not wait for them.
        for path in [self.root(), self.folder.path().to_owned()] {
            let _ = Command::new("umount").arg("--lazy").arg(path).status();
        }
    }
}

fn child_of(parent: u32) -> Option<u32> {
    let children = fs_err::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// A program in a host. `nsenter` stands between it and this process.
#[derive(Debug)]
pub struct Inside(Child);

impl Inside {
    /// Kills the program itself, and nothing that it started.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(pid) = child_of(self.0.id()) {
            let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).context("a process id")?;
            match rustix::process::kill_process(pid, rustix::process::Signal::KILL) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.0.wait()?;
        Ok(())
    }

    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
