//! How often each n-gram comes, and the rows and the table that follow from it.

use std::borrow::Cow;

use aside::detect::heat::Sample;
use aside::detect::heat::ngrams::{BUCKETS, Family};
use aside::detect::heat::weights::{Blend, ENTRY, Head, IDF_UNIT, Weights};

use crate::fit::Linear;

/// The inverse document frequency of each bucket, as the weights store it.
pub(crate) struct Table {
    idf: Vec<u8>,
}

impl Table {
    pub(crate) fn new<'s>(samples: impl Iterator<Item = &'s Sample>) -> Self {
        let mut documents = vec![0_u32; BUCKETS];
        let mut seen = vec![u32::MAX; BUCKETS];
        let mut count = 0_u32;
        for sample in samples {
            for (_, bucket) in &sample.ngrams {
                if seen[*bucket] != count {
                    seen[*bucket] = count;
                    documents[*bucket] += 1;
                }
            }
            count += 1;
        }
        let idf = |documents: &u32| {
            let idf = (f64::from(count + 1) / f64::from(documents + 1)).ln() + 1.0;
            (idf * f64::from(IDF_UNIT)).round().clamp(1.0, 255.0) as u8
        };
        Self { idf: documents.iter().map(idf).collect() }
    }

    /// The n-grams of `sample` as columns and values, each block of length 1.
    pub(crate) fn row(&self, sample: &Sample) -> Vec<(u32, f32)> {
        let mut squares = [0_u32; Family::COUNT];
        for (family, bucket) in &sample.ngrams {
            squares[*family as usize] += u32::from(self.idf[*bucket]).pow(2);
        }
        let lengths = squares.map(|squares| (squares as f32).sqrt().max(IDF_UNIT));
        let mut row: Vec<(u32, f32)> = sample
            .ngrams
            .iter()
            .map(|(family, bucket)| {
                (*bucket as u32, f32::from(self.idf[*bucket]) / lengths[*family as usize])
            })
            .collect();
        row.sort_unstable_by_key(|(bucket, _)| *bucket);
        row.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
            }
            same
        });
        row
    }

    /// Everything learned, in eight bits.
    pub(crate) fn weights(
        &self,
        public: &[Linear],
        own: &[Linear],
        blend: Blend,
        calibration: Vec<(f32, f32)>,
    ) -> Weights<'static> {
        let mut weights = Weights { blend, calibration, ..Weights::default() };
        let mut table = vec![0_u8; BUCKETS * ENTRY];
        for (entry, idf) in table.chunks_exact_mut(ENTRY).zip(&self.idf) {
            entry[0] = *idf;
        }
        for (at, head) in public.iter().chain(own).enumerate() {
            let scaled: Vec<f32> = head
                .sparse
                .iter()
                .zip(&self.idf)
                .map(|(weight, idf)| weight * f32::from(*idf) / IDF_UNIT)
                .collect();
            let largest = scaled.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
            let scale = (largest / 127.0).max(f32::MIN_POSITIVE);
            for (entry, weight) in table.chunks_exact_mut(ENTRY).zip(&scaled) {
                entry[1 + at] = ((weight / scale).round() as i8).cast_unsigned();
            }
            (weights.scales[at], weights.biases[at]) = (scale, head.bias);
        }
        for (to, head) in weights.signals.iter_mut().zip(own) {
            to.clone_from(&head.signals);
        }
        debug_assert_eq!(Head::ALL.len(), public.len() + own.len());
        weights.table = Cow::Owned(table);
        weights
    }
}
