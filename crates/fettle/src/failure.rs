//! How a command ends: exit codes, and errors as one line with a hint.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use fettle_qql::Invalid;
use fettle_simulate::live::LiveError;

use crate::api::RefusedQuery;

/// Whether a command that was carried out has something to report by its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Exit code 0.
    Nothing,
    /// Exit code 1: a job that failed, a dry run that would fail.
    Something,
}

impl From<bool> for Finding {
    /// True: there is something to report.
    fn from(found: bool) -> Self {
        if found { Self::Something } else { Self::Nothing }
    }
}

impl From<Finding> for ExitCode {
    fn from(finding: Finding) -> Self {
        match finding {
            Finding::Nothing => Self::SUCCESS,
            Finding::Something => Self::from(1),
        }
    }
}

/// What a name on the command line may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    Asset,
    Patch,
    Job,
    Tag,
}

impl Noun {
    /// Also the name of the command group.
    pub(crate) const fn plural(self) -> &'static str {
        match self {
            Self::Asset => "assets",
            Self::Patch => "patches",
            Self::Job => "jobs",
            Self::Tag => "tags",
        }
    }
}

impl std::fmt::Display for Noun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Asset => "asset",
            Self::Patch => "patch",
            Self::Job => "job",
            Self::Tag => "tag",
        })
    }
}

