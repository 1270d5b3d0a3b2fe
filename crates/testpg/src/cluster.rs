//! One PostgreSQL server in a temporary directory.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::user::{self, User};

const INSTALLED: &str = "/usr/lib/postgresql";
const START_LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("could not make its directory: {0}")]
    Directory(std::io::Error),
    #[error("could not run {program}: {source}")]
    Run { program: PathBuf, source: std::io::Error },
    #[error("{program} failed: {output}")]
    Failed { program: PathBuf, output: String },
    #[error("it was not ready within {} s: {log}", START_LIMIT.as_secs())]
    NotReady { log: String },
    #[error("the thread that keeps it is gone")]
    KeeperGone,
}

/// Where the binaries are.
#[derive(Debug, Clone)]
pub(crate) struct Programs(PathBuf);

impl Programs {
    /// The newest version that is installed.
    pub(crate) fn find() -> Option<Self> {
        let versions = fs_err::read_dir(INSTALLED).ok()?;
        let mut found: Vec<(u32, PathBuf)> = versions
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let version = entry.file_name().to_str()?.parse().ok()?;
                let bin = entry.path().join("bin");
                bin.join("initdb").exists().then_some((version, bin))
            })
            .collect();
        found.sort();
        found.pop().map(|(_, bin)| Self(bin))
    }

    fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

#[derive(Debug)]
pub(crate) struct Cluster {
    programs: Programs,
    server: Option<Child>,
    directory: TempDir,
}

impl Cluster {
    pub(crate) fn start(programs: &Programs) -> Result<Self, Problem> {
        let directory = tempfile::Builder::new().prefix("fettle-testpg-").tempdir().map_err(Problem::Directory)?;
        let user = user::to_drop_to();
        if let Some(User { uid, gid }) = user {
            std::os::unix::fs::chown(directory.path(), Some(uid), Some(gid)).map_err(Problem::Directory)?;
        }
        let data = directory.path().join("data");
        let mut initdb = as_user(user, &programs.path("initdb"));
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        finish(initdb.arg(&data))?;
        let server = keep(server(programs, user, directory.path(), &data)?)?;
        let cluster = Self { programs: programs.clone(), server: Some(server), directory };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    #[cfg(test)]
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.directory.path().display())
    }

    pub(crate) fn create_database(&self, name: &str) -> Result<(), Problem> {
        let mut createdb = Command::new(self.programs.path("createdb"));
        finish(createdb.arg("-h").arg(self.directory.path()).args(["-U", "postgres", name]))
    }

    fn wait_until_ready(&self) -> Result<(), Problem> {
        let begun = Instant::now();
        loop {
            let mut is_ready = Command::new(self.programs.path("pg_isready"));
            is_ready.arg("-q").arg("-h").arg(self.directory.path());
            if finish(&mut is_ready).is_ok() {
                return Ok(());
            }
            if begun.elapsed() > START_LIMIT {
                let log = fs_err::read_to_string(self.directory.path().join("log")).unwrap_or_default();
                return Err(Problem::NotReady { log });
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Cluster {
    /// SIGQUIT: at once, without saving anything.
    fn drop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let pid = i32::try_from(server.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::QUIT);
        }
        let _ = server.wait();
    }
}

fn server(programs: &Programs, user: Option<User>, directory: &Path, data: &Path) -> Result<Command, Problem> {
    let log = fs_err::File::create(directory.join("log")).map_err(Problem::Directory)?.into_parts().0;
    let errors = log.try_clone().map_err(Problem::Directory)?;
    let mut command = as_user(user, &programs.path("postgres"));
    command.arg("-D").arg(data).arg("-k").arg(directory);
    for setting in
        ["listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB"]
    {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    Ok(command)
}

/// Starts the server from a thread that never ends: `setpriv` has it killed when the thread that started it ends, so
/// that a test process that is killed leaves no server behind.
fn keep(mut command: Command) -> Result<Child, Problem> {
    let (started, answer) = mpsc::channel();
    std::thread::spawn(move || {
        let child =
            command.spawn().map_err(|source| Problem::Run { program: PathBuf::from(command.get_program()), source });
        let _ = started.send(child);
        loop {
            std::thread::park();
        }
    });
    answer.recv().map_err(|_| Problem::KeeperGone)?
}

/// `program`, run as `user`, and quitting when its parent thread ends.
fn as_user(user: Option<User>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if let Some(User { uid, gid }) = user {
        command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
    }
    command.arg("--").arg(program);
    command.current_dir("/");
    command
}

fn finish(command: &mut Command) -> Result<(), Problem> {
    let program = PathBuf::from(command.get_program());
    let output = match command.output() {
        Ok(output) => output,
        Err(source) => return Err(Problem::Run { program, source }),
    };
    if output.status.success() {
        return Ok(());
    }
    Err(Problem::Failed { program, output: String::from_utf8_lossy(&output.stderr).into_owned() })
}
