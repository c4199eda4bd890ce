//! Metrics as they are counted: every combination of labels is looked up once, at the start, so that counting is one atomic
//! addition.

use std::marker::PhantomData;

use prometheus::core::Collector;
use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry,
};

use super::catalog::{Metric, Type};
use super::label::Label;

/// One meter for each value of a label.
pub(super) struct By<A, M>(Box<[M]>, PhantomData<fn(A)>);

impl<A: Label, M> By<A, M> {
    /// The one of this value.
    pub(super) fn at(&self, value: A) -> &M {
        &self.0[value.place()]
    }

    fn new(meter: impl Fn(&[&str]) -> M) -> Self {
        Self(A::values().iter().map(|value| meter(&[value])).collect(), PhantomData)
    }
}

/// One meter for each pair of values of two labels.
pub(super) struct ByTwo<A, B, M>(Box<[By<B, M>]>, PhantomData<fn(A)>);

impl<A: Label, B: Label, M> ByTwo<A, B, M> {
    /// The one of these values.
    pub(super) fn at(&self, one: A, other: B) -> &M {
        self.0[one.place()].at(other)
    }

    fn new(meter: impl Fn(&[&str]) -> M) -> Self {
        let with = |value: &&'static str| By::new(|other| meter(&[value, other[0]]));
        Self(A::values().iter().map(with).collect(), PhantomData)
    }
}

/// Makes meters of declared metrics, and keeps them for the output.
pub(super) struct Register<'a>(pub(super) &'a Registry);

/// The names of metrics and labels are ours and constant: that they are valid and each registered once is held by a test that
/// makes them all.
const VALID: &str = "a declared metric";

#[expect(clippy::expect_used, reason = "see `VALID`")]
impl Register<'_> {
    fn keep<C: Collector + Clone + 'static>(&self, meter: C) -> C {
        self.0.register(Box::new(meter.clone())).expect(VALID);
        meter
    }

    pub(super) fn counter(&self, metric: &Metric) -> IntCounter {
        self.keep(IntCounter::new(metric.name, metric.help).expect(VALID))
    }

    pub(super) fn gauge(&self, metric: &Metric) -> IntGauge {
        self.keep(IntGauge::new(metric.name, metric.help).expect(VALID))
    }

    pub(super) fn measure(&self, metric: &Metric) -> Gauge {
        self.keep(Gauge::new(metric.name, metric.help).expect(VALID))
    }

    pub(super) fn histogram(&self, metric: &Metric) -> Histogram {
        self.keep(Histogram::with_opts(bounded(metric)).expect(VALID))
    }

    pub(super) fn counters(&self, metric: &Metric) -> IntCounterVec {
        self.keep(IntCounterVec::new(Opts::new(metric.name, metric.help), &labels(metric)).expect(VALID))
    }

    pub(super) fn gauges(&self, metric: &Metric) -> IntGaugeVec {
        self.keep(IntGaugeVec::new(Opts::new(metric.name, metric.help), &labels(metric)).expect(VALID))
    }

    pub(super) fn measures(&self, metric: &Metric) -> GaugeVec {
        self.keep(GaugeVec::new(Opts::new(metric.name, metric.help), &labels(metric)).expect(VALID))
    }

    pub(super) fn counter_by<A: Label>(&self, metric: &Metric) -> By<A, IntCounter> {
        let all = self.counters(metric);
        By::new(|values| all.with_label_values(values))
    }

    pub(super) fn gauge_by<A: Label>(&self, metric: &Metric) -> By<A, IntGauge> {
        let all = self.gauges(metric);
        By::new(|values| all.with_label_values(values))
    }

    pub(super) fn histogram_by<A: Label>(&self, metric: &Metric) -> By<A, Histogram> {
        let all = self.keep(HistogramVec::new(bounded(metric), &labels(metric)).expect(VALID));
        By::new(|values| all.with_label_values(values))
    }

    pub(super) fn counter_by_two<A: Label, B: Label>(&self, metric: &Metric) -> ByTwo<A, B, IntCounter> {
        let all = self.counters(metric);
        ByTwo::new(|values| all.with_label_values(values))
    }
}

fn labels(metric: &Metric) -> Vec<&'static str> {
    metric.labels.iter().map(|label| label.name).collect()
}

fn bounded(metric: &Metric) -> HistogramOpts {
    let bounds = if let Type::Histogram(bounds) = metric.kind { bounds } else { &[] };
    HistogramOpts::new(metric.name, metric.help).buckets(bounds.to_vec())
}
