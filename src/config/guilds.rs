//! What is in force in each server: the file's settings with what its moderators changed in chat.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::tz::TimeZone;

use super::build::{self, Core};
use super::problem::{ConfigError, Mistake, Problem};
use super::rule::{self, Built, RuleTable};
use super::{Config, GuildRule, GuildSettings, Loaded, Server, Standing};
use crate::message::GuildId;
use crate::wording::{Source, Wording, WordingError};

/// What is in force in one server. Immutable: a change makes another one.
pub struct GuildConfig {
    /// Counts the changes; 0 where nothing was ever set in chat.
    pub revision: u64,
    /// What was set in chat.
    pub settings: GuildSettings,
    /// The roles and channels that follow.
    pub server: Server,
    /// The rules, those that do not apply included.
    pub rules: Vec<GuildRule>,
    /// What judges and words.
    pub core: Core,
    built: Vec<Arc<Built>>,
}

/// Why settings cannot come into force.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// A rule is not valid.
    #[error("{0}")]
    Rule(Mistake),
    /// What is to be said cannot be.
    #[error(transparent)]
    Wording(#[from] WordingError),
}

/// What is in force everywhere.
pub struct GuildConfigs {
    config: Config,
    elsewhere: Arc<GuildConfig>,
    guilds: RwLock<HashMap<GuildId, Arc<GuildConfig>>>,
}

impl GuildConfigs {
    /// What the file says, for every server.
    ///
    /// # Errors
    ///
    /// When a setting, a rule or a template is not valid.
    pub fn new(loaded: Loaded) -> Result<Self, ConfigError> {
        let Loaded { config, core, .. } = loaded;
        let built = rule::build_all(&config.rule, &[]).map_err(|problem| problem.unplaced("settings"))?;
        let settings = GuildSettings::default();
        let rules = settings.rules_over(&config.rule);
        let elsewhere =
            Arc::new(GuildConfig { revision: 0, settings, server: Server::default(), rules, core, built });
        let configs = Self { config, elsewhere, guilds: RwLock::default() };
        for guild in configs.config.server.keys() {
            // Nothing but what was just found valid.
            if let Ok(named) = configs.build(*guild, 0, GuildSettings::default()) {
                configs.put(*guild, named);
            }
        }
        Ok(configs)
    }

    /// The file's settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is in force where nothing was set.
    pub fn elsewhere(&self) -> &GuildConfig {
        &self.elsewhere
    }

    /// What is in force in `guild`.
    pub fn of(&self, guild: GuildId) -> Arc<GuildConfig> {
        let guilds = self.guilds.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(guilds.get(&guild).unwrap_or(&self.elsewhere))
    }

    /// Whose days and hours are meant in a server, where its settings say no more: those of its working hours, else of
    /// its quiet hours, else of Greenwich.
    pub fn time_zone(&self, here: &GuildConfig) -> TimeZone {
        let working = here.core.promise.hours.as_ref().map(|hours| &hours.time_zone);
        let quiet = here.server.quiet_hours.as_ref().or(self.config.quiet_hours.as_ref());
        working.or(quiet.map(|hours| &hours.time_zone)).cloned().unwrap_or(TimeZone::UTC)
    }

    /// What would be in force in `guild` with `settings`. Rules that are as before are not built again.
    ///
    /// # Errors
    ///
    /// A rule or a template is not valid.
    pub fn build(
        &self,
        guild: GuildId,
        revision: u64,
        settings: GuildSettings,
    ) -> Result<GuildConfig, Unfit> {
        let before = self.of(guild);
        let rules = settings.rules_over(&self.config.rule);
        let applying = rules.iter().filter(|rule| rule.standing == Standing::On);
        let tables: Vec<_> = applying.map(|rule| rule.table.clone()).collect();
        let built = rule::build_all(&tables, &before.built);
        let built = built.map_err(|problem| Unfit::Rule(problem.mistake()))?;
        let file = self.config.server.get(&guild).cloned().unwrap_or_default();
        let server = settings.server_over(&file);
        let wording = self.wording(&settings, &before)?;
        let core = build::of_guild(&self.config, &self.elsewhere.core, &server, &built, wording);
        Ok(GuildConfig { revision, settings, server, rules, core, built })
    }

    /// What would judge in `guild` if `table` were its only rule.
    ///
    /// # Errors
    ///
    /// The rule is not valid.
    pub fn trial(&self, guild: GuildId, table: &RuleTable) -> Result<Core, Mistake> {
        let before = self.of(guild);
        let built = rule::build_all(std::slice::from_ref(table), &before.built).map_err(Problem::mistake)?;
        let wording = before.core.wording.clone();
        Ok(build::of_guild(&self.config, &self.elsewhere.core, &before.server, &built, wording))
    }

    fn wording(&self, settings: &GuildSettings, before: &GuildConfig) -> Result<Wording, WordingError> {
        let language = settings.language_over(&self.config);
        if settings.wording == before.settings.wording && before.core.wording.language() == language {
            return Ok(before.core.wording.clone());
        }
        let texts = settings.wording.iter().flat_map(|(language, texts)| {
            texts.iter().map(|(utterance, text)| Source::own(language, *utterance, text.clone()))
        });
        self.elsewhere.core.wording.over(language, texts)
    }

    /// Brings `config` into force, unless something newer is already.
    pub fn put(&self, guild: GuildId, config: GuildConfig) {
        let mut guilds = self.guilds.write().unwrap_or_else(PoisonError::into_inner);
        let newer = guilds.get(&guild).is_some_and(|known| known.revision > config.revision);
        if !newer {
            guilds.insert(guild, Arc::new(config));
        }
    }
}

impl GuildConfig {
    /// The rule called `name`.
    pub fn rule(&self, name: &str) -> Option<&GuildRule> {
        self.rules.iter().find(|rule| rule.table.name == name)
    }

    /// The rules that apply.
    pub fn in_force(&self) -> impl Iterator<Item = &RuleTable> {
        self.rules.iter().filter(|rule| rule.standing == Standing::On).map(|rule| &rule.table)
    }
}
