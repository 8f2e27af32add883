//! What becomes of spans: `dropped = ended - exported - queued` whenever none is on its way.

use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts};

/// Why a span was dropped.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reason {
    /// As many waited as may.
    QueueFull,
    /// The collector did not take it.
    ExportFailed,
    /// The process ended before it could leave.
    Shutdown,
}

impl Reason {
    fn label(self) -> &'static str {
        match self {
            Reason::QueueFull => "queue_full",
            Reason::ExportFailed => "export_failed",
            Reason::Shutdown => "shutdown",
        }
    }
}

/// The metrics of spans. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    pub(super) ended: IntCounter,
    pub(super) exported: IntCounter,
    pub(super) queued: IntGauge,
    dropped: IntCounterVec,
}

impl Counts {
    pub(super) fn new() -> prometheus::Result<Counts> {
        let dropped = Opts::new("trace_spans_dropped_total", "Spans lost, by reason.");
        let counts = Counts {
            ended: IntCounter::new("trace_spans_ended_total", "Sampled spans that ended.")?,
            exported: IntCounter::new(
                "trace_spans_exported_total",
                "Spans that the collector took.",
            )?,
            queued: IntGauge::new("trace_spans_queued", "Spans that wait to be exported.")?,
            dropped: IntCounterVec::new(dropped, &["reason"])?,
        };
        for reason in [Reason::QueueFull, Reason::ExportFailed, Reason::Shutdown] {
            counts.dropped.with_label_values(&[reason.label()]);
        }
        Ok(counts)
    }

    pub(super) fn register(&self, registry: &prometheus::Registry) -> prometheus::Result<()> {
        registry.register(Box::new(self.ended.clone()))?;
        registry.register(Box::new(self.exported.clone()))?;
        registry.register(Box::new(self.queued.clone()))?;
        registry.register(Box::new(self.dropped.clone()))
    }

    pub(super) fn dropped(&self, reason: Reason) -> IntCounter {
        self.dropped.with_label_values(&[reason.label()])
    }
}
