//! Questions in QQL to the index of a large simulated fleet: what each costs, from the typed query to its answer.

use std::time::{Duration, Instant};

use fettle_index::ask::{Deadline, GroupBy, GroupOrder, Order, Question, Scope};
use fettle_index::{Columns, Index, MachineFacts, NetworkInterface};
use fettle_model::{AssetId, ScanStatus};
use fettle_qql::order::{DateInterval, group_by, sort};
use fettle_qql::token::Vocabulary;
use fettle_qql::{Context, Entity, check};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::detection::fleets::large_fleet;
use crate::table::{Bar, Table, show};

/// Answers of which the middle one counts.
const RUNS: usize = 5;
/// The as-of instant of the simulated fleet.
const NOW: i64 = 1_795_000_000;

/// What is wanted of the answer.
enum Wanted {
    Count,
    /// The first page in an order.
    Page(&'static str),
    Groups(&'static str),
}

const QUESTIONS: &[(&str, Entity, &str, Wanted)] = &[
    ("count, one enumeration", Entity::Asset, "scanStatus:Failed", Wanted::Count),
    ("count, two terms", Entity::Asset, "platform:Linux and pendingReboot:true", Wanted::Count),
    ("phrase", Entity::Asset, "operatingSystem:\"GNU/Linux 12\"", Wanted::Count),
    ("one word of a name", Entity::Asset, "name:host-4711", Wanted::Count),
    ("leading wildcard", Entity::Asset, "name:*99", Wanted::Count),
    ("CIDR", Entity::Asset, "interfaces.address:10.1.0.0/16", Wanted::Count),
    ("same interface", Entity::Asset, "interfaces:(interfaceName:eth0 and address:10.1.0.0/16)", Wanted::Count),
    ("date range", Entity::Asset, "scanDateTime:[now-7d .. now-1d]", Wanted::Count),
    ("negation", Entity::Asset, "not lastLoggedOnUser:user1*", Wanted::Count),
    ("null", Entity::Asset, "lastLoggedOnUser is null", Wanted::Count),
    ("package below a version", Entity::Asset, "components:(name:openssl and version<9)", Wanted::Count),
    ("a missing patch", Entity::Asset, "patches:(title:openssl and patchStatus:Missing)", Wanted::Count),
    ("overdue", Entity::Asset, "patches:(isOverdue:true)", Wanted::Count),
    ("exposed to a CVE", Entity::Asset, "vulnerabilities:(cve:CVE-2026-01001)", Wanted::Count),
    ("first page by name", Entity::Asset, "", Wanted::Page("name")),
    ("first page by missing count", Entity::Asset, "", Wanted::Page("missingPatchCount:desc")),
    (
        "first page by last scan, compound",
        Entity::Asset,
        "name:*7 and pendingReboot:false",
        Wanted::Page("scanDateTime"),
    ),
    ("group by operating system", Entity::Asset, "", Wanted::Groups("operatingSystem")),
    ("group by model", Entity::Asset, "", Wanted::Groups("hardware.model")),
    ("group by user", Entity::Asset, "", Wanted::Groups("lastLoggedOnUser")),
    ("group by component", Entity::Asset, "", Wanted::Groups("components.name")),
    ("most missing patches", Entity::Patch, "patchStatus:Missing and isLatest:true", Wanted::Page("missingCount:desc")),
    (
        "patches that some host of a kind lacks",
        Entity::Patch,
        "assets:(name:*9 and patchStatus:Missing)",
        Wanted::Count,
    ),
    (
        "vulnerabilities by exposure",
        Entity::Vulnerability,
        "affectedAssetCount>0",
        Wanted::Page("affectedAssetCount:desc"),
    ),
];

pub(crate) fn measure(table: &mut Table, hosts: u32, seed: u64) -> anyhow::Result<()> {
    show(&format!("Questions, {hosts} hosts"));
    let begun = Instant::now();
    let index = large_fleet(hosts, seed, |number| (columns(number), facts(number)))?;
    index.move_to(now());
    table.add(&format!("{hosts} hosts made and loaded"), begun.elapsed().as_secs_f64(), None, "s", Bar::None);
    for (what, entity, text, wanted) in QUESTIONS {
        let (time, total) = ask(&index, *entity, text, wanted)?;
        let first_page = matches!(wanted, Wanted::Page(_)).then_some(Bar::AtMost(25.0)).unwrap_or(Bar::None);
        table.add(&format!("{what}: {total} {}", entity.plural()), time.as_secs_f64() * 1e3, None, "ms", first_page);
    }
    crate::collections::measure(table, &index, hosts)
}

fn ask(index: &Index, entity: Entity, text: &str, wanted: &Wanted) -> anyhow::Result<(Duration, u64)> {
    let query = check(text, &Context::new(entity, now(), TimeZone::UTC))?;
    let scope = Scope::Everything;
    let question = Question { query: &query, having: None, scope: &scope, deadline: Deadline::default() };
    let mut times = Vec::with_capacity(RUNS);
    let mut total = 0;
    for _ in 0..RUNS {
        let begun = Instant::now();
        total = match wanted {
            Wanted::Count => index.ask_count(&question)?,
            Wanted::Page(order) => page(index, &question, order)?,
            Wanted::Groups(tokens) => {
                let tokens = group_by(tokens, entity, Vocabulary::FETTLE)?;
                let by = GroupBy {
                    tokens,
                    interval: DateInterval::Day,
                    zone: TimeZone::UTC,
                    order: GroupOrder::Count,
                    limit: 10,
                    measures: Vec::new(),
                };
                index.ask_groups(&question, &by)?.total
            }
        };
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok((times[RUNS / 2], total))
}

fn page(index: &Index, question: &Question<'_>, order: &str) -> anyhow::Result<u64> {
    let keys = sort(order, question.query.entity, Vocabulary::FETTLE)?;
    let order = Order { keys: &keys, after: None, limit: 50 };
    Ok(match question.query.entity {
        Entity::Patch => index.ask_patches(question, &order)?.total,
        Entity::Vulnerability => index.ask_vulnerabilities(question, &order)?.total,
        _ => index.ask_assets(question, &order)?.total,
    })
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap_or_default()
}

fn columns(number: u32) -> Columns {
    let ago = |hours: u32| now() - SignedDuration::from_hours(i64::from(hours));
    let release = 11 + number % 3;
    Columns {
        id: AssetId(uuid::Uuid::from_u128(u128::from(number) + 1)),
        name: format!("host-{number}"),
        fqdn: Some(format!("host-{number}.example.com")),
        operating_system: format!("Debian GNU/Linux {release}"),
        os_family: "linux".to_owned(),
        os_id: "debian".to_owned(),
        os_version: release.to_string(),
        architecture: "x86_64".to_owned(),
        address: None,
        agent_version: format!("0.{}.0", number % 4),
        activation_key: Some("Servers".to_owned()),
        last_logged_on_user: (!number.is_multiple_of(4)).then(|| format!("user{}", number % 5_000)),
        pending_reboot: number.is_multiple_of(7),
        scan_status: if number.is_multiple_of(50) { ScanStatus::Failed } else { ScanStatus::Scanned },
        scan_reason: None,
        scanned_at: Some(ago(number % 400)),
        enrolled_at: ago(24 * (number % 300)),
        last_checked_in: Some(ago(number % 30)),
        revision: 1,
        last_deployment: None,
    }
}

fn facts(number: u32) -> MachineFacts {
    let address = std::net::Ipv4Addr::from(0x0a00_0000 + number);
    let interface = |name: &str, address: std::net::Ipv4Addr| NetworkInterface {
        name: name.into(),
        mac: Some(format!("00:50:56:{:02x}:{:02x}:{:02x}", number >> 16 & 255, number >> 8 & 255, number & 255).into()),
        addresses: Box::new([address.into()]),
    };
    MachineFacts {
        manufacturer: Some("Example".to_owned()),
        model: Some(format!("Model {}", number % 40)),
        serial: Some(format!("5CG{number}")),
        timezone: Some("Europe/Oslo".to_owned()),
        memory_mb: Some(4_096 * u64::from(1 + number % 8)),
        processors: Some(2 + number % 16),
        booted_at: Some(now()),
        interfaces: vec![interface("lo", std::net::Ipv4Addr::LOCALHOST), interface("eth0", address)],
        ..MachineFacts::default()
    }
}
