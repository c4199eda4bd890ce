//! Logistic regression with a ridge, solved by L-BFGS (Nocedal 1980) with backtracking.

/// How many earlier steps the solver remembers.
const MEMORY: usize = 10;
const MOST_STEPS: usize = 200;
/// Relative decrease of the loss that is too small to go on.
const ENOUGH: f64 = 1e-7;

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
    signal_ridge: f64,
    ends: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
    labels: Vec<bool>,
    weights: Vec<f64>,
}

impl Problem {
    pub(crate) fn new(columns: usize, signals: usize, ridge: f64, signal_ridge: f64) -> Self {
        Self {
            columns,
            signals,
            ridge,
            signal_ridge,
            ends: Vec::new(),
            indices: Vec::new(),
            values: Vec::new(),
            labels: Vec::new(),
            weights: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, row: &[(u32, f32)], signals: &[f32], label: bool, weight: f64) {
        for (column, value) in row {
            self.indices.push(*column);
            self.values.push(*value);
        }
        for (signal, value) in signals.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            self.indices.push((self.columns + signal) as u32);
            self.values.push(*value);
        }
        self.indices.push((self.columns + self.signals) as u32);
        self.values.push(1.0);
        self.ends.push(self.indices.len());
        self.labels.push(label);
        self.weights.push(weight);
    }

    pub(crate) fn solve(&self) -> Linear {
        let x = minimize(vec![0.0; self.columns + self.signals + 1], |x, gradient| self.loss(x, gradient));
        let part = |range: std::ops::Range<usize>| x[range].iter().map(|weight| *weight as f32).collect();
        Linear {
            sparse: part(0..self.columns),
            signals: part(self.columns..self.columns + self.signals),
            bias: x[self.columns + self.signals] as f32,
        }
    }

    /// The loss at `x`, and its gradient.
    fn loss(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut loss = self.penalty(x, gradient);
        let mut start = 0;
        for ((end, label), weight) in self.ends.iter().zip(&self.labels).zip(&self.weights) {
            let (indices, values) = (&self.indices[start..*end], &self.values[start..*end]);
            start = *end;
            let logit: f64 =
                indices.iter().zip(values).map(|(index, value)| x[*index as usize] * f64::from(*value)).sum();
            let margin = if *label { logit } else { -logit };
            loss +=
                weight * (if margin > 0.0 { (-margin).exp().ln_1p() } else { margin.exp().ln_1p() - margin });
            let slope = weight * (1.0 / (1.0 + margin.exp())) * if *label { -1.0 } else { 1.0 };
            for (index, value) in indices.iter().zip(values) {
                gradient[*index as usize] += slope * f64::from(*value);
            }
        }
        loss
    }

    fn penalty(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut loss = 0.0;
        let bias = x.len() - 1;
        for (at, (weight, slope)) in x.iter().zip(gradient).enumerate() {
            let ridge = if at == bias {
                0.0
            } else if at >= self.columns {
                self.signal_ridge
            } else {
                self.ridge
            };
            loss += 0.5 * ridge * weight * weight;
            *slope = ridge * weight;
        }
        loss
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

/// Where `loss` is least, from `x` on.
fn minimize(mut x: Vec<f64>, loss: impl Fn(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
    let mut gradient = vec![0.0; x.len()];
    let mut value = loss(&x, &mut gradient);
    let mut memory: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..MOST_STEPS {
        let direction = direction(&gradient, &memory);
        let slope = dot(&direction, &gradient);
        let mut step =
            if memory.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1e-12) } else { 1.0 };
        let (next, next_value, next_gradient) = loop {
            let mut next = x.clone();
            add(&mut next, step, &direction);
            let mut next_gradient = vec![0.0; x.len()];
            let next_value = loss(&next, &mut next_gradient);
            if next_value <= value + 1e-4 * step * slope || step < 1e-10 {
                break (next, next_value, next_gradient);
            }
            step *= 0.5;
        };
        let moved: Vec<f64> = next.iter().zip(&x).map(|(next, x)| next - x).collect();
        let turned: Vec<f64> =
            next_gradient.iter().zip(&gradient).map(|(next, before)| next - before).collect();
        let done = value - next_value <= ENOUGH * value.abs();
        (x, value, gradient) = (next, next_value, next_gradient);
        if done {
            break;
        }
        if dot(&moved, &turned) > 0.0 {
            memory.push((moved, turned));
            if memory.len() > MEMORY {
                memory.remove(0);
            }
        }
    }
    x
}

/// The two-loop recursion.
fn direction(gradient: &[f64], memory: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for (moved, turned) in memory.iter().rev() {
        let share = dot(moved, &direction) / dot(moved, turned);
        add(&mut direction, -share, turned);
        shares.push(share);
    }
    if let Some((moved, turned)) = memory.last() {
        let scale = dot(moved, turned) / dot(turned, turned);
        for part in &mut direction {
            *part *= scale;
        }
    }
    for ((moved, turned), share) in memory.iter().zip(shares.iter().rev()) {
        let back = dot(turned, &direction) / dot(moved, turned);
        add(&mut direction, share - back, moved);
    }
    direction
}
