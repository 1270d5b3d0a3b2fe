//! dpkg's locks and who holds them (dpkg(1), "Files"): record locks, so that the kernel itself names the holder.

use std::io;
use std::path::Path;

use rustix::process::{Flock, FlockType, Pid, fcntl_getlk};

/// apt takes the first for all that it does, dpkg the second while it writes.
const LOCKS: [&str; 2] = ["var/lib/dpkg/lock-frontend", "var/lib/dpkg/lock"];

/// A process that holds one of the locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// `None` when it lives in another process namespace.
    pub pid: Option<Pid>,
}

impl Holder {
    /// True for a process of the session that `leader` leads: what a worker started.
    pub fn is_of_session(self, leader: Option<Pid>) -> bool {
        self.pid.zip(leader).is_some_and(|(pid, leader)| session_of(pid) == Some(leader))
    }
}

/// Who holds a lock of the machine whose files begin at `root`.
pub fn holder(root: &Path) -> io::Result<Option<Holder>> {
    for path in LOCKS {
        let file = match fs_err::File::open(root.join(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if let Some(lock) = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock))? {
            return Ok(Some(Holder { pid: lock.pid }));
        }
    }
    Ok(None)
}

/// The leader of a process's session: field 6 of `/proc/PID/stat` (proc(5)). `None` when the process has ended, or when the
/// leader lives in another process namespace, as in a container: there the kernel says 0, which `rustix::process::getsid`
/// (1.1) takes for a process id and panics.
fn session_of(pid: Pid) -> Option<Pid> {
    session_in(&fs_err::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?)
}

fn session_in(stat: &str) -> Option<Pid> {
    // The second field, the program's name, may hold spaces and brackets of its own; it ends with the last bracket.
    let (_, behind_the_name) = stat.rsplit_once(')')?;
    let session = behind_the_name.split_ascii_whitespace().nth(3)?;
    Pid::from_raw(session.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn the_kernel_names_the_holder() {
        let root = tempfile::tempdir().expect("a folder");
        assert_eq!(holder(root.path()).expect("no file"), None);
        let path = root.path().join(LOCKS[0]);
        fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs_err::write(&path, "").expect("a file");
        assert_eq!(holder(root.path()).expect("a file"), None);
        // A process's own locks are none to itself: another one has to hold it.
        let text = "import fcntl,os,sys\nos.setsid()\nf=open(sys.argv[1],'w')\nfcntl.lockf(f,fcntl.LOCK_EX)\nprint('held',flush=True)\nsys.stdin.read()";
        let mut child = match Command::new("python3")
            .args(["-c", text])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
        {
            Ok(child) => child,
            Err(error) => {
                println!("skipped: python3 is needed to hold a lock ({error})");
                return;
            }
        };
        let mut line = String::new();
        let out = child.stdout.take().expect("a pipe");
        io::BufRead::read_line(&mut io::BufReader::new(out), &mut line).expect("a line");
        let found = holder(root.path()).expect("a file").expect("it is held");
        assert_eq!(found.pid.map(Pid::as_raw_nonzero).map(|pid| pid.get().cast_unsigned()), Some(child.id()));
        // It leads a session of its own, so that this holds wherever the test's own leader may live.
        assert!(found.is_of_session(found.pid));
        assert!(!found.is_of_session(Some(rustix::process::getpid())) && !found.is_of_session(None));
        drop(child.stdin.take());
        child.wait().expect("it ends");
        assert_eq!(holder(root.path()).expect("a file"), None);
    }

    #[test]
    fn a_session_stands_behind_the_name_and_0_is_none() {
        let session = |stat| session_in(stat).map(|pid| pid.as_raw_nonzero().get());
        assert_eq!(session("7 (apt) S 1 7 42 0 -1"), Some(42));
        assert_eq!(session("7 (a) S 1 2 3) S 1 7 42 0 -1"), Some(42));
        assert_eq!(session("7 (apt) S 1 7 0 0 -1"), None);
        assert_eq!(session("7 (apt) S 1"), None);
    }
}
