//! Runs the binary in a home of its own.

use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::contract::{Contract, TOKEN};

pub(crate) struct Shell {
    home: tempfile::TempDir,
    pub(crate) contract: Contract,
}

impl Shell {
    pub(crate) async fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a folder"), contract: Contract::start().await }
    }

    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fettle"));
        command.args(arguments).env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Signed in by the environment.
    pub(crate) async fn run(&self, arguments: &[&str]) -> String {
        let mut command = self.command(arguments);
        command.env("FETTLE_URL", &self.contract.url).env("FETTLE_TOKEN", TOKEN);
        self.text(command, "").await
    }

    /// With nothing but what is in the home.
    pub(crate) async fn run_bare(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        self.text(command, input).await
    }

    /// All that can be seen; what differs from run to run is replaced.
    async fn text(&self, mut command: Command, input: &str) -> String {
        let mut child = command.spawn().expect("fettle starts");
        if let Some(mut stdin) = child.stdin.take() {
            // A command that reads nothing may have ended.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = child.wait_with_output().await.expect("fettle ends");
        let code = output.status.code().expect("no signal");
        let stdout = String::from_utf8(output.stdout).expect("text");
        let stderr = String::from_utf8(output.stderr).expect("text");
        format!("exit {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
            .replace(&self.contract.url, "http://SERVER")
            .replace(&self.home.path().display().to_string(), "HOME")
    }
}
