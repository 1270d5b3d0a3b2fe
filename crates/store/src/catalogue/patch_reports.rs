use fettle_model::{AssetId, Sha256};

use super::PatchNumber;
use crate::assets::AssetNumber;
use crate::error::StoreError;
use crate::sql::{all, execute, row};
use crate::tx::Tx;

/// An asset says that a package of a patch has this version and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchReport {
    pub patch: PatchNumber,
    pub package: String,
    pub arch: String,
    pub version: String,
    pub sha256: Sha256,
    pub asset: AssetNumber,
}

row! {
    /// How many different assets reported the same.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AlikeReports {
        pub package: String,
        pub arch: String,
        pub version: String,
        pub sha256: Sha256,
        pub assets: u64,
    }
}

row! {
    /// One asset's word about a package of a patch.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Reporter {
        pub patch: PatchNumber,
        pub package: String,
        pub arch: String,
        pub version: String,
        pub sha256: Sha256,
        pub asset: AssetId,
    }
}

pub struct PatchReports<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl PatchReports<'_> {
    /// An asset's later word replaces its earlier one, so that no asset counts twice.
    pub async fn put(&mut self, report: &PatchReport) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "put a patch report",
            "INSERT INTO patch_report (patch, package, arch, asset, version, sha256) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (patch, package, arch, asset) DO UPDATE
             SET version = excluded.version, sha256 = excluded.sha256",
            report.patch,
            report.package,
            report.arch,
            report.asset,
            report.version,
            report.sha256,
        )
        .map(drop)
    }

    /// What was reported of a patch, most reported first.
    pub async fn alike(&mut self, patch: PatchNumber) -> Result<Vec<AlikeReports>, StoreError> {
        all!(
            self.tx,
            AlikeReports,
            "count patch reports",
            "SELECT package, arch, version, sha256, COUNT(*) AS assets FROM patch_report WHERE patch = $1
             GROUP BY package, arch, version, sha256 ORDER BY assets DESC, package, arch, version, sha256",
            patch,
        )
    }

    /// Who reported one patch.
    pub async fn of_patch(&mut self, patch: PatchNumber) -> Result<Vec<Reporter>, StoreError> {
        all!(
            self.tx,
            Reporter,
            "list the reporters of a patch",
            "SELECT patch, package, patch_report.arch, version, sha256, asset.id AS asset
             FROM patch_report JOIN asset ON asset.number = patch_report.asset
             WHERE patch = $1 ORDER BY package, patch_report.arch, asset.number",
            patch,
        )
    }

    /// The assets that reported a patch: those for which an unvouched patch speaks.
    pub async fn assets(&mut self, patch: PatchNumber) -> Result<Vec<AssetNumber>, StoreError> {
        let rows = all!(
            self.tx,
            crate::sql::Scalar<AssetNumber>,
            "list the reporters of a patch",
            "SELECT DISTINCT asset AS value FROM patch_report WHERE patch = $1 ORDER BY value",
            patch,
        )?;
        Ok(rows.into_iter().map(|scalar| scalar.0).collect())
    }

    /// The patch is vouched for: nobody's word is needed any longer.
    pub async fn forget(&mut self, patch: PatchNumber) -> Result<u64, StoreError> {
        execute!(self.tx, "forget patch reports", "DELETE FROM patch_report WHERE patch = $1", patch)
    }
}