/// Why a command was not carried out. Exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("no server is named")]
    NoServer,
    #[error("there is no API token for {url}")]
    NotSignedIn { url: String },
    #[error("{url} is neither https nor a loopback address: name, password and token would be readable on the way")]
    NotEncrypted { url: String },
    #[error("{url} does not answer")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("the answer to {call} cannot be read")]
    Answer { call: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{}", message_with_field(.message, .field.as_deref()))]
    Refused { code: String, message: String, field: Option<String>, request: Option<String> },
    #[error("there is no {object} {wanted:?}")]
    Unknown { object: Noun, wanted: String, alike: Vec<String> },
    #[error("{wanted:?} fits {} {}: {}", .ids.len(), .object.plural(), .ids.join(", "))]
    Ambiguous { object: Noun, wanted: String, ids: Vec<String> },
    #[error("{0}")]
    Argument(String),
    /// Queries that do not hold, each with its errors.
    #[error("the query is not valid")]
    Query(Vec<Invalid>),
    /// The same, said by the server of one query.
    #[error("the query is not valid")]
    RefusedQuery { field: String, errors: Vec<RefusedQuery> },
    #[error("{operation}")]
    File { operation: String, source: std::io::Error },
    #[error("{} cannot be read", .path.display())]
    Document { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{}", .file.display())]
    Catalogue { file: PathBuf, source: fettle_catalog::reading::ReadError },
    #[error("{}", .file.display())]
    Unreadable { file: PathBuf, source: fettle_catalog::host::Unreadable },
    #[error("no password was given")]
    NoPassword,
    #[error("{0}")]
    Declined(&'static str),
    #[error("the HTTP client cannot be made")]
    HttpClient(#[source] reqwest::Error),
    #[error("the server cannot start")]
    Start(#[source] anyhow::Error),
    #[error("the server stopped")]
    Serve(#[source] anyhow::Error),
    #[error("{0}")]
    Agent(String),
    #[error("--live needs the values of an install line")]
    NoInstallLine,
    #[error(transparent)]
    Live(LiveError),
}

fn message_with_field(message: &str, field: Option<&str>) -> String {
    field.map_or_else(|| message.to_owned(), |field| format!("{message} (field `{field}`)"))
}

impl Failure {
    /// The server's code, or ours in the same form.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Live(error) => error.code(),
            Self::NoServer => "NO_SERVER",
            Self::NotSignedIn { .. } => "NOT_SIGNED_IN",
            Self::NotEncrypted { .. } => "NOT_ENCRYPTED",
            Self::Unreachable { .. } => "UNREACHABLE",
            Self::Answer { .. } => "ANSWER_UNREADABLE",
            Self::Refused { code, .. } => code,
            Self::Unknown { .. } => "NOT_FOUND",
            Self::Ambiguous { .. } => "AMBIGUOUS",
            Self::Argument(_) | Self::NoInstallLine => "INVALID_ARGUMENT",
            Self::Query(_) | Self::RefusedQuery { .. } => "QQL_INVALID",
            Self::File { .. } => "FILE",
            Self::Document { .. } => "INVALID_FILE",
            Self::Catalogue { .. } => "IMPORT_REFUSED",
            Self::Unreadable { .. } => "ASSESS_UNREADABLE",
            Self::NoPassword => "NO_PASSWORD",
            Self::Declined(_) => "DECLINED",
            Self::HttpClient(_) => "HTTP_CLIENT",
            Self::Start(_) => "START_FAILED",
            Self::Serve(_) => "SERVE_FAILED",
            Self::Agent(_) => "AGENT_FAILED",
        }
    }

    /// What the operator can do about it.
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoServer => Some("sign in with `fettle login URL`, or give `--url` or FETTLE_URL".to_owned()),
            Self::NotSignedIn { url } => Some(format!("sign in with `fettle login {url}`")),
            Self::NoInstallLine => Some(
                "`fettle keys create --title TITLE` prints one; what stands behind `fettle-agent install` goes here too"
                    .to_owned(),
            ),
            Self::Live(error) => live_hint(error).map(str::to_owned),
            Self::NotEncrypted { .. } => Some("use the server's https address".to_owned()),
            Self::Unreachable { .. } => Some("is the server running, and is the address right?".to_owned()),
            Self::Refused { code, .. } => refusal_hint(code).map(str::to_owned),
            Self::Unknown { alike, .. } if !alike.is_empty() => Some(format!("there is {}", alike.join(", "))),
            Self::Unknown { object, .. } => Some(format!("`fettle {} list` shows what there is", object.plural())),
            Self::Ambiguous { object, .. } => Some(format!("name the {object} by its id")),
            Self::Start(error) if is_address_in_use(error) => Some(
                "another program has this port: choose others with `--listen` and `--agent-listen`, or end it"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// `error: CODE: message`, with the causes on the same line, then `hint: …`.
    pub(crate) fn to_text(&self) -> String {
        if let Self::Query(queries) = self {
            return crate::text::printable(&query_errors(queries));
        }
        if let Self::RefusedQuery { field, errors } = self {
            return crate::text::printable(&refused_query(field, errors));
        }
        let mut text = format!("error: {}: {self}", self.code());
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        if let Self::Refused { request: Some(request), code, .. } = self
            && code == "INTERNAL"
        {
            let _ = write!(text, " (request {request})");
        }
        if let Some(hint) = self.hint() {
            let _ = write!(text, "\nhint: {hint}");
        }
        crate::text::printable(&text)
    }
}

/// Each error with its place in the text.
fn query_errors(queries: &[Invalid]) -> String {
    let mut lines = Vec::new();
    for (query, error) in queries.iter().flat_map(|query| query.errors.iter().map(move |error| (query, error))) {
        query_error(&mut lines, query.field, error.code.name(), &error.message, &error.caret, error.help.as_deref());
    }
    lines.join("\n")
}

fn refused_query(field: &str, errors: &[RefusedQuery]) -> String {
    let mut lines = Vec::new();
    for error in errors {
        query_error(&mut lines, field, &error.code, &error.message, &error.caret, error.help.as_deref());
    }
    lines.join("\n")
}

fn query_error(lines: &mut Vec<String>, field: &str, code: &str, message: &str, caret: &str, help: Option<&str>) {
    let message = message_with_field(message, Some(field).filter(|field| *field != "query"));
    lines.push(format!("error: {code}: {message}"));
    lines.push(caret.to_owned());
    lines.extend(help.map(|help| format!("hint: {help}")));
}

fn live_hint(error: &LiveError) -> Option<&'static str> {
    match error {
        LiveError::NoServer { .. } => Some("is the server running, and is this its address for agents?"),
        LiveError::Untrusted { .. } => Some("take the install line of this server"),
        LiveError::EnrolmentRefused { code, .. } if code == "KEY_FULL" => Some(
            "make a key for more machines with `fettle keys create`; with `--state` the next run goes on from here",
        ),
        LiveError::EnrolmentRefused { code, .. } if code.starts_with("KEY_") => {
            Some("`fettle keys list` shows the keys, `fettle keys create` makes one")
        }
        LiveError::Descriptors { .. } => Some("raise the limit (`ulimit -n`), or take fewer `--assets` or `--changes`"),
        LiveError::Ports { .. } => Some("widen net.ipv4.ip_local_port_range, or take fewer `--assets`"),
        LiveError::OtherState { .. } => Some("give the `--seed` and the server that they are of, or another directory"),
        _ => None,
    }
}

fn refusal_hint(code: &str) -> Option<&'static str> {
    match code {
        "UNAUTHENTICATED" | "SESSION_EXPIRED" => Some("sign in again with `fettle login URL`"),
        "JOB_LOCKED" => Some("`fettle jobs clone JOB` makes a copy that can be changed and run"),
        "INDEX_STARTING" => Some("the server is loading; try again in a moment"),
        "TAG_BIG_CHANGE" => {
            Some("`--confirm NUMBER` says that it is meant; `fettle tags preview` shows who joins and leaves")
        }
        "TAG_CHANGED" => Some("look at it with `fettle tags list`, and try again"),
        "QQL_TIMEOUT" => Some("narrow it by a date, or by a value that is there seldom"),
        "FEED_NOT_STORED" => Some("`--dry-run` reads the file and reports what is in it"),
        "FEED_KIND_UNKNOWN" => Some("`--as FORMAT` names the format"),
        "TOO_MANY_ASSETS" => Some("make several jobs with fewer assets each"),
        _ => None,
    }
}

/// True when the cause of a failed start is a port that is taken.
pub(crate) fn is_address_in_use(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::AddrInUse)
    })
}
