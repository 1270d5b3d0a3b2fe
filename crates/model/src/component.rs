//! Components: each distinct thing that an asset has, or may get. Their array form is what travels and what is hashed
//! (`agent.md` 3.4).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::article::Article;
use crate::obstacle::Obstacle;
use crate::text;

/// One distinct thing that an asset has or may get. Where an installed package came from is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// An installed Debian package; states installed, half-configured and triggers-* only.
    Deb { name: String, version: String, arch: String, source: String, source_version: String },
    /// An installed rpm package; `version` is `epoch:version-release`, `stream` the module stream (`nodejs:18`) or empty,
    /// `source` the file name of its source package.
    Rpm { name: String, version: String, arch: String, vendor: String, stream: String, source: String },
    /// A program that Windows Installer knows, or one of its Uninstall key; `scope` is of the machine or of a user.
    Msi {
        product_code: String,
        upgrade_code: String,
        name: String,
        publisher: String,
        version: String,
        scope: String,
        arch: String,
    },
    /// An update of Microsoft that Windows Update, the servicing store or the Hotfix key lists.
    Kb { article: Article },
    /// The release of the operating system, such as `debian` `12`; of Windows with everything that its updates differ by:
    /// `windows` `10.0.19045 Client X64`, `windows` `5.1.2600 Client X86 SP3`.
    Os { id: String, release: String },
    /// What runs: the booted kernel, or a package whose replaced files are still in use.
    Running(Running),
    /// A repository that the machine has configured.
    Repo { manager: String, repository: Repository, enabled: bool, trust: RepositoryTrust },
    /// What the package manager offers for an installed package.
    Offer(Offer),
    /// A kind that this version does not read; kept as it came, and judged by no rule.
    Other { kind: String, fields: Vec<Field> },
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Running {
    Kernel { version: String },
    DeletedFile { package: String },
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offer {
    /// `apt` offers are of manager `deb` on the wire.
    pub manager: String,
    pub name: String,
    /// The version that the machine's own policy would choose.
    pub candidate: String,
    pub arch: String,
    pub repository: Repository,
    pub obstacle: Option<Obstacle>,
    /// The installed version can still be had from a configured repository.
    pub back: bool,
}

/// `origin/label/suite/component`, as the repository's own Release file says. A slash inside a part is read as `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct Repository {
    pub origin: String,
    pub label: String,
    pub suite: String,
    pub component: String,
}

impl Repository {
    /// Security by the suite's own words: label `Debian-Security`, or a suite that ends in `-security`.
    pub fn is_security(&self) -> bool {
        self.label == "Debian-Security" || self.label.ends_with("-Security") || self.suite.ends_with("-security")
    }
}

impl From<Repository> for String {
    fn from(repository: Repository) -> Self {
        repository.to_string()
    }
}

impl From<String> for Repository {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&str> for Repository {
    fn from(text: &str) -> Self {
        let mut parts = text.splitn(4, '/').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        Self { origin: part(), label: part(), suite: part(), component: part() }
    }
}

impl std::fmt::Display for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = |text: &str| text.replace('/', "-");
        write!(f, "{}/{}/{}/{}", part(&self.origin), part(&self.label), part(&self.suite), part(&self.component))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RepositoryTrust {
    Signed,
    TrustedYes,
    Unsigned,
}

impl RepositoryTrust {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Signed, "Signed"), (Self::TrustedYes, "TrustedYes"), (Self::Unsigned, "Unsigned")];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(trust, _)| *trust == self).map_or("Unsigned", |(_, name)| name)
    }
}

