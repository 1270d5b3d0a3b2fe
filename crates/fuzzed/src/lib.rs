//! What is fuzzed: one function for each reader of input from outside, which takes any bytes.
//!
//! A function ends for every input; a panic is a finding. Where a reader's result can be checked against itself (what is
//! written is read again, an order is one), that is checked too. `fuzz/` runs them under libFuzzer, and this crate's
//! test runs them on the inputs that are kept in `fuzz/corpus/`.

pub mod apt;
pub mod catalogue;
pub mod changes;
pub mod debian;
pub mod host;
pub mod keeper;
pub mod qql;
pub mod versions;
pub mod windows;
pub mod wire;

/// Reads any bytes.
pub type Target = fn(&[u8]);

/// Every function, by the name of its fuzz target and of its folder of inputs.
pub const TARGETS: &[(&str, Target)] = &[
    ("agent_journal", keeper::journal),
    ("agent_limits", keeper::limits),
    ("agent_lines", keeper::lines),
    ("apt_control", apt::control),
    ("apt_in_release", apt::in_release),
    ("apt_messages", debian::messages),
    ("apt_packages", apt::packages),
    ("apt_policy", debian::policy),
    ("apt_records", debian::records),
    ("apt_release", apt::release),
    ("apt_simulation", debian::simulation),
    ("apt_sources", debian::sources),
    ("changelog", changes::changelog),
    ("deb_archive", changes::archive),
    ("debian_advisories", catalogue::debian_advisories),
    ("debian_tracker", catalogue::debian_tracker),
    ("dpkg_status", debian::status),
    ("epss", catalogue::epss),
    ("host_text", host::text),
    ("import", catalogue::import),
    ("kev", catalogue::kev),
    ("mssecure_cab", windows::mssecure_cab),
    ("mssecure_xml", windows::mssecure_xml),
    ("nvd", catalogue::nvd),
    ("qql_order", qql::order),
    ("qql_query", qql::query),
    ("repomd", catalogue::repomd),
    ("updateinfo", catalogue::updateinfo),
    ("versions", versions::orders),
    ("wesng_archive", windows::wesng_archive),
    ("wesng_tables", windows::wesng_tables),
    ("wire_component", wire::component),
    ("wire_documents", wire::documents),
    ("wire_envelope", wire::envelope),
    ("wire_messages", wire::messages),
];
