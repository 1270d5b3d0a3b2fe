//! An asset as lists show it.

use fettle_index::query::AssetRow as IndexRow;
use fettle_model::{AgentStatus, AssetId, DeploymentId, DeploymentState, JobId, ScanStatus};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetRow {
    #[schema(value_type = Uuid)]
    pub id: AssetId,
    pub name: String,
    pub fqdn: Option<String>,
    pub operating_system: String,
    pub os_family: String,
    pub address: Option<String>,
    /// Pending, Scanning, Scanned, Failed or `NotSupported`.
    #[schema(value_type = String)]
    pub scan_status: ScanStatus,
    pub scan_reason: Option<String>,
    pub scanned_at: Option<Timestamp>,
    /// Provisioned, Active, Inactive or Uninstalled.
    #[schema(value_type = String)]
    pub agent_status: AgentStatus,
    pub last_checked_in: Option<Timestamp>,
    /// Held now, or heard of within twice its interval.
    pub connected: bool,
    pub agent_version: String,
    /// Missing patches that nothing newer replaces here.
    pub missing_patch_count: u32,
    pub missing_security_count: u32,
    pub installed_patch_count: u32,
    /// Patches of which it cannot be told whether they are missing, and that nothing newer replaces here.
    pub undetermined_patch_count: u32,
    /// Source packages with a missing patch that is past its due date.
    pub overdue_count: u32,
    /// Packages that the machine's own package manager offers updates for.
    pub missing_package_count: u32,
    pub package_count: u32,
    pub last_logged_on_user: Option<String>,
    pub pending_reboot: bool,
    pub last_deployment: Option<LastDeployment>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastDeployment {
    #[schema(value_type = Uuid)]
    pub deployment_id: DeploymentId,
    #[schema(value_type = Uuid)]
    pub job_id: JobId,
    #[schema(value_type = String)]
    pub state: DeploymentState,
    pub at: Timestamp,
}

impl AppState {
    pub(crate) fn asset_rows(&self, rows: Vec<IndexRow>) -> Vec<AssetRow> {
        let overdue = self.fleet.index.overdue_counts(rows.iter().map(|row| row.columns.id));
        let of = |row: &IndexRow| overdue.get(&row.columns.id).copied().unwrap_or_default();
        rows.into_iter().map(|row| (of(&row), row)).map(|(overdue, row)| self.row_of(row, overdue)).collect()
    }

    pub(crate) fn asset_row(&self, row: IndexRow) -> AssetRow {
        let overdue = self.fleet.index.overdue_counts([row.columns.id]);
        let overdue = overdue.get(&row.columns.id).copied().unwrap_or_default();
        self.row_of(row, overdue)
    }

    fn row_of(&self, row: IndexRow, overdue_count: u32) -> AssetRow {
        let now = self.fleet.clock.now();
        let IndexRow { columns, counts } = row;
        let agent = self.fleet.agents.get(columns.id);
        let connection = agent.as_ref().map(|agent| agent.state().connection.clone()).unwrap_or_default();
        let interval = self.fleet.settings.check_in_seconds;
        let connected = agent.is_some_and(|agent| agent.is_connected(now, interval));
        let last_checked_in = connection.last_checked_in.or(columns.last_checked_in);
        let mut heard = columns.clone();
        heard.last_checked_in = last_checked_in;
        AssetRow {
            id: columns.id,
            agent_status: heard.agent_status(now),
            name: columns.name,
            fqdn: columns.fqdn,
            operating_system: columns.operating_system,
            os_family: columns.os_family,
            address: connection.address.or(columns.address),
            scan_status: if connection.scanning { ScanStatus::Scanning } else { columns.scan_status },
            scan_reason: columns.scan_reason,
            scanned_at: columns.scanned_at,
            last_checked_in,
            connected,
            agent_version: columns.agent_version,
            missing_patch_count: counts.missing,
            missing_security_count: counts.missing_security,
            installed_patch_count: counts.installed,
            undetermined_patch_count: counts.undetermined,
            overdue_count,
            missing_package_count: counts.offers,
            package_count: counts.packages,
            last_logged_on_user: columns.last_logged_on_user,
            pending_reboot: columns.pending_reboot,
            last_deployment: columns.last_deployment.map(|last| LastDeployment {
                deployment_id: last.deployment,
                job_id: last.job,
                state: last.state,
                at: last.at,
            }),
        }
    }
}