/// A field of the array form: text, boolean or whole number; nothing else stands in a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Field {
    Bool(bool),
    Number(i64),
    Text(String),
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadComponent {
    #[error("a component is an array that begins with its kind")]
    NotAnArray,
    #[error("a `{kind}` component has {expected} fields after its kind, this one has {found}")]
    FieldCount { kind: String, expected: usize, found: usize },
    #[error("field {index} of a `{kind}` component should be {expected}")]
    FieldType { kind: String, index: usize, expected: &'static str },
    /// Dropped and counted, while the rest of the inventory is taken.
    #[error("a component has control characters or text of more than 4,096 characters")]
    Unclean,
}

impl Component {
    pub fn kind(&self) -> &str {
        match self {
            Self::Deb { .. } => "deb",
            Self::Rpm { .. } => "rpm",
            Self::Msi { .. } => "msi",
            Self::Kb { .. } => "kb",
            Self::Os { .. } => "os",
            Self::Running(_) => "running",
            Self::Repo { .. } => "repo",
            Self::Offer(_) => "offer",
            Self::Other { kind, .. } => kind,
        }
    }

    /// The name that a person would look for.
    pub fn name(&self) -> Cow<'_, str> {
        let name: &str = match self {
            Self::Deb { name, .. } | Self::Rpm { name, .. } | Self::Msi { name, .. } => name,
            Self::Kb { article } => return Cow::Owned(article.to_string()),
            Self::Os { id, .. } => id,
            Self::Running(Running::Kernel { version }) => version,
            Self::Running(Running::DeletedFile { package }) => package,
            Self::Repo { repository, .. } => &repository.label,
            Self::Offer(offer) => &offer.name,
            Self::Other { fields, .. } => match fields.first() {
                Some(Field::Text(text)) => text,
                _ => "",
            },
        };
        Cow::Borrowed(name)
    }

    /// The array form: kind first, then the fields in the order of `agent.md` 3.4.
    pub fn to_array(&self) -> Vec<Field> {
        let text = |text: &str| Field::Text(text.to_owned());
        match self {
            Self::Deb { name, version, arch, source, source_version } => {
                vec![text("deb"), text(name), text(version), text(arch), text(source), text(source_version)]
            }
            Self::Rpm { name, version, arch, vendor, stream, source } => {
                vec![text("rpm"), text(name), text(version), text(arch), text(vendor), text(stream), text(source)]
            }
            Self::Msi { product_code, upgrade_code, name, publisher, version, scope, arch } => {
                let fields = [product_code, upgrade_code, name, publisher, version, scope, arch];
                std::iter::once(text("msi")).chain(fields.map(|field| text(field))).collect()
            }
            Self::Kb { article } => vec![text("kb"), Field::Text(article.0.to_string())],
            Self::Os { id, release } => vec![text("os"), text(id), text(release)],
            Self::Running(Running::Kernel { version }) => vec![text("running"), text("kernel"), text(version)],
            Self::Running(Running::DeletedFile { package }) => {
                vec![text("running"), text("deleted-file"), text(package)]
            }
            Self::Repo { manager, repository, enabled, trust } => vec![
                text("repo"),
                text(manager),
                text(&repository.to_string()),
                Field::Bool(*enabled),
                text(trust.name()),
            ],
            Self::Offer(offer) => vec![
                text("offer"),
                text(&offer.manager),
                text(&offer.name),
                text(&offer.candidate),
                text(&offer.arch),
                text(&offer.repository.to_string()),
                text(offer.obstacle.map_or("", Obstacle::name)),
                Field::Bool(offer.back),
            ],
            Self::Other { kind, fields } => std::iter::once(text(kind)).chain(fields.iter().cloned()).collect(),
        }
    }

    /// Reads the array form. An unknown kind is kept as [`Component::Other`].
    pub fn from_value(value: Value) -> Result<Self, BadComponent> {
        let Value::Array(values) = value else { return Err(BadComponent::NotAnArray) };
        let fields = values.into_iter().map(|value| match value {
            Value::Bool(value) => Some(Field::Bool(value)),
            Value::Number(number) => number.as_i64().map(Field::Number),
            Value::String(text) => Some(Field::Text(text)),
            _ => None,
        });
        Self::from_array(fields.collect::<Option<_>>().ok_or(BadComponent::NotAnArray)?)
    }

    /// Reads what an earlier version stored, which may have kept a kind as it came that it did not read yet: a form that is
    /// refused today stays [`Component::Other`], judged by no rule.
    pub fn from_stored(value: Value) -> Result<Self, BadComponent> {
        match Self::from_value(value.clone()) {
            Err(BadComponent::FieldCount { kind, .. } | BadComponent::FieldType { kind, .. }) => {
                let fields: Vec<Field> = serde_json::from_value(value).map_err(|_| BadComponent::NotAnArray)?;
                Ok(Self::Other { kind, fields: fields.into_iter().skip(1).collect() })
            }
            read => read,
        }
    }

    pub fn from_array(fields: Vec<Field>) -> Result<Self, BadComponent> {
        if fields.iter().any(|field| matches!(field, Field::Text(text) if !text::is_clean(text))) {
            return Err(BadComponent::Unclean);
        }
        let mut fields = fields.into_iter();
        let Some(Field::Text(kind)) = fields.next() else { return Err(BadComponent::NotAnArray) };
        let rest: Vec<Field> = fields.collect();
        match kind.as_str() {
            "deb" => {
                let [name, version, arch, source, source_version] = texts(&kind, rest)?;
                Ok(Self::Deb { name, version, arch, source, source_version })
            }
            "rpm" => {
                let [name, version, arch, vendor, stream, source] = texts(&kind, rest)?;
                Ok(Self::Rpm { name, version, arch, vendor, stream, source })
            }
            "msi" => {
                let [product_code, upgrade_code, name, publisher, version, scope, arch] = texts(&kind, rest)?;
                Ok(Self::Msi { product_code, upgrade_code, name, publisher, version, scope, arch })
            }
            "kb" => {
                let [number] = texts(&kind, rest)?;
                let not_a_number = || BadComponent::FieldType { kind, index: 1, expected: "a number as text" };
                Ok(Self::Kb { article: Article::from_digits(&number).ok_or_else(not_a_number)? })
            }
            "os" => {
                let [id, release] = texts(&kind, rest)?;
                Ok(Self::Os { id, release })
            }
            "running" => running(&kind, rest),
            "repo" => repo(&kind, rest),
            "offer" => offer(&kind, rest),
            _ => Ok(Self::Other { kind, fields: rest }),
        }
    }
}

