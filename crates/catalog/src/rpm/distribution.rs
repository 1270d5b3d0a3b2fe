//! For which distribution and release an advisory is, by its own words (`catalogue.md` 6.2: without them no finding).
//!
//! The file does not say it in one place. `<release>` may be `Rocky Linux 9`, but also `0`; the collection may be
//! `almalinux-9-for-x86_64-appstream-rpms`; the advisory's id begins with letters of its distribution. The release of a
//! package (`1.el9_3`) names the one that it was built for, and holds where the words say another: one list calls
//! everything `CentOS 6`, packages for 5 and 7 too.

/// A distribution whose advisories are understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Distribution {
    /// `ID` of its `os-release`.
    pub(super) id: &'static str,
    pub(super) vendor: &'static str,
    /// Scheme of its ids, and letters with which they begin.
    pub(super) scheme: &'static str,
    ids: &'static [&'static str],
    /// As its releases and collections are called, in lower case with single blanks.
    names: &'static [&'static str],
    /// Stands before the number in a package's release.
    mark: &'static str,
}

const DISTRIBUTIONS: [Distribution; 6] = [
    Distribution {
        id: "almalinux",
        vendor: "AlmaLinux",
        scheme: "ALSA",
        ids: &["ALSA", "ALBA", "ALEA"],
        names: &["almalinux"],
        mark: "el",
    },
    Distribution {
        id: "rocky",
        vendor: "Rocky Linux",
        scheme: "RLSA",
        ids: &["RLSA", "RLBA", "RLEA"],
        names: &["rocky linux", "rocky"],
        mark: "el",
    },
    Distribution {
        id: "rhel",
        vendor: "Red Hat",
        scheme: "RHSA",
        ids: &["RHSA", "RHBA", "RHEA"],
        names: &["red hat enterprise linux", "rhel"],
        mark: "el",
    },
    Distribution {
        id: "ol",
        vendor: "Oracle",
        scheme: "ELSA",
        ids: &["ELSA", "ELBA", "ELEA"],
        names: &["oracle linux"],
        mark: "el",
    },
    Distribution {
        id: "centos",
        vendor: "CentOS",
        scheme: "CESA",
        ids: &["CESA", "CEBA", "CEEA"],
        names: &["centos"],
        mark: "el",
    },
    Distribution { id: "fedora", vendor: "Fedora", scheme: "FEDORA", ids: &["FEDORA"], names: &["fedora"], mark: "fc" },
];

impl Distribution {
    /// By what the advisory calls its release, else its collection, else by its id. Extra packages for several
    /// distributions (EPEL) are of none of them.
    pub(super) fn of(release: &str, collection: &str, id: &str) -> Option<&'static Self> {
        let (release, collection) = (plain(release), plain(collection));
        if release.contains("epel") || collection.contains("epel") || id.starts_with("FEDORA-EPEL") {
            return None;
        }
        let named =
            |text: &str| DISTRIBUTIONS.iter().find(|known| known.names.iter().any(|name| text.starts_with(name)));
        let letters: String = id.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_uppercase();
        let by_id = || DISTRIBUTIONS.iter().find(|known| known.ids.contains(&letters.as_str()));
        named(&release).or_else(|| named(&collection)).or_else(by_id)
    }

    /// Number of the release that a package was built for: of `6.el8_5`, `2.module+el9.1.0+13358` those behind `el`.
    pub(super) fn number_of_package<'a>(&self, release: &'a str) -> Option<&'a str> {
        let is_mark = |at: usize| !release[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
        let marks = release.match_indices(self.mark).filter(|(at, _)| is_mark(*at));
        marks.map(|(at, mark)| digits(&release[at + mark.len()..])).find(|number| !number.is_empty())
    }

    /// Number of the release in the words of an advisory or a collection.
    pub(super) fn number_of_name(&self, text: &str) -> Option<String> {
        let text = plain(text);
        let rest = self.names.iter().find_map(|name| text.strip_prefix(name))?;
        let number = digits(rest.trim_start());
        (!number.is_empty()).then(|| number.to_owned())
    }
}

fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}

/// `Rocky Linux 9` and `rocky-linux-9-x86-64-baseos-rpms` begin alike.
fn plain(text: &str) -> String {
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(release: &str, collection: &str, id: &str, of_package: &str) -> Option<(&'static str, String)> {
        let distribution = Distribution::of(release, collection, id)?;
        let by_name = || distribution.number_of_name(release).or_else(|| distribution.number_of_name(collection));
        let number = distribution.number_of_package(of_package).map(str::to_owned).or_else(by_name);
        Some((distribution.id, number.unwrap_or_default()))
    }

    #[test]
    fn by_the_words_that_there_are() {
        let of = |id, number: &str| Some((id, number.to_owned()));
        let alma = "almalinux-9-for-x86_64-appstream-rpms__9_default";
        assert_eq!(found("0", alma, "ALSA-2026:0001", "1"), of("almalinux", "9"));
        assert_eq!(found("", "", "ALBA-2026:0001", "1.el10_1"), of("almalinux", "10"));
        assert_eq!(found("Rocky Linux 8", "", "RLSA-2026:1", "6.el8_5"), of("rocky", "8"));
        assert_eq!(found("", "rocky-linux-9-x86-64-baseos-rpms", "X-1", "4.module+el9.1.0+1+a"), of("rocky", "9"));
        assert_eq!(found("CentOS 6", "CentOS 6", "CESA_2016__0301", "51.el7_2.4"), of("centos", "7"));
        assert_eq!(found("CentOS 6", "", "CESA_2016__0301", "6jpp.2"), of("centos", "6"));
        assert_eq!(found("Fedora 43", "", "FEDORA-2026-1", "1.fc43"), of("fedora", "43"));
        assert_eq!(found("Oracle Linux 8", "", "ELSA-2026-1", "1.el8uek"), of("ol", "8"));
        assert_eq!(found("1", "", "RHEA-2012:0055", "1"), of("rhel", ""));
    }

    #[test]
    fn others_and_extra_packages_are_of_none() {
        assert_eq!(found("release_1", "Foo component", "foobarupdate_1", "3"), None);
        assert_eq!(found("Fedora EPEL 6", "EL-6", "FEDORA-EPEL-2018-abe0e978c0", "1.el6"), None);
    }

    #[test]
    fn a_mark_stands_for_itself() {
        let centos = Distribution::of("CentOS 6", "", "").expect("known");
        assert_eq!(centos.number_of_package("1.model7"), None);
        assert_eq!(centos.number_of_package("1.el"), None);
        assert_eq!(centos.number_of_package("2.module_el8.6.0+2750"), Some("8"));
    }
}
