//! Tags as an organisation would have them: rules by role, place, use and system, and some that are put on by hand.

use fettle_fleet::Fleet;
use fettle_fleet::access::Actor;
use fettle_fleet::tags::{PinDraft, TagDraft};
use fettle_model::AssetId;

use crate::run::SimulateError;

/// Name, description, rule.
const RULES: [(&str, &str, &str); 12] = [
    ("Web servers", "Machines that serve pages", "name:web*"),
    ("Database servers", "PostgreSQL, MariaDB and SQL Server", "name:db* or name:sql*"),
    ("Workstations", "Somebody sits in front of them", "name:desk* or name:note* or name:lab* or name:kiosk*"),
    ("Production", "Machines that customers depend on", "fqdn:\"prod.example.com\""),
    ("Test and development", "Machines that may break", "fqdn:\"test.example.com\" or fqdn:\"dev.example.com\""),
    ("Berlin", "First data centre", "interfaces.address:10.0.0.0/16"),
    ("Berlin, second site", "Where backups are", "interfaces.address:10.2.0.0/16 or interfaces.address:10.3.0.0/16"),
    ("Americas", "By time zone", "timezone:America/*"),
    ("Debian", "All releases", "osFamily:Debian"),
    ("Ubuntu", "All releases", "osFamily:Ubuntu"),
    ("Rocky Linux", "All releases", "osFamily:Rocky"),
    ("Windows servers", "All releases", "operatingSystem:\"Windows Server\""),
];
/// A tag that people give to machines one by one.
struct ByHand {
    name: &'static str,
    description: &'static str,
    /// Why a machine has it.
    reason: &'static str,
    /// Of those that report: from the first on one in so many, at most so many.
    first: usize,
    every: usize,
    most: usize,
}

const BY_HAND: [ByHand; 3] = [
    ByHand {
        name: "Pilot",
        description: "They get updates first",
        reason: "volunteered",
        first: 0,
        every: 37,
        most: 60,
    },
    ByHand {
        name: "Change freeze",
        description: "No work without a word with the owner",
        reason: "quarterly closing",
        first: 5,
        every: 91,
        most: 25,
    },
    ByHand {
        name: "Under audit",
        description: "Reports go to the auditors",
        reason: "in the scope of the audit",
        first: 11,
        every: 23,
        most: 100,
    },
];

/// Makes them. `reporting`: the machines that the server knows already, in the order of their numbers.
pub(crate) async fn make(fleet: &Fleet, reporting: &[AssetId]) -> Result<(), SimulateError> {
    for (name, description, rule) in RULES {
        let rule = Some(rule.to_owned());
        put(
            fleet,
            TagDraft { name: name.to_owned(), description: description.to_owned(), rule, ..TagDraft::default() },
        )
        .await?;
    }
    for ByHand { name, description, reason, first, every, most } in BY_HAND {
        let chosen = reporting.iter().skip(first).step_by(every).take(most);
        let pinned_in = chosen.map(|asset| PinDraft { asset: *asset, reason: reason.to_owned() }).collect();
        let (name, description) = (name.to_owned(), description.to_owned());
        put(fleet, TagDraft { name, description, pinned_in, ..TagDraft::default() }).await?;
    }
    Ok(())
}

async fn put(fleet: &Fleet, draft: TagDraft) -> Result<(), SimulateError> {
    let judged = fleet.judge_tag(None, draft, 0)?;
    fleet.create_tag(&Actor::scheduler(), judged).await?;
    Ok(())
}