fn texts<const N: usize>(kind: &str, fields: Vec<Field>) -> Result<[String; N], BadComponent> {
    let found = fields.len();
    let mut taken = Vec::with_capacity(N);
    for (index, field) in fields.into_iter().enumerate() {
        let Field::Text(text) = field else {
            return Err(BadComponent::FieldType { kind: kind.to_owned(), index: index + 1, expected: "text" });
        };
        taken.push(text);
    }
    taken.try_into().map_err(|_| BadComponent::FieldCount { kind: kind.to_owned(), expected: N, found })
}

fn boolean(kind: &str, index: usize, field: Option<&Field>) -> Result<bool, BadComponent> {
    match field {
        Some(Field::Bool(value)) => Ok(*value),
        _ => Err(BadComponent::FieldType { kind: kind.to_owned(), index, expected: "true or false" }),
    }
}

fn running(kind: &str, fields: Vec<Field>) -> Result<Component, BadComponent> {
    let [what, value] = texts(kind, fields)?;
    match what.as_str() {
        "kernel" => Ok(Component::Running(Running::Kernel { version: value })),
        "deleted-file" => Ok(Component::Running(Running::DeletedFile { package: value })),
        _ => Ok(Component::Other { kind: kind.to_owned(), fields: vec![Field::Text(what), Field::Text(value)] }),
    }
}

fn repo(kind: &str, mut fields: Vec<Field>) -> Result<Component, BadComponent> {
    if fields.len() != 4 {
        return Err(BadComponent::FieldCount { kind: kind.to_owned(), expected: 4, found: fields.len() });
    }
    let trust = fields.pop();
    let enabled = boolean(kind, 3, fields.pop().as_ref())?;
    let [manager, repository] = texts(kind, fields)?;
    let trust = match trust {
        Some(Field::Text(text)) => RepositoryTrust::ALL.iter().find(|(_, name)| *name == text).map(|(trust, _)| *trust),
        _ => None,
    }
    .ok_or_else(|| BadComponent::FieldType {
        kind: kind.to_owned(),
        index: 4,
        expected: "Signed, TrustedYes or Unsigned",
    })?;
    Ok(Component::Repo { manager, repository: repository.into(), enabled, trust })
}

