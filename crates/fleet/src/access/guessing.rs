//! How easily a new password is guessed.
//!
//! The estimator (zxcvbn) makes tables of its lists of words when it is asked for the first time, 7 MiB that stay for as long
//! as the process. A password is chosen once in months, so a server has it judged by a process of its own program that
//! ends with its answer.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Where new passwords are judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Estimator {
    /// In this process.
    #[default]
    Here,
    /// By a program that [answers](answer) on its standard input and output.
    Process { program: PathBuf, arguments: Vec<String> },
}

/// Not shown with `Debug`: it has a password in it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    pub password: String,
    /// Words that say nothing because they are the user's own.
    pub own_words: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    /// Why the password is easily guessed.
    weakness: Option<String>,
}

/// The estimate could not be made. Says nothing of the password.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError {
    #[error("the program that judges passwords cannot be started or asked")]
    Start(#[source] io::Error),
    #[error("the program that judges passwords did not answer within {} s", LONGEST.as_secs())]
    Late,
    #[error("the program that judges passwords answered what is no answer")]
    Answer,
}

/// It takes a tenth of a second.
const LONGEST: Duration = Duration::from_secs(20);
/// Longest question, in bytes.
const MOST: u64 = 64 * 1024;

impl Estimator {
    /// Why the password is easily guessed; `None`: it is not.
    pub(super) async fn weakness(&self, question: Question) -> Result<Option<String>, EstimateError> {
        match self {
            Self::Here => Ok(weakness(&question)),
            Self::Process { program, arguments } => {
                let mut command = Command::new(program);
                let asked = ask(command.args(arguments), &question);
                tokio::time::timeout(LONGEST, asked).await.map_err(|_| EstimateError::Late)?
            }
        }
    }
}

async fn ask(command: &mut Command, question: &Question) -> Result<Option<String>, EstimateError> {
    let question = serde_json::to_vec(question).expect("texts are always JSON");
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = piped.spawn().map_err(EstimateError::Start)?;
    let mut input = child.stdin.take().expect("it was asked for");
    input.write_all(&question).await.map_err(EstimateError::Start)?;
    drop(input);
    let output = child.wait_with_output().await.map_err(EstimateError::Start)?;
    let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|_| EstimateError::Answer)?;
    Ok(answer.weakness)
}

/// The program's side: reads a question, writes what there is to say, as JSON.
pub fn answer(input: impl Read, mut output: impl Write) -> io::Result<()> {
    let question = serde_json::from_reader(input.take(MOST))?;
    serde_json::to_writer(&mut output, &Answer { weakness: weakness(&question) })?;
    writeln!(output)
}

fn weakness(question: &Question) -> Option<String> {
    let own_words: Vec<_> = question.own_words.iter().map(String::as_str).collect();
    let estimate = zxcvbn::zxcvbn(&question.password, &own_words);
    (estimate.score() < zxcvbn::Score::Three).then(|| {
        let advice = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
        advice.map_or_else(|| "use a few unrelated words".to_owned(), |warning| warning.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(password: &str) -> Question {
        Question { password: password.to_owned(), own_words: vec!["ada".to_owned()] }
    }

    fn shell(script: &str) -> Estimator {
        Estimator::Process { program: "/bin/sh".into(), arguments: vec!["-c".to_owned(), script.to_owned()] }
    }

    #[test]
    fn a_question_is_answered_on_the_pipes() {
        for (password, weak) in [("password1234", true), ("correct horse battery staple", false)] {
            let (asked, mut answered) = (serde_json::to_vec(&question(password)).expect("JSON"), Vec::new());
            answer(&*asked, &mut answered).expect("an answer");
            let answer: Answer = serde_json::from_slice(&answered).expect("JSON");
            assert_eq!(answer.weakness.is_some(), weak, "{password}");
        }
        assert!(answer(&b"{"[..], Vec::new()).is_err());
    }

    #[tokio::test]
    async fn another_process_is_believed_and_its_failures_are_not_taken_for_strength() {
        let says = shell(r#"read -r question; printf '{"weakness":"%s"}' "${#question}""#);
        assert!(says.weakness(question("x")).await.expect("an answer").is_some_and(|said| said.parse::<u32>().is_ok()));
        let silent = shell("cat > /dev/null").weakness(question("x")).await;
        assert!(matches!(silent, Err(EstimateError::Answer)), "{silent:?}");
        let absent = Estimator::Process { program: "/nowhere/fettle".into(), arguments: Vec::new() };
        assert!(matches!(absent.weakness(question("x")).await, Err(EstimateError::Start(_))));
    }
}
