//! `fettle server` as a process that can be killed and started again on the same data and ports.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::programs;

/// Between choosing free ports and taking them another process may come: so often other ones are tried.
const ATTEMPTS: usize = 5;
/// How its lines on standard output begin; it listens when they are printed.
const CONSOLE: &str = "Console: ";
const SETUP: &str = "Make the first administrator, once: ";

pub(crate) struct ServerProcess {
    child: Child,
    folder: PathBuf,
    options: Vec<String>,
    ports: [u16; 2],
    /// As it was printed at the first start.
    pub(crate) setup_link: String,
}

impl ServerProcess {
    /// On SQLite below `folder`.
    pub(crate) fn start(folder: &Path, options: &[&str]) -> Self {
        let options: Vec<String> = options.iter().map(|&word| word.to_owned()).collect();
        for _ in 0..ATTEMPTS {
            let ports = free_ports();
            let mut child = spawn(folder, &options, ports);
            let mut lines = lines(&mut child);
            if read_value(&mut lines, CONSOLE).is_some() {
                let setup_link = read_value(&mut lines, SETUP).expect("the first start prints the one-time link");
                return Self { child, folder: folder.to_owned(), options, ports, setup_link };
            }
            child.wait().expect("it ended");
        }
        let log = fs_err::read_to_string(log_file(folder)).unwrap_or_default();
        panic!("the server does not start:\n{log}");
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }

    /// The log so far, of all its starts.
    pub(crate) fn log(&self) -> String {
        fs_err::read_to_string(log_file(&self.folder)).expect("a log")
    }

    /// Further options, from the next start on.
    pub(crate) fn add_options(&mut self, options: &[&str]) {
        self.options.extend(options.iter().map(|&word| word.to_owned()));
    }

    /// On the same data and ports, after [`ServerProcess::kill`].
    pub(crate) fn start_again(&mut self) {
        self.child = spawn(&self.folder, &self.options, self.ports);
        let mut lines = lines(&mut self.child);
        assert!(read_value(&mut lines, CONSOLE).is_some(), "the server does not start again");
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

fn free_ports() -> [u16; 2] {
    let listeners = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}

fn spawn(folder: &Path, options: &[String], [console, agents]: [u16; 2]) -> Child {
    let mut log = fs_err::OpenOptions::new();
    let log = log.create(true).append(true).open(log_file(folder)).expect("a log file");
    fettle_testhost::tied(programs::fettle())
        .args(["server", "--offline", "--name", "127.0.0.1", "--data"])
        .arg(folder.join("data"))
        .arg(format!("--listen=127.0.0.1:{console}"))
        .arg(format!("--agent-listen=127.0.0.1:{agents}"))
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log.into_file())
        .spawn()
        .expect("the server's program starts")
}

/// What follows `beginning` in the next line of standard output. `None`: it ended.
fn read_value(lines: &mut impl Iterator<Item = std::io::Result<String>>, beginning: &str) -> Option<String> {
    let line = lines.next()?.expect("text");
    let value = line.strip_prefix(beginning).unwrap_or_else(|| panic!("{line:?} does not begin with {beginning:?}"));
    Some(value.to_owned())
}

fn lines(child: &mut Child) -> impl Iterator<Item = std::io::Result<String>> + use<> {
    BufReader::new(child.stdout.take().expect("it is piped")).lines()
}
