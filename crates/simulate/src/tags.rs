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
/// Name, description, why a machine has it; one in so many of those that report, from the given one on, at most so many.
const BY_HAND: [(&str, &str, &str, (usize, usize, usize)); 3] = [
    ("Pilot", "They get updates first", "volunteered", (0, 37, 60)),
    ("Change freeze", "No work without a word with the owner", "quarterly closing", (5, 91, 25)),
    ("Under audit", "Reports go to the auditors", "in the scope of the audit", (11, 23, 100)),
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
    for (name, description, reason, (first, every, most)) in BY_HAND {
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
