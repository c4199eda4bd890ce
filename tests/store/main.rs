//! What every store promises, held against each database; and what each says when it cannot.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops where it is wrong"
)]

mod backup;
mod contract;
mod faults;
mod file;
mod migrations;
mod place;
mod processes;
mod relay;
#[path = "../postgres/server.rs"]
mod server;
mod shards;

/// Runs each over an SQLite file and over PostgreSQL.
macro_rules! contract {
    ($($module:ident: $($name:ident),+;)+) => {
        mod sqlite {
            $($(#[tokio::test]
            async fn $name() {
                crate::$module::$name(crate::place::Place::file()).await;
            })+)+
        }
        mod postgres {
            $($(#[tokio::test]
            async fn $name() {
                if let Some(place) = crate::place::Place::server() {
                    crate::$module::$name(place).await;
                }
            })+)+
        }
    };
}

contract! {
    contract:
        a_case_is_found_by_its_message_its_thread_and_its_public_words,
        a_case_that_cannot_be_read_keeps_no_other_waiting,
        a_change_is_saved_with_its_record_unless_someone_was_quicker,
        a_members_next_message_joins_a_young_case_only,
        a_message_counted_with_a_raid_is_known_from_then_on,
        a_proposal_is_taken_once_in_its_own_server_within_a_day,
        an_action_is_answered_once_and_then_gone,
        clocks_are_seen_to_in_order_put_off_and_set_anew,
        notes_and_languages_are_remembered,
        numbers_count_from_one_in_each_guild,
        the_most_urgent_action_is_taken_up_first,
        the_same_message_is_one_case_and_a_shield_may_follow,
        what_came_of_cases_is_found_by_server_and_time,
        what_happens_to_a_case_outside_the_outbox_is_committed_with_what_follows,
        what_happens_to_several_and_the_words_about_it_are_one_and_can_be_said_elsewhere,
        what_is_committed_outlives_the_process,
        what_is_given_up_waits_to_be_tried_again_or_dropped,
        what_was_said_of_a_message_last_is_what_counts,
        who_was_acknowledged_where_is_remembered,
        what_many_do_at_once_is_done_once,
        cases_are_found_by_what_they_are_and_noted_on,
        a_cause_ends_with_its_cases_or_not_at_all;
    shards:
        a_process_sees_to_its_own_servers,
        each_shard_was_heard_when_its_process_was,
        what_another_process_gave_up_is_its_own;
    migrations:
        a_database_of_a_later_version_is_left_alone,
        several_may_open_a_new_one_at_once;
}
