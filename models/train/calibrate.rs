//! From logits to heat.

use crate::own::Own;

/// Heat is interpolated between these.
const HEATS: [f64; 23] = [
    0.0001, 0.001, 0.003, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 0.85,
    0.9, 0.95, 0.98, 0.99, 0.999,
];
const STEPS: usize = 50;

/// Pairs of logit and heat such that, of left-out rows of one heat, about that share boils: Platt's logistic
/// (1999), fitted by Newton's method.
pub(crate) fn points(own: &[Own], logits: &[f32]) -> Vec<(f32, f32)> {
    let rows: Vec<(f64, f64)> = own
        .iter()
        .zip(logits)
        .map(|(own, logit)| (f64::from(*logit), f64::from(u8::from(own.boils()))))
        .collect();
    let (mut slope, mut shift) = (1.0, 0.0);
    for _ in 0..STEPS {
        let step = newton(&rows, slope, shift);
        slope -= step.0;
        shift -= step.1;
    }
    println!("calibration: heat = logistic({slope:.3} · logit + {shift:.3})");
    HEATS.iter().map(|heat| ((((heat / (1.0 - heat)).ln() - shift) / slope) as f32, *heat as f32)).collect()
}

fn newton(rows: &[(f64, f64)], slope: f64, shift: f64) -> (f64, f64) {
    let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
    for (x, boils) in rows {
        let p = 1.0 / (1.0 + (-(slope * x + shift)).exp());
        let (error, curve) = (p - boils, p * (1.0 - p));
        g0 += error * x;
        g1 += error;
        h00 += curve * x * x;
        h01 += curve * x;
        h11 += curve;
    }
    let determinant = h00 * h11 - h01 * h01;
    ((g0 * h11 - g1 * h01) / determinant, (g1 * h00 - g0 * h01) / determinant)
}
