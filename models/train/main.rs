//! Builds the weights of heat: `cargo run --release --example train -- FOLDER`, where FOLDER holds the public texts
//! that `models/sources.toml` lists. The same inputs give the same weights; another file in place of one is refused.
//!
//! Two heads learn what public texts call abuse and anger. The heads that matter learn from the project's own
//! examples, with the public heads among their signals, and a network hears them all. Figures come from examples whose
//! author or whole theme was left out, and from public texts that were kept back.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a program for developers; counts of rows are small"
)]

mod blend;
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
use aside::detect::heat::weights::{Weights, heat_logit};

use data::Public;
use fit::{Linear, Problem};
use own::{Heads, Own};
use table::Table;

/// Strength of the pull of weights to zero, for heads that learn from public texts.
const RIDGE: f64 = 0.3;
/// Into how many parts public texts are divided, so that each is judged by a head that did not see it.
const STRANGERS: usize = 3;
/// Into how many parts the project's own examples are divided by author, and by theme.
const AUTHORS: usize = 8;
const THEMES: usize = 8;

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
    let rows: Vec<Vec<(u32, f32)>> = public.iter().map(|text| table.row(&text.sample)).collect();
    let (abuse, abuses) = public_head(&rows, &public, |text| text.abuse);
    let (annoyance, annoyances) = public_head(&rows, &public, |text| text.annoyance);
    let heads = [abuse, annoyance];
    let own: Vec<Own> = examples.iter().map(|example| Own::new(&table, &heads, example)).collect();
    let (held, quiet): (Vec<Own>, Vec<Own>) = public
        .iter()
        .zip(rows)
        .zip(abuses.into_iter().zip(annoyances))
        .filter_map(|((text, row), logits)| Own::public(row, logits.into(), text))
        .partition(|own| own.held);

    let rows: Vec<&Own> = own.iter().chain(&quiet).collect();
    let authors = own::folds(&rows, |own| &own.batch, AUTHORS);
    let logits = own::left_out(&rows, &authors);
    let heard = blend::rows(&rows, &logits);
    let by_author = blend::left_out(&heard, &authors, own.len());
    report::left_out("author", &own, &by_author);
    let themes = own::folds(&rows, |own| &own.theme, THEMES);
    let theme_logits = own::left_out(&rows, &themes);
    let by_theme = blend::left_out(&blend::rows(&rows, &theme_logits), &themes, own.len());
    report::left_out("theme", &own, &by_theme);
    let calibration = calibrate::points(&own, &by_author);
    report::calibration(&own, &by_author, &calibration);
    report::functional(&own, &by_author, &calibration);

    let blend = blend::fit(&heard.iter().collect::<Vec<_>>());
    let fitted = Heads::fit(&rows);
    let judge = |own: &Own| heat_logit(&blend, &fitted.logits(own), &own.signals);
    report::blind(&judge, &|text, boils| Own::blind(&table, &heads, text, boils), &calibration)?;
    report::public(&held, &judge, &sources, &calibration);
    report::worst(&own, &by_author, &held, &judge);
    let weights = table.weights(&heads, &fitted.all, blend, calibration);
    let bytes = weights.to_bytes();
    Weights::parse(&bytes).map_err(|error| error.to_string())?;
    std::fs::write(root.join("heat.bin"), &bytes)?;
    record::write(&root, &sources, &bytes)
}

/// A head that learns from public texts, and what it says of each of them; of one it learned from, what a head says
/// that did not, or those that learn from these logits would trust them too much.
fn public_head(
    rows: &[Vec<(u32, f32)>],
    public: &[Public],
    label: impl Fn(&Public) -> Option<bool> + Sync,
) -> (Linear, Vec<f32>) {
    let part = |text: &Public| if text.held { STRANGERS } else { (text.draw / 10) as usize % STRANGERS };
    let mut heads = fit::each(STRANGERS + 1, |out| {
        let mut problem = Problem::new(BUCKETS, 0, RIDGE);
        for (row, text) in rows.iter().zip(public).filter(|(_, text)| !text.held && part(text) != out) {
            if let Some(label) = label(text) {
                problem.push(row, &[], label, text.weight);
            }
        }
        problem.solve()
    });
    let logits = rows.iter().zip(public).map(|(row, text)| heads[part(text)].logit(row, &[])).collect();
    (heads.swap_remove(STRANGERS), logits)
}
