//! One suite for both databases: what the store promises, it promises on either.

mod access;
mod assets;
mod catalogue;
mod coverage;
mod feed_visibility;
mod jobs;
mod organisation;
mod query;
mod sample;
mod schema;
mod searches;
mod store;
mod tags;
mod vulnerabilities;
mod writing;

/// Instantiates each test of the suite for SQLite and for PostgreSQL.
macro_rules! conformance {
    ($($module:ident::$test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                let store = crate::store::TestStore::sqlite().await;
                crate::$module::$test(&store).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                let Some(store) = crate::store::TestStore::postgres().await else { return };
                crate::$module::$test(&store).await;
            })+
        }
    };
}

conformance! {
    organisation::the_organisation_and_its_keys,
    organisation::audit_records_are_chained_in_order,
    access::users_are_unique_ignoring_case,
    access::sessions_and_tokens_end,
    access::an_activation_key_fills_up,
    assets::an_asset_comes_back_as_it_went_in,
    assets::an_asset_changed_meanwhile_is_not_overwritten,
    assets::enrolments_certificates_and_scans,
    catalogue::components_are_interned_once,
    catalogue::patches_are_numbered_densely,
    catalogue::closed_findings_are_kept,
    catalogue::decisions_of_a_patch_outlive_a_newer_record,
    catalogue::an_exception_is_decided_once,
    catalogue::the_state_of_a_feed_is_kept,
    catalogue::the_round_of_a_feed_is_kept,
    vulnerabilities::facts_of_vulnerabilities_change_once,
    vulnerabilities::statements_are_of_one_document_and_end,
    vulnerabilities::what_leaves_the_known_exploited_is_kept,
    catalogue::documents_are_listed_newest_first,
    jobs::jobs_are_listed_in_pages,
    jobs::a_run_from_publication_to_its_end,
    jobs::events_and_logs_count_once,
    jobs::a_dry_run_is_answered_once,
    tags::a_tag_is_saved_once_for_each_revision,
    tags::siblings_have_names_of_their_own,
    tags::an_asset_is_pinned_to_one_side,
    writing::a_change_that_fails_leaves_the_others,
    writing::a_change_may_do_nothing,
    writing::a_change_that_panics_fails_alone,
    writing::committed_data_survive_reopening,
    writing::closing_answers_what_waits,
    writing::a_snapshot_stands_still,
    writing::the_feed_is_read_and_trimmed,
    writing::any_text_is_taken,
    schema::a_newer_schema_is_refused,
    schema::titles_of_keys_are_filled,
    searches::searches_are_kept_for_whom_they_are,
    query::audit_records_agree,
    query::deployments_agree,
    query::related_assets_are_asked_for,
    query::a_cursor_outlives_new_rows,
    query::a_question_ends_in_time,
    query::long_lists_are_answered,
    query::keys_of_old_rows_are_filled,
}
