//! Builds the weights of heat: `cargo run --release --example train -- FOLDER`, where FOLDER holds the public texts
//! that `models/sources.toml` lists. The same inputs give the same weights; another file in place of one is refused.
//!
//! Two heads learn what public texts call abuse and anger. The heads that matter learn from the project's own
//! examples, with the public heads among their signals. Figures come from examples whose author or whole theme was
//! left out, and from public texts that were kept back.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a program for developers; counts of rows are small"
)]

mod calibrate;
mod data;
mod figures;
mod fit;
mod own;
mod record;
mod report;
mod table;

use std::error::Error;
use std::path::Path;

use aside::detect::heat::ngrams::BUCKETS;
use aside::detect::heat::weights::Weights;

use data::Public;
use fit::{Linear, Problem};
use own::{DISPLEASURE, Heads, Own, RESERVE};
use table::Table;

/// Strength of the pull of weights to zero, for heads that learn from public texts.
const RIDGE: f64 = 0.3;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: train FOLDER, which holds the public texts")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let examples = data::examples(&root.join("examples"))?;
    let sources = data::sources(&root.join("sources.toml"))?;
    let public = data::public(Path::new(&folder), &sources)?;
    println!("{} examples, {} public texts", examples.len(), public.len());

    let samples =
        public.iter().map(|text| &text.sample).chain(examples.iter().map(|example| &example.sample));
    let table = Table::new(samples);
    let heads = [
        public_head(&table, &public, |text| text.abuse),
        public_head(&table, &public, |text| text.annoyance),
    ];
    let own: Vec<Own> = examples.iter().map(|example| Own::new(&table, &heads, example)).collect();
    let (held, quiet): (Vec<Own>, Vec<Own>) =
        public.iter().filter_map(|text| Own::public(&table, &heads, text)).partition(|own| own.held);

    let by_author = own::left_out(&own, &quiet, |own| &own.batch, 10);
    report::left_out("author", &own, &by_author);
    report::left_out("theme", &own, &own::left_out(&own, &quiet, |own| &own.theme, usize::MAX));
    let calibration = calibrate::points(&own, &by_author);
    report::calibration(&own, &by_author, &calibration);

    let fitted = Heads::fit(own.iter().chain(&quiet));
    report::blind(&table, &heads, &fitted)?;
    report::public(&held, &fitted, &sources, &calibration);
    report::worst(&own, &by_author, &held, &fitted);
    let weights = table.weights(&heads, &fitted.all, (DISPLEASURE, RESERVE), calibration);
    let bytes = weights.to_bytes();
    Weights::parse(&bytes).map_err(|error| error.to_string())?;
    std::fs::write(root.join("heat.bin"), &bytes)?;
    record::write(&root, &sources, &bytes)
}

fn public_head(table: &Table, public: &[Public], label: impl Fn(&Public) -> Option<bool>) -> Linear {
    let mut problem = Problem::new(BUCKETS, 0, RIDGE, RIDGE);
    for text in public.iter().filter(|text| !text.held) {
        if let Some(label) = label(text) {
            problem.push(&table.row(&text.sample), &[], label, text.weight);
        }
    }
    problem.solve()
}
