//! `/setup`: a panel that saves each choice at once, and holds nothing itself.

use aside::simulator::{Id, Permissions, Simulator};
use serde_json::{Value, json};

use super::Server;
use crate::community::{private_threads, said, settled};
use crate::manners;

/// The built-in rules.
const SHIPPED: &str = "";

/// The answer to `asked` as it stands: its words, and its buttons and selects by `custom_id`.
fn panel(discord: &Simulator, asked: Id) -> (String, Vec<Value>) {
    discord.read(|state| {
        let of = state.interactions().find(|of| of.id == asked).unwrap();
        let message = state.messages(of.channel).find(|message| Some(message.id) == of.original).unwrap();
        let parts =
            message.components.iter().flat_map(|row| row["components"].as_array().unwrap().clone()).collect();
        (message.content.clone(), parts)
    })
}

fn part(parts: &[Value], custom_id: &str) -> Value {
    let found = parts.iter().find(|part| part["custom_id"] == custom_id);
    found.unwrap_or_else(|| panic!("no {custom_id} in {parts:?}")).clone()
}

fn defaults(part: &Value) -> Vec<String> {
    let all = part["default_values"].as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn chosen(part: &Value) -> String {
    let options = part["options"].as_array().unwrap().iter();
    let chosen: Vec<&Value> = options.filter(|option| option["default"] == true).collect();
    assert_eq!(chosen.len(), 1, "{part}");
    chosen[0]["value"].as_str().unwrap().to_owned()
}

/// `who` chooses `values` in the panel that `asked` shows; the words of the panel then.
async fn choose(server: &Server, who: &str, asked: Id, custom_id: &str, values: &[&str]) -> (Id, String) {
    let asked = server.choose(who, asked, custom_id, values);
    let words = server.read(asked).await;
    (asked, words)
}

async fn press(server: &Server, asked: Id, label: &str) -> (Id, String) {
    let asked = server.press("olga", asked, label);
    let words = server.read(asked).await;
    (asked, words)
}

fn id(of: Option<Id>) -> String {
    of.unwrap().to_string()
}

/// Furious enough for the built-in rules.
const FURIOUS: &str =
    "You are pathetic liars and thieves, I am sick of this disgusting garbage, go to hell!!!";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_set_up_from_the_first_choice_to_the_first_thread() {
    let mut server = Server::with(SHIPPED).await;
    let discord = &server.discord;
    let (moderator, help, staff) =
        (id(discord.role("Moderator")), id(discord.channel("help")), id(discord.channel("staff")));
    let asked = server.asks("olga", "setup", &[]);
    let words = server.read(asked).await;
    assert!(words.contains("1 of 3") && words.contains("Until one is chosen it is"), "{words}");
    let (_, parts) = panel(discord, asked);
    assert_eq!(defaults(&part(&parts, "setup:role")), Vec::<String>::new());
    assert_eq!(part(&parts, "setup:desk")["channel_types"], json!([0]));

    let (asked, words) = choose(&server, "olga", asked, "setup:role", &[&moderator]).await;
    assert!(words.contains(&format!("The moderator role is <@&{moderator}>.")), "{words}");
    assert!(words.contains("`/rules undo number:1`"), "{words}");
    let (asked, _) = choose(&server, "olga", asked, "setup:desk", &[&help]).await;
    let (asked, words) = choose(&server, "olga", asked, "setup:alerts", &[&staff]).await;
    assert!(!words.contains('⚠') && !words.contains("nowhere to tell"), "all is well so far: {words}");
    let (_, parts) = panel(discord, asked);
    for (custom_id, expected) in [("setup:role", &moderator), ("setup:desk", &help), ("setup:alerts", &staff)]
    {
        assert_eq!(defaults(&part(&parts, custom_id)), std::slice::from_ref(expected), "{custom_id}");
    }

    let (asked, words) = press(&server, asked, "Next").await;
    assert!(words.contains("2 of 3") && words.contains("has waited **5m**"), "{words}");
    let (asked, words) = press(&server, asked, "Next").await;
    assert!(
        words.contains("3 of 3") && words.contains("every channel that everyone can read, now 5"),
        "{words}"
    );
    let (_, parts) = panel(discord, asked);
    assert_eq!(chosen(&part(&parts, "setup:mode")), "act");
    assert_eq!(chosen(&part(&parts, "setup:language")), "en");
    assert_eq!(part(&parts, "setup:channels")["channel_types"], json!([0, 2, 5, 13, 15]));

    let general = discord.channel("general").unwrap();
    let (asked, words) = choose(&server, "olga", asked, "setup:channels", &[&general.to_string()]).await;
    assert!(words.contains("those chosen below, now 1"), "{words}");
    let (asked, words) = choose(&server, "olga", asked, "setup:mode", &["observe"]).await;
    assert!(words.contains("The mode is **observe**."), "{words}");
    let (asked, words) = press(&server, asked, "Finish").await;
    for expected in [
        "I only observe",
        "A furious message",
        "hold back: else I would have taken the member aside",
        "A card number given away",
        &format!("I tell moderators in <#{staff}>"),
        "Nothing is missing.",
    ] {
        assert!(words.contains(expected), "{expected:?} is not in: {words}");
    }

    let alex = discord.user("alex").unwrap();
    discord.post(alex, general, FURIOUS).unwrap();
    settled(discord, &server.home).await.unwrap();
    assert!(said(discord, general).is_empty() && private_threads(discord).is_empty());
    assert_eq!(
        said(discord, discord.channel("staff").unwrap()).len(),
        1,
        "moderators read what would have been"
    );

    let (asked, _) = press(&server, asked, "Back").await;
    let (asked, _) = choose(&server, "olga", asked, "setup:mode", &["act"]).await;
    let (_, words) = press(&server, asked, "Finish").await;
    for expected in [
        "I act",
        &format!("✅ I open a private thread under <#{general}>."),
        &format!("bring <@&{moderator}> in"),
        "✅ I remove the message.",
        &format!("✅ I acknowledge it in public in <#{general}>."),
    ] {
        assert!(words.contains(expected), "{expected:?} is not in: {words}");
    }
    let sam = discord.user("sam").unwrap();
    discord.post(sam, general, FURIOUS).unwrap();
    discord.post(sam, discord.channel("help").unwrap(), FURIOUS).unwrap();
    settled(discord, &server.home).await.unwrap();
    assert_eq!(
        private_threads(discord).len(),
        1,
        "taken aside in the channel that was chosen, and nowhere else"
    );
    assert!(said(discord, discord.channel("help").unwrap()).is_empty());
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_goes_on_after_a_restart_and_shows_what_is_in_force() {
    let mut server = Server::with(SHIPPED).await;
    let asked = server.asks("olga", "setup", &[]);
    server.read(asked).await;
    let (asked, _) = press(&server, asked, "Next").await;
    let (asked, _) = press(&server, asked, "Next").await;
    let (news, ideas) = (id(server.discord.channel("news")), id(server.discord.channel("ideas")));
    let (asked, _) = choose(&server, "olga", asked, "setup:channels", &[&news, &ideas]).await;
    server.restart().await;
    let (asked, words) = choose(&server, "olga", asked, "setup:language", &["de"]).await;
    assert!(words.contains("I speak Deutsch in threads and in public"), "{words}");
    let (_, parts) = panel(&server.discord, asked);
    assert_eq!(defaults(&part(&parts, "setup:channels")), [news, ideas]);
    assert_eq!(chosen(&part(&parts, "setup:language")), "de");
    assert!(words.contains("no text channels: I will write to members directly"), "{words}");
    let (asked, words) = press(&server, asked, "Watch every public channel").await;
    assert!(words.contains("every channel that everyone can read, now 5"), "{words}");
    assert_eq!(defaults(&part(&panel(&server.discord, asked).1, "setup:channels")), Vec::<String>::new());
    let (_, words) = press(&server, asked, "Watch every public channel").await;
    assert!(words.contains("nothing was changed"), "{words}");
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_choice_lacks_is_told_at_once_with_the_fix() {
    let mut server = Server::with(SHIPPED).await;
    let discord = &server.discord;
    let harbor = discord.guild("Harbor").unwrap();
    let own = discord.role("Aside").unwrap();
    let ordinary = Permissions::ORDINARY;
    discord.set_role(harbor, own, ordinary | Permissions::CREATE_PRIVATE_THREADS).unwrap();
    let (general, staff) = (id(discord.channel("general")), id(discord.channel("staff")));
    let asked = server.asks("olga", "setup", &[]);
    let words = server.read(asked).await;
    assert!(words.contains("nowhere to tell moderators"), "{words}");
    let moderator = id(discord.role("Moderator"));
    let (asked, words) = choose(&server, "olga", asked, "setup:role", &[&moderator]).await;
    assert!(words.contains(&format!("⚠️ I cannot mention <@&{moderator}>")), "{words}");
    let (asked, words) = choose(&server, "olga", asked, "setup:alerts", &[&general]).await;
    assert!(words.contains(&format!("⚠️ Everyone can read the alert channel <#{general}>")), "{words}");
    assert!(words.contains("take **View Channel** from everyone there"), "{words}");
    let (asked, words) = choose(&server, "olga", asked, "setup:desk", &[&staff]).await;
    assert!(words.contains(&format!("Not everyone can see the desk channel <#{staff}>")), "{words}");
    let staff_id = discord.channel("staff").unwrap();
    discord.set_overwrite(staff_id, discord.bot(), Permissions::NONE, Permissions::SEND_MESSAGES).unwrap();
    settled(discord, &server.home).await.unwrap();
    let (_, words) = choose(&server, "olga", asked, "setup:alerts", &[&staff]).await;
    assert!(words.contains(&format!("⚠️ I cannot write in the alert channel <#{staff}>")), "{words}");
    let (asked, _) = press(&server, asked, "Next").await;
    let (asked, _) = press(&server, asked, "Next").await;
    let (_, words) = press(&server, asked, "Finish").await;
    assert!(words.contains("**Manage Messages** is missing everywhere"), "{words}");
    assert!(words.contains("❌ I cannot remove the message"), "{words}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_manage_the_server_sets_it_up() {
    let mut server = Server::with(SHIPPED).await;
    let discord = &server.discord;
    let (harbor, alex) = (discord.guild("Harbor").unwrap(), discord.user("alex").unwrap());
    discord.permit_command(harbor, "setup", alex).unwrap();
    let refused = server.says("alex", "setup", &[]).await;
    assert!(refused.contains("Manage Server"), "{refused}");
    let manager = discord.create_role(harbor, "Manager", Permissions::MANAGE_GUILD).unwrap();
    discord.set_roles(harbor, alex, &[manager]).unwrap();
    let asked = server.asks("alex", "setup", &[]);
    assert!(server.read(asked).await.contains("1 of 3"));
    discord.set_roles(harbor, alex, &[]).unwrap();
    let moderator = id(discord.role("Moderator"));
    let (_, refused) = choose(&server, "alex", asked, "setup:role", &[&moderator]).await;
    assert!(refused.contains("Manage Server"), "{refused}");
    let history = server.says("olga", "rules history", &[]).await;
    assert!(history.contains("Nothing was changed"), "{history}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_of_the_server_is_suggested_and_names_are_only_mentioned() {
    let mut server = Server::with(SHIPPED).await;
    let discord = &server.discord;
    let harbor = discord.guild("Harbor").unwrap();
    discord.set_guild_locale(harbor, "fr").unwrap();
    let hostile = format!("`**@everyone**` [free](https://a.example) {}", "x".repeat(40));
    discord.rename_channel(discord.channel("help").unwrap(), &hostile).unwrap();
    let role = discord.create_role(harbor, "@everyone ``` <@1>", Permissions::MANAGE_THREADS).unwrap();
    settled(discord, &server.home).await.unwrap();
    let asked = server.asks("olga", "setup", &[]);
    server.read(asked).await;
    let (asked, words) = choose(&server, "olga", asked, "setup:role", &[&role.to_string()]).await;
    assert!(words.contains(&format!("<@&{role}>")) && !words.contains("@everyone"), "{words}");
    let (asked, _) = press(&server, asked, "Next").await;
    let (asked, words) = press(&server, asked, "Next").await;
    assert!(words.contains("Your server is set to Français"), "{words}");
    assert!(!words.contains("free"), "{words}");
    let (_, words) = press(&server, asked, "Finish").await;
    assert!(!words.contains("free") && words.chars().count() <= 2000, "{words}");
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

/// Fills in the form of *Hours…*, in the order of its fields.
fn filled(values: [&str; 5]) -> [(&str, &str); 5] {
    let [remind_after, escalate_after, days, times, time_zone] = values;
    [
        ("remind_after", remind_after),
        ("escalate_after", escalate_after),
        ("days", days),
        ("times", times),
        ("time_zone", time_zone),
    ]
}

/// What stands in the fields of the form that `asked` was answered with.
async fn shown(server: &Server, asked: Id) -> Vec<String> {
    let form = server.reply(asked).await.data;
    let rows = form["components"].as_array().unwrap().iter();
    rows.map(|row| row["components"][0]["value"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The page about how soon a person answers.
async fn second_page(server: &Server) -> (Id, String) {
    let asked = server.asks("olga", "setup", &[]);
    server.read(asked).await;
    press(server, asked, "Next").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_says_how_soon_and_when_and_takes_it_back() {
    let mut server = Server::with(SHIPPED).await;
    let (asked, words) = second_page(&server).await;
    assert!(words.contains("has waited **5m**") && words.contains("**15m** later"), "{words}");
    assert!(words.contains("**always**. I remind at any hour"), "{words}");
    let form = server.press("olga", asked, "Hours…");
    assert_eq!(shown(&server, form).await, ["5m", "15m", "", "", ""]);
    let sent = server.submits("olga", form, &filled(["10", "1h", "fri-mon", "22-6", "Europe/Berlin"])).await;
    let words = server.read(sent).await;
    for expected in [
        "2 of 3",
        "That is what I go by from now on.",
        "has waited **10m**",
        "**1h** later",
        "**fri-mon 22:00-06:00 (Europe/Berlin)**",
        "there now, ",
    ] {
        assert!(words.contains(expected), "{expected:?} is not in: {words}");
    }
    let history = server.says("olga", "rules history", &[]).await;
    for expected in [
        "The time until a reminder: default → `10m`",
        "The time until others are asked: default → `1h`",
        "The working hours: default → `fri-mon 22:00-06:00 (Europe/Berlin)`",
    ] {
        assert!(history.contains(expected), "{expected:?} is not in: {history}");
    }

    server.restart().await;
    let (asked, words) = second_page(&server).await;
    assert!(words.contains("**fri-mon 22:00-06:00 (Europe/Berlin)**"), "{words}");
    let form = server.press("olga", asked, "Hours…");
    assert_eq!(shown(&server, form).await, ["10m", "1h", "fri-mon", "22:00-06:00", "Europe/Berlin"]);
    let sent = server.submits("olga", form, &filled(["0", "1h", "", "", ""])).await;
    let words = server.read(sent).await;
    assert!(words.contains("I remind nobody") && words.contains("**always**"), "{words}");
    let undone = server.says("olga", "rules undo", &[("number", json!(2))]).await;
    assert!(undone.contains("Change 2 is taken back."), "{undone}");
    let (_, words) = second_page(&server).await;
    assert!(words.contains("has waited **10m**") && words.contains("**fri-mon 22:00"), "{words}");
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_refused_names_the_fix_and_is_not_lost() {
    let mut server = Server::with(SHIPPED).await;
    let (asked, _) = second_page(&server).await;
    let form = server.press("olga", asked, "Hours…");
    let typed = ["5", "15", "mon-fri", "9-17", "Berlin"];
    let sent = server.submits("olga", form, &filled(typed)).await;
    let words = server.read(sent).await;
    assert!(
        words.contains("**Time zone**: `Berlin` is no time zone I know. Did you mean `Europe/Berlin`?"),
        "{words}"
    );
    assert!(words.contains("Working days: mon-fri"), "{words}");

    server.restart().await;
    let again = server.press("olga", sent, "Open the form again");
    assert_eq!(shown(&server, again).await, typed);
    let other = second_page(&server).await.0;
    let other = server.press("olga", other, "Hours…");
    let saved = server.submits("olga", again, &filled(["5", "15", "mon-fri", "9-17", "Europe/Berlin"])).await;
    let words = server.read(saved).await;
    assert!(words.contains("**mon-fri 09:00-17:00 (Europe/Berlin)**"), "{words}");

    let late = server.submits("olga", other, &filled(["5", "15", "sat", "9-17", "UTC"])).await;
    let words = server.read(late).await;
    assert!(words.contains("Someone changed this meanwhile"), "{words}");
    let history = server.says("olga", "rules history", &[]).await;
    assert!(!history.contains("reminder"), "what stayed as it was is not set: {history}");
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_role_is_chosen_and_what_it_lacks_is_told() {
    let mut server = Server::with(SHIPPED).await;
    let discord = &server.discord;
    let harbor = discord.guild("Harbor").unwrap();
    let leads = discord.create_role(harbor, "Leads", Permissions::NONE).unwrap();
    discord.set_role(harbor, discord.role("Aside").unwrap(), Permissions::ORDINARY).unwrap();
    settled(discord, &server.home).await.unwrap();
    let (asked, _) = second_page(&server).await;
    let (asked, words) = choose(&server, "olga", asked, "setup:escalation", &[&leads.to_string()]).await;
    assert!(words.contains(&format!("The escalation role is <@&{leads}>.")), "{words}");
    assert!(words.contains(&format!("⚠️ I cannot mention <@&{leads}>, so it is not asked")), "{words}");
    assert_eq!(defaults(&part(&panel(discord, asked).1, "setup:escalation")), [leads.to_string()]);
    let (_, words) = choose(&server, "olga", asked, "setup:escalation", &[]).await;
    assert!(words.contains("No escalation role is set here any more.") && !words.contains('⚠'), "{words}");
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_manage_the_server_sends_the_form() {
    let mut server = Server::with(SHIPPED).await;
    let discord = &server.discord;
    let harbor = discord.guild("Harbor").unwrap();
    let manager = discord.create_role(harbor, "Manager", Permissions::MANAGE_GUILD).unwrap();
    let sam = discord.user("sam").unwrap();
    discord.set_roles(harbor, sam, &[manager]).unwrap();
    let asked = server.asks("sam", "setup", &[]);
    server.read(asked).await;
    let asked = server.press("sam", asked, "Next");
    server.read(asked).await;
    let form = server.press("sam", asked, "Hours…");
    server.reply(form).await;
    discord.set_roles(harbor, sam, &[]).unwrap();
    let sent = server.submits("sam", form, &filled(["0", "0", "", "", ""])).await;
    let refused = server.read(sent).await;
    assert!(refused.contains("Manage Server"), "{refused}");
    server.stop().await;
}
