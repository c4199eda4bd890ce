//! Forms and files, as people who use commands see them.

use aside::simulator::{Id, Permissions};
use serde_json::{Value, json};

use super::Server;

impl Server {
    /// The form that an interaction is answered with.
    pub(super) async fn form(&self, asked: Id) -> Value {
        let reply = self.reply(asked).await;
        assert_eq!(reply.kind, 9, "no form: {}", reply.data);
        let custom_id = reply.data["custom_id"].as_str().unwrap();
        assert!((1..=100).contains(&custom_id.chars().count()), "{custom_id}");
        reply.data
    }

    /// `who` sends the form that `opened` was answered with; which interaction that was.
    pub(super) fn sends(&self, who: &str, opened: Id, values: &[(&str, &str)]) -> Id {
        self.discord.submit_modal(self.discord.user(who).unwrap(), opened, values).unwrap()
    }

    /// The names and contents of the files below the answer to an interaction.
    pub(super) async fn files(&self, asked: Id) -> Vec<(String, String)> {
        self.read(asked).await;
        let attachments = self.discord.read(|state| {
            let of = state.interactions().find(|of| of.id == asked).unwrap();
            let message = state.messages(of.channel).find(|message| Some(message.id) == of.original);
            message.unwrap().attachments.clone()
        });
        let mut files = Vec::new();
        for attachment in attachments {
            let content =
                reqwest::get(attachment["url"].as_str().unwrap()).await.unwrap().text().await.unwrap();
            files.push((attachment["filename"].as_str().unwrap().to_owned(), content));
        }
        files
    }

    /// Lets `who` manage the server.
    pub(super) fn promote(&self, who: &str) {
        let guild = self.discord.guild("Harbor").unwrap();
        let role = self.discord.create_role(guild, "Keeper", Permissions::MANAGE_GUILD).unwrap();
        self.discord.set_roles(guild, self.discord.user(who).unwrap(), &[role]).unwrap();
    }

    /// Takes every role from `who`.
    pub(super) fn demote(&self, who: &str) {
        let guild = self.discord.guild("Harbor").unwrap();
        self.discord.set_roles(guild, self.discord.user(who).unwrap(), &[]).unwrap();
    }

    /// Lets `who` use a command, as those who manage a server can.
    pub(super) fn permit(&self, who: &str, command: &str) {
        let guild = self.discord.guild("Harbor").unwrap();
        self.discord.permit_command(guild, command, self.discord.user(who).unwrap()).unwrap();
    }
}

/// What stands in a field of a form.
pub(super) fn field(form: &Value, name: &str) -> String {
    let mut inputs = form["components"].as_array().unwrap().iter().map(|row| &row["components"][0]);
    let input = inputs.find(|input| input["custom_id"] == name).unwrap();
    input.get("value").unwrap_or(&json!("")).as_str().unwrap().to_owned()
}

/// Options, of which each is a text.
pub(super) fn texts<'a>(options: &[(&'a str, &str)]) -> Vec<(&'a str, Value)> {
    options.iter().map(|(name, text)| (*name, json!(text))).collect()
}
