//! What SQL answers to a query is what the plain evaluator says, for random queries over random rows.

mod agreement;
mod audit_rows;
mod deployment_rows;
mod limits;
mod related;
mod texts;

pub(crate) use agreement::{audit_records_agree, deployments_agree};
pub(crate) use limits::{
    a_cursor_outlives_new_rows, a_question_ends_in_time, keys_of_old_rows_are_filled, long_lists_are_answered,
};
pub(crate) use related::related_assets_are_asked_for;
