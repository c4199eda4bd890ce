//! What the bot tells at `/metrics`, read as Prometheus reads it and held against the catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};

use aside::simulator::Simulator;
use aside::telemetry::{CATALOG, Metric, Type};

use crate::community::{GLANCE, PATIENCE};
use crate::manners::Said;

/// An address of this machine that nobody else has: every process has loopback addresses of its own.
pub(crate) fn address() -> SocketAddr {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let [next, last] = TAKEN.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    SocketAddr::from((
        [127, 1 + high % 250, low, last.clamp(1, 254)],
        9464 + u16::from(next) + u16::from(last % 2),
    ))
}

/// What stands behind a path, and with which status.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Result<(u16, String), String> {
    let answer = reqwest::get(format!("http://{address}{path}")).await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    Ok((status, answer.text().await.map_err(|error| error.to_string())?))
}

/// Waits until `path` answers with this status; what it says then.
pub(crate) async fn until(address: SocketAddr, path: &str, status: u16) -> String {
    let mut last = String::new();
    let asking = async {
        loop {
            match get(address, path).await {
                Ok((told, text)) if told == status => return text,
                Ok((told, text)) => last = format!("{told} {text}"),
                Err(error) => last = error,
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    let asked = tokio::time::timeout(PATIENCE, asking).await;
    asked.unwrap_or_else(|_| panic!("{path} never answered {status}; last: {last}"))
}

/// Everything told.
pub(crate) struct Told {
    text: String,
    samples: Vec<Sample>,
}

struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Told {
    pub(crate) async fn at(address: SocketAddr) -> Result<Self, String> {
        let (status, text) = get(address, "/metrics").await?;
        if status != 200 {
            return Err(format!("/metrics answers {status}"));
        }
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let samples = lines.map(|line| Sample::read(line).ok_or_else(|| format!("not a sample: {line}")));
        let samples = samples.collect::<Result<_, _>>()?;
        Ok(Self { text, samples })
    }

    /// The sum over all samples of this name whose labels hold these values.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let fits = |sample: &&Sample| {
            sample.name == name
                && labels.iter().all(|(label, value)| sample.labels.get(*label).is_some_and(|is| is == value))
        };
        self.samples.iter().filter(fits).map(|sample| sample.value).sum()
    }

    /// Every metric of the catalog is told, and nothing else; labels say what they may, and nothing of anybody.
    pub(crate) fn is_declared(&self, shards: u32) -> Result<(), String> {
        let told: BTreeSet<&str> =
            self.samples.iter().filter_map(Sample::metric).map(|metric| metric.name).collect();
        if let Some(metric) = CATALOG.iter().find(|metric| !told.contains(metric.name)) {
            return Err(format!("{} is not told", metric.name));
        }
        self.samples.iter().try_for_each(|sample| sample.is_declared(shards))
    }

    /// Nobody's words, and nobody's name or number.
    pub(crate) fn is_discreet(&self, discord: &Simulator, said: &[Said]) -> Result<(), String> {
        for said in said {
            said.stays_out_of(&self.text, "a metric")?;
        }
        let samples = self.text.lines().filter(|line| !line.starts_with('#'));
        let labels: String = samples
            .filter_map(|line| line.split_once('{')?.1.split_once('}'))
            .map(|(labels, _)| labels)
            .collect();
        let people = discord.read(|state| {
            let users = state.users().map(|user| (user.id, user.name.clone()));
            let guilds = state.guilds().map(|guild| (guild.id, guild.name.clone()));
            let channels = state.channels().map(|channel| (channel.id, channel.name.clone()));
            users.chain(guilds).chain(channels).collect::<Vec<_>>()
        });
        let quoted = |word: &str| labels.contains(&format!("\"{word}\""));
        match people.iter().find(|(id, name)| labels.contains(&id.to_string()) || quoted(name)) {
            Some((id, name)) => Err(format!("a label tells of {name:?} ({id})")),
            None => Ok(()),
        }
    }
}

impl Sample {
    /// `name{label="value",…} value`; no value of ours holds a quote or a comma.
    fn read(line: &str) -> Option<Self> {
        let (series, value) = line.rsplit_once(' ')?;
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}')?),
            None => (series, ""),
        };
        let label = |pair: &str| {
            let (label, value) = pair.split_once('=')?;
            Some((label.to_owned(), value.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
        };
        let labels = labels.split(',').filter(|pair| !pair.is_empty()).map(label).collect::<Option<_>>()?;
        Some(Self { name: name.to_owned(), labels, value: value.parse().ok()? })
    }

    fn metric(&self) -> Option<&'static Metric> {
        let is = |metric: &&Metric| match metric.kind {
            Type::Histogram(_) => ["_bucket", "_sum", "_count"]
                .iter()
                .any(|part| self.name.strip_suffix(part) == Some(metric.name)),
            Type::Counter | Type::Gauge => self.name == metric.name,
        };
        CATALOG.iter().find(is)
    }

    fn is_declared(&self, shards: u32) -> Result<(), String> {
        let metric = self.metric().ok_or_else(|| format!("{} is not declared", self.name))?;
        let bound = self.name.ends_with("_bucket").then_some("le");
        let declared: BTreeSet<&str> = metric.labels.iter().map(|label| label.name).chain(bound).collect();
        let told: BTreeSet<&str> = self.labels.keys().map(String::as_str).collect();
        if declared != told {
            return Err(format!("{} has the labels {told:?}, not {declared:?}", self.name));
        }
        for label in metric.labels {
            let value = &self.labels[label.name];
            if !label.values.hold(value, shards) {
                return Err(format!("{}: {} says {value:?}", self.name, label.name));
            }
        }
        Ok(())
    }
}