fn offer(kind: &str, mut fields: Vec<Field>) -> Result<Component, BadComponent> {
    if fields.len() != 7 {
        return Err(BadComponent::FieldCount { kind: kind.to_owned(), expected: 7, found: fields.len() });
    }
    let back = boolean(kind, 7, fields.pop().as_ref())?;
    let [manager, name, candidate, arch, repository, obstacle] = texts(kind, fields)?;
    let obstacle = match obstacle.as_str() {
        "" => None,
        name => Some(Obstacle::from_name(name).ok_or_else(|| BadComponent::FieldType {
            kind: kind.to_owned(),
            index: 6,
            expected: "an obstacle's name or empty",
        })?),
    };
    Ok(Component::Offer(Offer { manager, name, candidate, arch, repository: repository.into(), obstacle, back }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_round_trips() {
        let arrays = [
            json!(["deb", "openssl", "3.0.17-1~deb12u3", "amd64", "openssl", "3.0.17-1~deb12u3"]),
            json!([
                "rpm",
                "nodejs",
                "1:18.18.2-1.el9",
                "x86_64",
                "AlmaLinux",
                "nodejs:18",
                "nodejs-18.18.2-1.el9.src.rpm"
            ]),
            json!([
                "msi",
                "{90160000-0011-0000-0000-0000000FF1CE}",
                "",
                "Microsoft Office 2016",
                "Microsoft",
                "16.0.4266.1001",
                "Machine",
                "X64"
            ]),
            json!(["os", "debian", "12"]),
            json!(["os", "windows", "10.0.19045 Client X64"]),
            json!(["running", "kernel", "6.1.0-44-amd64"]),
            json!(["running", "deleted-file", "libssl3"]),
            json!(["repo", "deb", "Debian/Debian-Security/stable-security/main", true, "Signed"]),
            json!([
                "offer",
                "deb",
                "openssl",
                "3.0.18-1~deb12u1",
                "amd64",
                "Debian/Debian-Security/stable-security/main",
                "Held",
                true
            ]),
            json!(["kb", "5031356"]),
            json!(["os-build", "19045", "3570"]),
        ];
        for array in arrays {
            let component = Component::from_value(array.clone()).expect("a component");
            assert_eq!(serde_json::to_value(component.to_array()).expect("json"), array);
        }
    }

    #[test]
    fn a_wrong_one_is_refused_with_its_field() {
        let short = Component::from_value(json!(["deb", "openssl"]));
        assert_eq!(short, Err(BadComponent::FieldCount { kind: "deb".to_owned(), expected: 5, found: 1 }));
        let unclean = Component::from_value(json!(["deb", "open\u{7}ssl", "1", "amd64", "openssl", "1"]));
        assert_eq!(unclean, Err(BadComponent::Unclean));
        for number in ["KB5031356", "05031356", "", "50313560000"] {
            let wrong = Component::from_value(json!(["kb", number]));
            let expected = "a number as text";
            assert_eq!(wrong, Err(BadComponent::FieldType { kind: "kb".to_owned(), index: 1, expected }));
        }
        assert_eq!(Component::from_value(json!({"deb": 1})), Err(BadComponent::NotAnArray));
    }

    #[test]
    fn what_was_stored_before_its_kind_was_read_stays_as_it_came() {
        let array = json!(["rpm", "nodejs", 18, true]);
        assert!(Component::from_value(array.clone()).is_err());
        let stored = Component::from_stored(array.clone()).expect("kept");
        assert_eq!((stored.kind(), &*stored.name()), ("rpm", "nodejs"));
        assert!(matches!(stored, Component::Other { .. }));
        assert_eq!(serde_json::to_value(stored.to_array()).expect("json"), array);
        assert_eq!(Component::from_stored(json!({"rpm": 1})), Err(BadComponent::NotAnArray));
    }
}
