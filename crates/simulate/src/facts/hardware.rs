//! Models of machines, as their firmware names them, and how common they are.

use fettle_model::asset::HardwareFacts;

use super::Purpose;
use crate::chance::Chance;

#[derive(Debug)]
pub(super) struct Model {
    /// Of all models of its purpose.
    weight: usize,
    manufacturer: &'static str,
    name: &'static str,
    /// Of its firmware.
    bios: (&'static str, &'static str),
    processor: &'static str,
    /// How many processors it may have.
    pub(super) processors: &'static [u32],
    /// For each processor.
    pub(super) memory_mb: u32,
    virtualisation: Option<&'static str>,
    /// With which its network addresses begin.
    pub(super) mac: [u8; 3],
    pub(super) interface: &'static str,
}

const fn physical(
    weight: usize,
    (manufacturer, name): (&'static str, &'static str),
    bios: (&'static str, &'static str),
    (processor, processors, memory_mb): (&'static str, &'static [u32], u32),
    mac: [u8; 3],
) -> Model {
    let interface = "eno1";
    Model { weight, manufacturer, name, bios, processor, processors, memory_mb, virtualisation: None, mac, interface }
}

const fn guest(
    weight: usize,
    (manufacturer, name, virtualisation): (&'static str, &'static str, &'static str),
    bios: (&'static str, &'static str),
    (processor, processors): (&'static str, &'static [u32]),
    (mac, interface): ([u8; 3], &'static str),
) -> Model {
    Model {
        weight,
        manufacturer,
        name,
        bios,
        processor,
        processors,
        memory_mb: 4_096,
        virtualisation: Some(virtualisation),
        mac,
        interface,
    }
}

const XEON_GOLD: &str = "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz";
const XEON_SILVER: &str = "Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz";
const XEON_CLOUD: &str = "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz";
const EPYC: &str = "AMD EPYC 7543 32-Core Processor";
const CORE_I5: &str = "12th Gen Intel(R) Core(TM) i5-1245U";
const CORE_I7: &str = "13th Gen Intel(R) Core(TM) i7-1365U";
const RYZEN: &str = "AMD Ryzen 7 PRO 6850U with Radeon Graphics";
const GUEST: &[u32] = &[2, 2, 4, 4, 8, 16];

static SERVERS: [Model; 15] = [
    guest(
        300,
        ("VMware, Inc.", "VMware Virtual Platform", "vmware"),
        ("6.00", "11/12/2020"),
        (XEON_GOLD, GUEST),
        ([0x00, 0x50, 0x56], "ens192"),
    ),
    guest(
        170,
        ("VMware, Inc.", "VMware7,1", "vmware"),
        ("VMW71.00V.21100432.B64.2301110304", "01/11/2023"),
        (XEON_GOLD, GUEST),
        ([0x00, 0x50, 0x56], "ens192"),
    ),
    guest(
        150,
        ("QEMU", "Standard PC (Q35 + ICH9, 2009)", "kvm"),
        ("1.16.2-debian-1.16.2-1", "04/01/2014"),
        (XEON_GOLD, GUEST),
        ([0x52, 0x54, 0x00], "enp1s0"),
    ),
    guest(
        60,
        ("QEMU", "Standard PC (i440FX + PIIX, 1996)", "kvm"),
        ("rel-1.16.1-0-g3208b098f51a", "04/01/2014"),
        (EPYC, GUEST),
        ([0x52, 0x54, 0x00], "ens3"),
    ),
    guest(
        80,
        ("Microsoft Corporation", "Virtual Machine", "microsoft"),
        ("Hyper-V UEFI Release v4.1", "07/24/2024"),
        (XEON_SILVER, GUEST),
        ([0x00, 0x15, 0x5d], "eth0"),
    ),
    guest(
        60,
        ("Amazon EC2", "m5.large", "amazon"),
        ("1.0", "10/16/2017"),
        (XEON_CLOUD, &[2]),
        ([0x02, 0x3a, 0x11], "ens5"),
    ),
    guest(
        35,
        ("Amazon EC2", "t3.medium", "amazon"),
        ("1.0", "10/16/2017"),
        (XEON_CLOUD, &[2]),
        ([0x02, 0x3a, 0x11], "ens5"),
    ),
    guest(
        25,
        ("Google", "Google Compute Engine", "google"),
        ("Google", "09/14/2025"),
        (EPYC, &[2, 4, 8]),
        ([0x42, 0x01, 0x0a], "ens4"),
    ),
    physical(
        36,
        ("Dell Inc.", "PowerEdge R650"),
        ("1.15.2", "07/29/2024"),
        (XEON_SILVER, &[32, 64], 4_096),
        [0xb0, 0x7b, 0x25],
    ),
    physical(
        24,
        ("Dell Inc.", "PowerEdge R740"),
        ("2.22.1", "06/13/2024"),
        (XEON_GOLD, &[40, 80], 4_096),
        [0xe4, 0x43, 0x4b],
    ),
    physical(
        22,
        ("HPE", "ProLiant DL380 Gen10"),
        ("U30", "03/07/2024"),
        (XEON_SILVER, &[32, 64], 4_096),
        [0x94, 0x40, 0xc9],
    ),
    physical(
        14,
        ("HPE", "ProLiant DL360 Gen10 Plus"),
        ("U46", "05/16/2024"),
        (XEON_GOLD, &[64], 8_192),
        [0x94, 0x40, 0xc9],
    ),
    physical(
        10,
        ("Lenovo", "ThinkSystem SR630"),
        ("-[IVE182F-3.50]-", "04/10/2024"),
        (XEON_SILVER, &[24, 48], 4_096),
        [0x08, 0x94, 0xef],
    ),
    physical(
        10,
        ("Supermicro", "SYS-1029P-WTR"),
        ("3.8a", "10/28/2022"),
        (XEON_GOLD, &[64], 4_096),
        [0xac, 0x1f, 0x6b],
    ),
    physical(
        4,
        ("FUJITSU", "PRIMERGY RX2530 M5"),
        ("V5.0.0.14 R1.32.0", "08/17/2023"),
        (XEON_SILVER, &[32], 4_096),
        [0x90, 0x1b, 0x0e],
    ),
];

static WORKSTATIONS: [Model; 14] = [
    physical(
        190,
        ("Dell Inc.", "Latitude 5440"),
        ("1.19.0", "09/20/2024"),
        (CORE_I5, &[12], 1_365),
        [0xd0, 0x8e, 0x79],
    ),
    physical(
        150,
        ("LENOVO", "21HD0047GE"),
        ("N3QET43W (1.43)", "06/18/2024"),
        (CORE_I7, &[12], 2_731),
        [0x9c, 0x2d, 0xcd],
    ),
    physical(
        120,
        ("HP", "HP EliteBook 840 G9"),
        ("U70 Ver. 01.16.00", "05/30/2024"),
        (CORE_I5, &[12], 1_365),
        [0xbc, 0x0f, 0xf3],
    ),
    physical(110, ("Dell Inc.", "OptiPlex 7010"), ("1.17.1", "07/11/2024"), (CORE_I5, &[8], 2_048), [0x6c, 0x3c, 0x8c]),
    physical(
        90,
        ("LENOVO", "20W1S8LH00"),
        ("N34ET62W (1.62)", "03/21/2024"),
        (CORE_I7, &[8], 2_048),
        [0x38, 0xf3, 0xab],
    ),
    physical(
        80,
        ("HP", "HP ProDesk 600 G6"),
        ("S22 Ver. 02.18.00", "05/08/2024"),
        (CORE_I5, &[6], 2_731),
        [0x10, 0xe7, 0xc6],
    ),
    physical(
        60,
        ("LENOVO", "21CF004NGE"),
        ("R22ET72W (1.42)", "07/02/2024"),
        (RYZEN, &[16], 2_048),
        [0x9c, 0x2d, 0xcd],
    ),
    physical(
        45,
        ("Microsoft Corporation", "Surface Laptop 5"),
        ("19.103.143", "05/20/2024"),
        (CORE_I7, &[12], 1_365),
        [0xc8, 0x96, 0x65],
    ),
    physical(
        40,
        ("Dell Inc.", "Precision 3660"),
        ("2.17.0", "06/24/2024"),
        (CORE_I7, &[20], 3_277),
        [0xd0, 0x8e, 0x79],
    ),
    physical(
        30,
        ("HP", "HP ZBook Fury 15 G8"),
        ("T95 Ver. 01.17.00", "04/18/2024"),
        (CORE_I7, &[16], 4_096),
        [0xbc, 0x0f, 0xf3],
    ),
    physical(
        25,
        ("FUJITSU CLIENT COMPUTING LIMITED", "LIFEBOOK U7413"),
        ("Version 2.21", "06/05/2024"),
        (CORE_I5, &[12], 1_365),
        [0x90, 0x1b, 0x0e],
    ),
    physical(20, ("Acer", "Veriton X4690G"), ("R01-C2", "08/11/2023"), (CORE_I5, &[12], 1_365), [0xc0, 0x18, 0x50]),
    physical(
        15,
        ("ASUSTeK COMPUTER INC.", "ExpertBook B1402CBA"),
        ("B1402CBA.313", "10/25/2023"),
        (CORE_I5, &[12], 1_365),
        [0x08, 0xbf, 0xb8],
    ),
    guest(
        25,
        ("VMware, Inc.", "VMware20,1", "vmware"),
        ("VMW201.00V.21805430.B64.2305221830", "05/22/2023"),
        (XEON_GOLD, &[2, 4]),
        ([0x00, 0x50, 0x56], "ens33"),
    ),
];

pub(super) fn model(purpose: Purpose, chance: &Chance) -> &'static Model {
    let models: &'static [Model] = match purpose {
        Purpose::Server => &SERVERS,
        Purpose::Workstation => &WORKSTATIONS,
    };
    chance.one_of(models, |model| model.weight)
}

impl Model {
    pub(super) fn facts(&self, number: u64, processors: u32) -> HardwareFacts {
        HardwareFacts {
            manufacturer: Some(self.manufacturer.to_owned()),
            model: Some(self.name.to_owned()),
            serial: Some(format!("S{number:08}")),
            bios_version: Some(self.bios.0.to_owned()),
            bios_date: Some(self.bios.1.to_owned()),
            processor: Some(self.processor.to_owned()),
            processors: Some(processors),
            virtualisation: self.virtualisation.map(str::to_owned),
        }
    }
}
