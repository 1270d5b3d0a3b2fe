//! Programs on Windows: some that their vendor updates by articles, and many others.

use fettle_model::component::Component;

use crate::chance::Chance;
use crate::facts::Purpose;

/// Programs that there are.
const PROGRAMS: usize = 1_100;

/// Programs with updates of their own, as tables of updates and installers name them: for which machines, how many of a
/// hundred have them, and every how many months there is an update.
pub(super) const UPDATED: [(&str, Purpose, usize, u32); 12] = [
    ("Microsoft Office 2016 (64-bit edition)", Purpose::Workstation, 12, 1),
    ("Microsoft Office 2019 for 64-bit editions", Purpose::Workstation, 30, 1),
    ("Microsoft Office LTSC 2021 for 64-bit editions", Purpose::Workstation, 38, 1),
    ("Microsoft Visio 2016 (64-bit edition)", Purpose::Workstation, 7, 3),
    ("Microsoft Project 2016 (64-bit edition)", Purpose::Workstation, 4, 3),
    ("Microsoft Visual Studio 2022 version 17.10", Purpose::Workstation, 6, 2),
    ("Microsoft SQL Server 2017 for x64-based Systems (GDR)", Purpose::Server, 6, 3),
    ("Microsoft SQL Server 2019 for x64-based Systems (GDR)", Purpose::Server, 14, 2),
    ("Microsoft SQL Server 2022 for x64-based Systems (GDR)", Purpose::Server, 9, 2),
    ("Microsoft Exchange Server 2019 Cumulative Update 14", Purpose::Server, 3, 3),
    ("Microsoft SharePoint Server 2019", Purpose::Server, 3, 1),
    ("Microsoft SharePoint Enterprise Server 2016", Purpose::Server, 2, 2),
];

const VENDORS: [&str; 14] = [
    "Example Software GmbH",
    "Northwind Tools",
    "Contoso Systems",
    "Fabrikam Inc.",
    "Tailspin Labs",
    "Adatum Corporation",
    "Wingtip Devices",
    "Litware",
    "Proseware",
    "Alpine Data",
    "Coho Media",
    "Lucerne Networks",
    "Margie Print",
    "Trey Research",
];
const SUBJECTS: [&str; 20] = [
    "Archive", "Backup", "Calendar", "Camera", "Chart", "Colour", "Document", "Font", "Graphics", "Keyboard",
    "Network", "Notebook", "Payroll", "Print", "Project", "Report", "Scanner", "Sound", "Storage", "Video",
];
const KINDS: [&str; 12] = [
    "Agent",
    "Assistant",
    "Console",
    "Driver",
    "Editor",
    "Framework",
    "Manager",
    "Runtime",
    "Service",
    "Studio",
    "Tools",
    "Viewer",
];

/// One program, in all of its versions.
#[derive(Debug)]
pub(super) struct Program {
    name: String,
    publisher: &'static str,
    major: usize,
    /// How many versions are in use.
    pub(super) versions: usize,
}

/// Those with updates of their own stand first.
pub(super) fn programs(seed: u64) -> Vec<Program> {
    let updated = UPDATED.iter().map(|(name, ..)| Program {
        name: (*name).to_owned(),
        publisher: "Microsoft Corporation",
        major: 16,
        versions: 1,
    });
    let others = UPDATED.len()..PROGRAMS;
    updated.chain(others.map(|number| other(number, &Chance::new(seed, "program", number as u64)))).collect()
}

fn other(number: usize, chance: &Chance) -> Program {
    let publisher = VENDORS[chance.below(VENDORS.len())];
    let brand = publisher.split(' ').next().unwrap_or(publisher);
    let (subject, kind) = (SUBJECTS[number % SUBJECTS.len()], KINDS[number / SUBJECTS.len() % KINDS.len()]);
    let more = match number / (SUBJECTS.len() * KINDS.len()) {
        0 => String::new(),
        again => format!(" {}", again + 1),
    };
    Program {
        name: format!("{brand} {subject} {kind}{more}"),
        publisher,
        major: 1 + chance.below(20),
        versions: 1 + chance.below(4),
    }
}

impl Program {
    /// As installed in one of its versions.
    pub(super) fn component(&self, seed: u64, version: u8) -> Component {
        Component::Msi {
            product_code: code(&Chance::new(seed, &self.name, 1 + u64::from(version))),
            upgrade_code: code(&Chance::new(seed, &self.name, 0)),
            name: self.name.clone(),
            publisher: self.publisher.to_owned(),
            version: format!("{}.{}.{}", self.major, version, 100 + 7 * u32::from(version)),
            scope: "machine".to_owned(),
            arch: "x64".to_owned(),
        }
    }
}

/// `{AC76BA86-7AD7-1033-7B44-AC0F074E4100}`.
fn code(chance: &Chance) -> String {
    let digits = format!("{:032X}", u128::from_be_bytes(chance.bytes::<16>()));
    format!("{{{}-{}-{}-{}-{}}}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}
