//! A machine that is made into an image: its install values are kept, and only a copy enrols (`agent.md` 2.3).

use std::io;
use std::path::PathBuf;

use fettle_model::OrganisationId;
use fettle_wire::message::enrol::HardwareId;

use crate::facts::{self, Machine};
use crate::folder::{self, DataFolder};

/// What tells a copy from the machine that the image was made on.
const TRAITS: [&str; 2] = ["machineId", "vmGen"];

fn path(data: &DataFolder) -> PathBuf {
    data.path().join("image.json")
}

fn traits(machine: &Machine, organisation: OrganisationId) -> Vec<HardwareId> {
    let mut traits = facts::identity(machine, organisation);
    traits.retain(|id| TRAITS.contains(&id.kind.as_str()));
    traits
}

/// Remembers the machine as it is; from now on only a copy of it enrols.
pub fn prepare(data: &DataFolder, machine: &Machine, organisation: OrganisationId) -> io::Result<()> {
    folder::write_json(&path(data), &traits(machine, organisation))
}

/// True on the machine itself, where nothing is enrolled. On a copy the memory of it goes.
pub fn is_original(data: &DataFolder, machine: &Machine, organisation: OrganisationId) -> io::Result<bool> {
    let Some(known) = folder::read_json::<Vec<HardwareId>>(&path(data))? else { return Ok(false) };
    if known == traits(machine, organisation) {
        return Ok(true);
    }
    forget(data)?;
    Ok(false)
}

/// Installed anew, it is a machine like any other.
pub fn forget(data: &DataFolder) -> io::Result<()> {
    folder::remove_if_there(&path(data))
}
