//! Assets: who they are, what they have, and how they may come in.

mod asset;
mod certificates;
mod contact;
mod enrolments;
mod load;
mod parts;
mod scan_requests;

pub use asset::{Asset, AssetNumber, Assets, NewAsset};
pub use certificates::{Certificate, Certificates};
pub use contact::Contact;
pub use enrolments::{Enrolment, Enrolments};
pub use load::{LoadedAgent, LoadedAsset, PackedAsset, UnpackedAsset};
pub use parts::{AssetFacts, AssetIdentity, AssetInventory};
pub use scan_requests::{ScanRequest, ScanRequestState, ScanRequests};
