//! Logistic regression with a ridge, solved by dual coordinate descent (Yu, Huang and Lin 2011).

/// How often every row is gone over, at most.
const MOST_ROUNDS: usize = 30;
/// A slope of the dual that is too small to go on.
const ENOUGH: f64 = 2e-2;
/// Newton's steps within one row, at most.
const MOST_STEPS: usize = 100;
/// Signals are that much smaller while weights are sought: the search is quicker, and their ridge stronger.
const SIGNAL: f32 = 0.5;

/// A fitted head: a weight a bucket, a weight a signal, a bias.
pub(crate) struct Linear {
    pub(crate) sparse: Vec<f32>,
    pub(crate) signals: Vec<f32>,
    pub(crate) bias: f32,
}

impl Linear {
    pub(crate) fn logit(&self, row: &[(u32, f32)], signals: &[f32]) -> f32 {
        let sparse: f32 = row.iter().map(|(column, value)| self.sparse[*column as usize] * value).sum();
        let dense: f32 = self.signals.iter().zip(signals).map(|(weight, value)| weight * value).sum();
        self.bias + sparse + dense
    }
}

/// Rows with labels and weights.
pub(crate) struct Problem {
    columns: usize,
    signals: usize,
    ridge: f64,
    ends: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
    rows: Vec<Row>,
}

/// What is known of a row beside its values.
struct Row {
    label: f64,
    /// The squared length of its values.
    square: f64,
    /// The most its dual variable can be.
    bound: f64,
}

impl Problem {
    pub(crate) fn new(columns: usize, signals: usize, ridge: f64) -> Self {
        let (ends, indices, values, rows) = (vec![0], Vec::new(), Vec::new(), Vec::new());
        Self { columns, signals, ridge, ends, indices, values, rows }
    }

    pub(crate) fn push(&mut self, row: &[(u32, f32)], signals: &[f32], label: bool, weight: f64) {
        let start = self.indices.len();
        let dense = signals.iter().enumerate().filter(|(_, value)| **value != 0.0);
        let dense = dense.map(|(signal, value)| ((self.columns + signal) as u32, SIGNAL * value));
        let bias = ((self.columns + self.signals) as u32, 1.0);
        for (column, value) in row.iter().copied().chain(dense).chain([bias]) {
            self.indices.push(column);
            self.values.push(value);
        }
        self.ends.push(self.indices.len());
        let square = self.values[start..].iter().map(|value| f64::from(*value).powi(2)).sum();
        self.rows.push(Row { label: if label { 1.0 } else { -1.0 }, square, bound: weight / self.ridge });
    }

    pub(crate) fn solve(&self) -> Linear {
        let x = self.descend();
        let (sparse, dense) = x.split_at(self.columns);
        Linear {
            sparse: sparse.iter().map(|weight| *weight as f32).collect(),
            signals: dense[..self.signals].iter().map(|weight| *weight as f32 * SIGNAL).collect(),
            bias: dense[self.signals] as f32,
        }
    }

    /// The weights for which the loss is least. The order of rows is shuffled, always alike.
    fn descend(&self) -> Vec<f64> {
        let mut x = vec![0.0; self.columns + self.signals + 1];
        let mut duals: Vec<[f64; 2]> = self.rows.iter().map(Row::first).collect();
        for (at, dual) in duals.iter().enumerate() {
            self.add(&mut x, at, dual[0]);
        }
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..MOST_ROUNDS {
            random.shuffle(&mut order);
            let steepest = order.iter().map(|at| self.step(&mut x, *at, &mut duals[*at])).fold(0.0, f64::max);
            if steepest < ENOUGH {
                break;
            }
        }
        x
    }

    /// Moves one row's dual variable to where it is best, the others being as they are; how steep it was.
    fn step(&self, x: &mut [f64], at: usize, dual: &mut [f64; 2]) -> f64 {
        let row = &self.rows[at];
        let margin: f64 = self.values(at).map(|(column, value)| x[column] * value).sum::<f64>() * row.label;
        // The smaller of the variable and what is left of its bound is the one that is reckoned with.
        let flip = row.square.mul_add(0.5 * (dual[1] - dual[0]), margin) < 0.0;
        let (near, sign) = if flip { (1, -1.0) } else { (0, 1.0) };
        let before = dual[near];
        let (after, steepness) = row.best(before, sign * margin);
        dual[near] = after;
        dual[1 - near] = row.bound - after;
        self.add(x, at, sign * (after - before));
        steepness
    }

    /// Adds row `at` to `x`, `times` its label.
    fn add(&self, x: &mut [f64], at: usize, times: f64) {
        let factor = times * self.rows[at].label;
        for (column, value) in self.values(at) {
            x[column] += factor * value;
        }
    }

    fn values(&self, at: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.ends[at]..self.ends[at + 1];
        let values = &self.values[range.clone()];
        self.indices[range].iter().zip(values).map(|(column, value)| (*column as usize, f64::from(*value)))
    }
}

impl Row {
    /// Where its dual variable begins, and what is left of the bound.
    fn first(&self) -> [f64; 2] {
        let first = (0.001 * self.bound).min(1e-8);
        [first, self.bound - first]
    }

    /// The best value of a dual variable, by Newton's method, and how steep it is at `before`.
    fn best(&self, before: f64, margin: f64) -> (f64, f64) {
        let slope = |z: f64| self.square.mul_add(z - before, margin) + (z / (self.bound - z)).ln();
        let mut z = if self.bound - before < 0.5 * self.bound { 0.1 * before } else { before };
        let steepness = slope(z).abs();
        for _ in 0..MOST_STEPS {
            let steep = slope(z);
            if steep.abs() < 0.1 * ENOUGH {
                break;
            }
            let next = z - steep / (self.square + self.bound / (self.bound - z) / z);
            z = if next <= 0.0 { 0.1 * z } else { next };
        }
        (z, steepness)
    }
}

/// Calls `work` with each number below `count`, on as many threads as there are processors, and gives the results in
/// order.
pub(crate) fn each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let work = &work;
        let share = |first: usize| {
            move || (first..count).step_by(threads).map(|at| (at, work(at))).collect::<Vec<_>>()
        };
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(share(first))).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
