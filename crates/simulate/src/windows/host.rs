//! One machine that runs Windows: programs of an image with drift, and updates up to some month.

use std::collections::BTreeSet;
use std::sync::Arc;

use fettle_model::Article;
use fettle_model::asset::{Facts, OsFacts};
use fettle_model::component::Component;
use jiff::Timestamp;

use super::month::Month;
use super::program::{self, Program, programs};
use super::release::{RELEASES, Release};
use super::update;
use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::facts::{Described, Purpose};
use crate::machine::{Machine, Place, Repositories};

/// Names of machines, and how many programs they have, of a thousand.
const WORKSTATIONS: [(&str, usize); 4] = [("desk", 350), ("note", 420), ("lab", 900), ("kiosk", 60)];
const SERVERS: [(&str, usize); 6] =
    [("dc", 100), ("sql", 500), ("files", 250), ("app", 700), ("rds", 950), ("print", 180)];
/// So many of a hundred machines are behind by these months.
const BEHIND: [(usize, (u32, u32)); 6] =
    [(36, (0, 0)), (29, (1, 1)), (14, (2, 2)), (9, (3, 4)), (8, (5, 9)), (4, (10, update::MONTHS - 2))];

/// What machines of one release and one role begin with.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    release: &'static Release,
    role: &'static str,
    /// All that there are.
    programs: Arc<Vec<Program>>,
    /// Places of its programs among them, sorted.
    installed: Vec<u16>,
}

/// Every role on every release, each as often as its release is common among a hundred: sizes lie between the two
/// numbers of programs.
pub(crate) fn images(seed: u64, (least, most): (usize, usize)) -> Vec<(usize, Image)> {
    let programs = Arc::new(programs(seed));
    let mut images = Vec::new();
    for release in &RELEASES {
        let roles: &[(&str, usize)] = if release.purpose == Purpose::Server { &SERVERS } else { &WORKSTATIONS };
        for (role, size) in roles {
            let chance = Chance::new(seed, role, u64::from(release.build));
            let wanted = least + (most - least) * size / 1_000;
            let first = program::UPDATED.len();
            let mut installed: BTreeSet<u16> = (first..first + least).filter_map(|at| u16::try_from(at).ok()).collect();
            while installed.len() < wanted {
                installed.extend(u16::try_from(first + chance.below(programs.len() - first)));
            }
            let installed = installed.into_iter().collect();
            images.push((
                release.weight * 12 / roles.len(),
                Image { release, role, programs: Arc::clone(&programs), installed },
            ));
        }
    }
    images
}

/// As it is now.
#[derive(Debug)]
pub(crate) struct WindowsHost {
    name: String,
    number: u64,
    seed: u64,
    release: &'static Release,
    programs: Arc<Vec<Program>>,
    /// Place of a program, and its version.
    installed: Vec<(u16, u8)>,
    articles: Vec<Article>,
}

impl WindowsHost {
    pub(crate) fn new(calendar: &Calendar, number: u64, image: &Image) -> Self {
        let seed = calendar.seed;
        let chance = Chance::new(seed, "windows", number);
        let (_, (least, most)) = chance.one_of(&BEHIND, |(weight, _)| *weight);
        let behind = least + u32::try_from(chance.below((most - least + 1) as usize)).unwrap_or(0);
        let month = Month::latest(calendar).before(behind);
        let mut articles = vec![update::cumulative(image.release, month), update::framework(image.release, month)];
        let mut installed = Vec::with_capacity(image.installed.len());
        for (product, (_, purpose, share, every)) in (0_u16..).zip(program::UPDATED) {
            if purpose == image.release.purpose && chance.percent(share) {
                // Programs are looked after less than the system.
                let month = month.before(if chance.percent(20) { 1 + every } else { 0 });
                articles.push(update::of_program(u32::from(product), every, month));
                installed.push((product, 0));
            }
        }
        for place in &image.installed {
            if chance.percent(3) {
                continue;
            }
            let versions = image.programs[usize::from(*place)].versions;
            let version = if chance.percent(75) { versions - 1 } else { chance.below(versions) };
            installed.push((*place, u8::try_from(version).unwrap_or(0)));
        }
        articles.sort_unstable();
        Self {
            name: format!("{}-win{number:05}", image.role),
            number,
            seed,
            release: image.release,
            programs: Arc::clone(&image.programs),
            installed,
            articles,
        }
    }
}

impl Machine for WindowsHost {
    fn name(&self) -> &str {
        &self.name
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn release_key(&self) -> &'static str {
        self.release.product
    }

    fn operating_system(&self) -> OsFacts {
        OsFacts {
            family: "windows".to_owned(),
            id: "windows".to_owned(),
            version: self.release.version(),
            name: self.release.name.to_owned(),
            codename: None,
            arch: "x86_64".to_owned(),
        }
    }

    fn facts(&self, booted_at: Timestamp) -> Facts {
        let described = Described {
            seed: self.seed,
            number: self.number,
            name: &self.name,
            purpose: self.release.purpose,
            os: self.operating_system(),
            kernel: None,
        };
        described.facts(booted_at)
    }

    fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::Os];
        places.extend(
            self.installed.iter().map(|(number, version)| Place::Program { number: *number, version: *version }),
        );
        places.extend(self.articles.iter().map(|article| Place::Update(*article)));
        places
    }

    fn component(&self, place: Place) -> Component {
        match place {
            Place::Program { number, version } => self.programs[usize::from(number)].component(self.seed, version),
            Place::Update(article) => Component::Kb { article },
            Place::Os => Component::Os { id: "windows".to_owned(), release: self.release.words() },
            _ => unreachable!("only a distribution has packages"),
        }
    }

    fn repositories(&self) -> Repositories<'_> {
        Repositories { collector: "updates", distribution: None, from: Vec::new() }
    }
}
