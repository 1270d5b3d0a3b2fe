//! Where the facts of deployments are (`qql.md` 8.4): in their own rows, and in those of their job, run, asset and patches.

use fettle_model::DeploymentState;
use fettle_model::job::Work;
use fettle_model::outcome::{FailureReason, PatchOutcome};
use fettle_qql::tokens::DeploymentToken;
use sea_query::{Expr, ExprTrait as _, Func, Query};

use super::column::{Column, Nulls, Place, Word, states, subquery};
use super::condition::Condition;
use crate::column::word;

pub(super) const TABLE: &str = "deployment";
const PATCHES: &str = "deployment_patch";
const JOB: Place = Place::through(TABLE, "job", "job");
const RUN: Place = Place::through(TABLE, "run", "run");
const ASSET: Place = Place::through(TABLE, "asset", "asset");

/// `None` of what is not kept with it.
pub(super) fn column(token: DeploymentToken) -> Option<Column> {
    use DeploymentToken as T;
    let own = |name| Expr::col((TABLE, name));
    let date = |name, nulls| Column::Date(own(name), nulls);
    let flag = |name| Column::Bool(Condition::Is(own(name).eq(true)));
    let text = |place, value, key, nulls| Column::Text { place, value, key, nulls };
    Some(match token {
        T::Id => Column::Uuid(own("id")),
        T::AssetId => Column::Uuid(own("asset")),
        T::JobId => Column::Uuid(own("job")),
        T::JobName => text(JOB, "name", "name_key", Nulls::Never),
        T::Name => text(Place::own(TABLE), "asset_name", "asset_name_key", Nulls::Never),
        T::OperatingSystem => text(ASSET, "os_name", "os_name_key", Nulls::Never),
        T::LastLoggedOnUser => text(ASSET, "last_logged_on", "last_logged_on_key", Nulls::Possible),
        T::Platform => {
            let words = [("windows", "Windows"), ("linux", "Linux")];
            let words = words.map(|(stored, shown)| Word { stored: stored.to_owned(), shown });
            Column::Words { place: ASSET, column: "os_family", words: words.into() }
        }
        T::JobType => {
            let words = Column::words_of(&[Work::Install, Work::Rollback], Work::name, |work| word(&work));
            Column::Words { place: JOB, column: "work", words }
        }
        T::JobInstanceId => Column::Int(RUN.value("number"), Nulls::Never),
        T::State => Column::Words { place: Place::own(TABLE), column: "state", words: states() },
        T::IsTerminal => {
            let over = DeploymentState::ALL.iter().filter(|state| state.is_terminal());
            Column::Bool(Condition::Is(own("state").is_in(over.map(|state| state.name()))))
        }
        T::PendingReboot => flag("reboot_pending"),
        T::CancelRequested => flag("cancel_requested"),
        T::JobSentOn => date("offered_at", Nulls::Possible),
        T::StartDateTime => date("started_at", Nulls::Possible),
        T::EndDateTime => date("ended_at", Nulls::Possible),
        T::StatusDateTime => date("changed_at", Nulls::Never),
        T::DurationSeconds => Column::Int(own("duration_s"), Nulls::Possible),
        T::TotalPatchCount => patches(None),
        T::SuccessPatches => patches(Some(PatchOutcome::Success)),
        T::InstalledPatches => patches(Some(PatchOutcome::Installed)),
        T::FailedPatches => patches(Some(PatchOutcome::Failed)),
        T::SupersededPatches => patches(Some(PatchOutcome::Superseded)),
        T::NotApplicablePatches => patches(Some(PatchOutcome::NotApplicable)),
        T::SkipPatchCount => patches(Some(PatchOutcome::Skipped)),
        T::Outcome => {
            let words = Column::words_of(&PatchOutcome::ALL, PatchOutcome::name, |outcome| word(&outcome));
            Column::Several { table: PATCHES, pointer: "deployment", column: "outcome", words }
        }
        T::FailureReason => {
            let words = Column::words_of(&FailureReason::ALL, FailureReason::name, |reason| word(&reason));
            Column::Several { table: PATCHES, pointer: "deployment", column: "failure", words }
        }
        T::Message => text(Place::own(TABLE), "text", "text_key", Nulls::Possible),
        T::Assets => return None,
    })
}

/// How many patches have the outcome, or any.
fn patches(outcome: Option<PatchOutcome>) -> Column {
    let mut count = Query::select();
    count.expr(Func::count(Expr::col((PATCHES, "patch")))).from(PATCHES);
    count.and_where(Expr::col((PATCHES, "deployment")).eq(Expr::col((TABLE, "id"))));
    if let Some(outcome) = outcome {
        count.and_where(Expr::col((PATCHES, "outcome")).eq(word(&outcome)));
    }
    Column::Int(subquery(count), Nulls::Never)
}
