//! Who logged on last: a few hundred people, some of whom use many machines.

use super::Purpose;
use crate::chance::Chance;

/// Administrators, who are seen on many machines.
const ADMINISTRATORS: [&str; 8] = ["ada", "grace", "edsger", "root", "barbara", "admin", "alan", "deploy"];
const GIVEN: [char; 14] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 's', 't'];
const FAMILY: [&str; 26] = [
    "keller",
    "novak",
    "larsen",
    "rossi",
    "dubois",
    "garcia",
    "schmidt",
    "kowalski",
    "jansen",
    "nilsson",
    "virtanen",
    "silva",
    "moreau",
    "weber",
    "fischer",
    "hansen",
    "murphy",
    "tanaka",
    "singh",
    "khan",
    "chen",
    "okafor",
    "popescu",
    "horvat",
    "papadakis",
    "haddad",
];
/// Of a hundred machines, those on which somebody was seen, and of those the ones where it was an administrator.
const SEEN: [(Purpose, usize, usize); 2] = [(Purpose::Server, 24, 80), (Purpose::Workstation, 93, 6)];

pub(super) fn logged_on(purpose: Purpose, chance: &Chance) -> Option<String> {
    let (_, seen, administrators) = *SEEN.iter().find(|(of, ..)| *of == purpose)?;
    if !chance.percent(seen) {
        return None;
    }
    if chance.percent(administrators) {
        // The first of the list twice as often as a later one, and more.
        let place = chance.below(ADMINISTRATORS.len()).min(chance.below(ADMINISTRATORS.len()));
        return Some(ADMINISTRATORS[place].to_owned());
    }
    let people = GIVEN.len() * FAMILY.len();
    let person = chance.below(people).min(chance.below(people));
    Some(format!("{}.{}", GIVEN[person % GIVEN.len()], FAMILY[person / GIVEN.len()]))
}
