//! `fettle` on the command line, as an operator who has signed in.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{api, programs};

pub(crate) struct Operator {
    /// Where the token is kept.
    home: PathBuf,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) said: String,
}

impl Operator {
    /// `fettle login`, with the password on standard input.
    pub(crate) fn sign_in(url: &str, home: &Path) -> Self {
        let operator = Self { home: home.to_owned() };
        let mut login = operator.command(&["login", url, "--user", api::USERNAME, "--password-stdin"]);
        let mut login = login.stdin(Stdio::piped()).spawn().expect("fettle starts");
        let mut stdin = login.stdin.take().expect("it is piped");
        writeln!(stdin, "{}", api::PASSWORD).expect("it reads the password");
        drop(stdin);
        let ended = Ended::from(login.wait_with_output().expect("fettle ends"));
        assert_eq!(ended.code, 0, "{ended:?}");
        operator
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(programs::fettle());
        command.args(words).env("XDG_CONFIG_HOME", &self.home).env_remove("FETTLE_URL").env_remove("FETTLE_TOKEN");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        Ended::from(self.command(words).output().expect("fettle starts"))
    }

    /// The document of a command that found nothing to report.
    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        self.json_of(words, 0)
    }

    /// The document of a command that ends with this code.
    #[track_caller]
    pub(crate) fn json_of(&self, words: &[&str], code: i32) -> Value {
        let ended = self.run(&[words, &["--json"]].concat());
        assert_eq!(ended.code, code, "{words:?}: {ended:?}");
        serde_json::from_str(&ended.out).expect("one JSON document")
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it was not killed"),
            out: String::from_utf8(output.stdout).expect("text"),
            said: String::from_utf8(output.stderr).expect("text"),
        }
    }
}
