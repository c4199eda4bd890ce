//! What is stored about people: that all of it is known, can be shown, is forgotten on wish and in time, and is then
//! really gone.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops where it is wrong"
)]

#[path = "privacy/command_line.rs"]
mod command_line;
#[path = "privacy/forgetting.rs"]
mod forgetting;
#[path = "privacy/keeping.rs"]
mod keeping;
#[path = "privacy/place.rs"]
mod place;
#[path = "postgres/server.rs"]
mod server;
#[path = "privacy/tables.rs"]
mod tables;

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
    forgetting:
        who_is_in_every_part_is_forgotten_in_each_but_as_a_moderator,
        what_remains_of_a_case_names_nobody_and_counts,
        what_was_given_up_is_forgotten_too_even_if_it_was_tried_again,
        numbers_are_not_given_again,
        a_message_that_was_forgotten_is_not_noticed_again_but_can_be_taken_up_by_hand,
        that_a_conversation_was_spoken_to_lately_is_known_without_whom,
        what_came_after_the_wish_stays,
        other_servers_are_left_alone_and_so_is_the_language_they_need,
        an_answer_to_an_action_of_a_case_that_is_gone_is_no_trouble,
        what_a_member_gave_in_a_form_is_gone_when_the_case_is_over;
    keeping:
        a_case_is_kept_for_a_month_after_it_is_over_and_then_gone,
        it_can_be_kept_for_no_time_at_all,
        a_case_that_is_over_and_not_yet_told_so_waits,
        a_case_whose_action_was_given_up_waits_no_longer_than_others,
        everything_else_has_its_time_too,
        a_bare_message_is_known_for_as_long_as_it_could_be_read_back,
        a_sweep_is_made_of_small_ones,
        a_language_of_an_earlier_version_is_kept_for_a_year_from_now_on,
        a_transcript_follows_what_is_edited_and_deleted,
        a_cause_names_no_member_and_goes_with_its_time,
        a_case_that_is_erased_is_left_out_of_its_cause;
    tables:
        every_table_is_on_the_list,
        what_names_people_is_listed_as_being_about_them,
        whoever_is_in_every_part_is_shown_each,
        an_export_holds_everything_and_of_others_no_ids;
}
