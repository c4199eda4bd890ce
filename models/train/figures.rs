//! Figures of merit.

/// A score and the truth.
pub(crate) type Scored = (f32, bool);

/// Area under the ROC curve, ties counting half.
pub(crate) fn auc(rows: &[Scored]) -> f64 {
    let mut rows = rows.to_vec();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut below, mut sum, mut positives) = (0.0, 0.0, 0.0);
    for tied in rows.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        let hits = tied.iter().filter(|row| row.1).count() as f64;
        let misses = tied.len() as f64 - hits;
        sum += hits * (below + misses / 2.0);
        below += misses;
        positives += hits;
    }
    sum / (positives * below).max(1.0)
}

/// The best F1 of any threshold.
pub(crate) fn best_f1(rows: &[Scored]) -> f64 {
    let mut rows = rows.to_vec();
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    let all = rows.iter().filter(|row| row.1).count() as f64;
    let mut found = 0.0;
    let mut best: f64 = 0.0;
    for (at, row) in rows.iter().enumerate() {
        found += f64::from(u8::from(row.1));
        best = best.max(2.0 * found / (at as f64 + 1.0 + all));
    }
    best
}

/// Precision and recall of taking every row at or above `threshold`.
pub(crate) fn precision_recall(rows: &[Scored], threshold: f32) -> (f64, f64) {
    let taken: Vec<&Scored> = rows.iter().filter(|row| row.0 >= threshold).collect();
    let right = taken.iter().filter(|row| row.1).count() as f64;
    let all = rows.iter().filter(|row| row.1).count() as f64;
    (right / (taken.len() as f64).max(1.0), right / all.max(1.0))
}

/// The harmonic mean.
pub(crate) fn f1((precision, recall): (f64, f64)) -> f64 {
    2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE)
}

/// The mean of the F1 of taking every row at or above `threshold`, and of leaving the others.
pub(crate) fn macro_f1(rows: &[Scored], threshold: f32) -> f64 {
    let contrary: Vec<Scored> =
        rows.iter().map(|(score, truth)| (f32::from(u8::from(*score < threshold)), !truth)).collect();
    f64::midpoint(f1(precision_recall(rows, threshold)), f1(precision_recall(&contrary, 0.5)))
}
