//! Which machine stands under which number: 55 of a hundred run Debian or Ubuntu, 15 Rocky Linux, 30 Windows.

use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::host::Host;
use crate::image::{self, Image};
use crate::life::Life;
use crate::machine::Machine;
use crate::run::{Machines, Simulation};
use crate::windows::{self, WindowsHost};

/// Of a hundred machines.
const SYSTEMS: [(usize, System); 3] = [(55, System::Apt), (15, System::Rpm), (30, System::Windows)];

/// Updates that are offered to machines that are alike.
const BEHIND: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Apt,
    Rpm,
    Windows,
}

/// What all machines of a simulation are made from.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) calendar: Calendar,
    pub(crate) simulation: Simulation,
    apt: Vec<Image>,
    pub(crate) rpm: Vec<Image>,
    windows: Vec<(usize, windows::Image)>,
}

/// A machine of the fleet.
pub(crate) enum Simulated {
    /// There are agents for its system, and it may report like them.
    WithAgent(Host),
    /// Its system has no agent that could enrol: it is always put in.
    WithoutAgent(Box<dyn Machine + Send + Sync>),
}

impl Blueprint {
    pub(crate) fn new(simulation: &Simulation, calendar: Calendar) -> Self {
        let (least, most) = simulation.packages;
        Self {
            calendar,
            simulation: simulation.clone(),
            apt: image::images(simulation.seed, least, most),
            rpm: image::rpm_images(simulation.seed, least, most),
            windows: windows::images(simulation.seed, simulation.packages),
        }
    }

    /// Before its rounds of updates.
    pub(crate) fn machine(&self, number: u32) -> Simulated {
        if self.simulation.machines == Machines::Alike {
            let image = &self.apt[number as usize % self.apt.len()];
            return Simulated::WithAgent(Host::new(self.calendar.seed, u64::from(number), image, BEHIND));
        }
        let (seed, number) = (self.calendar.seed, u64::from(number));
        let chance = Chance::new(seed, "system", number);
        match chance.one_of(&SYSTEMS, |(weight, _)| *weight).1 {
            System::Apt => {
                let image = &self.apt[chance.below(self.apt.len())];
                Simulated::WithAgent(Host::lagging(seed, number, image))
            }
            System::Rpm => {
                let image = &self.rpm[chance.below(self.rpm.len())];
                Simulated::WithoutAgent(Box::new(Host::lagging(seed, number, image)))
            }
            System::Windows => {
                let (_, image) = chance.one_of(&self.windows, |(weight, _)| *weight);
                Simulated::WithoutAgent(Box::new(WindowsHost::new(&self.calendar, number, image)))
            }
        }
    }

    /// As it is in the end.
    pub(crate) fn machine_after_rounds(&self, number: u32) -> Simulated {
        match self.machine(number) {
            Simulated::WithAgent(mut host) => {
                for _ in 0..self.life(u64::from(number)).rounds(self.simulation.rounds) {
                    host.pass_round(self.simulation.packages_per_round);
                }
                Simulated::WithAgent(host)
            }
            other @ Simulated::WithoutAgent(_) => other,
        }
    }

    pub(crate) fn life(&self, number: u64) -> Life {
        let most =
            if number < u64::from(self.simulation.reporting) { self.simulation.days() - 1 } else { crate::life::ANY };
        Life::of(self.calendar.seed, number, most)
    }
}

impl Simulated {
    pub(crate) fn machine(&self) -> &dyn Machine {
        match self {
            Self::WithAgent(host) => host,
            Self::WithoutAgent(machine) => machine.as_ref(),
        }
    }
}
