//! The list of what every database under the store must do. A second one joins in `databases.rs`, by a function that opens it.

macro_rules! tests {
    ($open:path, [$($file:ident::$test:ident),+ $(,)?]) => {
        $(#[test]
        fn $test() {
            crate::conformance::$file::$test(&$open);
        })+
    };
}

macro_rules! suite {
    ($open:path) => {
        tests!(
            $open,
            [
                audit::what_was_done_is_listed_by_who_what_kind_and_when,
                audit::the_chain_holds_and_what_is_old_can_go,
                backup::a_backup_comes_back_as_it_was,
                backup::a_backup_that_is_wrong_in_any_place_is_refused,
                backup::every_table_and_column_is_known,
                cases::a_case_is_kept_found_and_changed_once,
                cases::what_rules_have_sent_is_remembered_and_seen_by_those_who_may,
                cases::alerts_are_seen_once_and_threads_keep_their_order,
                cadence::receivers_are_kept_and_remember_what_became_of_deliveries,
                cadence::promises_in_cases_are_kept_in_sight_and_by_their_day,
                cadence::a_digest_is_there_once_and_each_thing_happens_to_it_once,
                issues::an_issue_is_kept_found_and_changed_once,
                issues::verdicts_are_kept_by_round_when_they_change,
                issues::causes_plans_and_links_of_an_issue_are_kept,
                issues::what_names_a_merged_category_follows_it_and_comes_back,
                couriers::messages_are_there_once_and_conversations_are_entered_by_a_secret,
                told::who_was_told_of_an_issue_is_kept,
                told::checks_questions_and_progress_pages_are_there_once,
                told::who_is_removed_was_asked_and_told_as_a_number_only,
                couriers::letters_mailboxes_and_addresses_that_want_none_are_kept,
                couriers::a_restore_keeps_wishes_and_sends_nothing_twice,
                couriers::answers_go_before_letters,
                cubes::cubes_equal_a_recount,
                hear::what_was_kept_comes_back,
                hear::the_same_key_adds_one,
                hear::a_failing_write_leaves_the_others_intact,
                gathered::who_fails_among_the_gathered_fails_alone,
                gathered::the_same_key_among_the_gathered_adds_one,
                gathered::authors_at_once_are_authors_one_after_the_other,
                readings::corrections_outrank_the_model_until_they_are_undone,
                readings::other_words_are_a_revision_and_drop_the_reading,
                readings::what_is_read_again_stands_in_the_place_of_what_was,
                readings::the_company_changes_its_words,
                readings::scales_and_attributes_are_declared_once,
                company::imports_keep_their_progress_and_their_bad_rows,
                company::users_sessions_and_tokens_are_kept,
                company::settings_and_accounts_are_kept,
                operations::operational_data_is_kept_once_and_undone_exactly,
                operations::a_withdrawn_import_leaves_cubes_like_a_recount,
                operations::what_was_written_to_a_person_goes_with_them,
                operations::templates_and_sources_are_kept,
                arranged::departments_places_and_calendars_are_kept,
                arranged::a_segment_holds_who_fits_today,
                arranged::corrections_follow_a_merged_category_and_come_back,
                learning::examples_follow_corrections_words_and_sight,
                learning::corrections_of_the_sentiment_are_examples_of_no_category,
                learning::corrections_of_emotion_and_stage_are_examples_of_no_category,
                learning::versions_remember_their_categories_and_examples,
                outbox::the_outbox_tells_every_change_and_is_cut_back,
                posts::forms_and_webhooks_are_kept,
                posts::health_is_told_from_small_tables,
                outbox::what_arrived_is_told_to_those_who_may_see_it,
                promised::promises_and_commitments_are_kept,
                promised::what_came_how_far_is_counted_by_stage_and_post,
                together::what_was_answered_together_comes_as_rows,
                people::persons_are_known_again_by_their_handles,
                people::narrowed_sight_hides_what_was_heard_elsewhere,
                work::jobs_are_taken_once_and_survive,
                work::what_nobody_waits_for_is_taken_by_the_hand_that_is_kept_for_it,
                work::a_failing_job_waits_longer_each_time_and_is_given_up,
            ]
        );
    };
}
