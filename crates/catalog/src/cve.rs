//! Names of vulnerabilities.

/// `CVE-`, four digits, `-`, 4 to 19 digits, in capitals; none for anything else.
pub fn normal(text: &str) -> Option<String> {
    let name = text.trim();
    let (prefix, rest) = name.split_at_checked(4)?;
    let (year, number) = rest.split_once('-')?;
    let digits = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_cve = prefix.eq_ignore_ascii_case("CVE-") && digits(year, 4, 4) && digits(number, 4, 19);
    is_cve.then(|| name.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_put_into_capitals() {
        assert_eq!(normal(" cve-2026-0001 ").as_deref(), Some("CVE-2026-0001"));
        for wrong in [
            "CVE-26-0001",
            "CVE-2026-001",
            "CVE-2026-",
            "ADV190013",
            "",
            "é-2026-0001",
            "CVE-2026-00000000000000000000",
        ] {
            assert_eq!(normal(wrong), None, "{wrong}");
        }
    }
}
