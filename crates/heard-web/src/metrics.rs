//! Metrics: what is counted of requests, and the whole picture at the moment somebody looks. Labels are words of the program
//! (templates of routes, codes, channels): never identifiers, never what somebody wrote, so that their number has a bound.

use std::fmt::Write;
use std::time::Duration;

use heard_domain::channel::Channel;
use heard_store::answer::Pace;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// What is told of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfChannel {
    channel: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Follower {
    follower: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// The route of a request that fits none.
pub const NO_ROUTE: &str = "none";

/// Seconds: from a page out of memory to a question over everything.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

/// What is looked up when somebody looks.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// How many feedbacks each channel has brought.
    pub heard: Vec<(Channel, u64)>,
    /// Background work that waits or runs.
    pub jobs_waiting: u64,
    /// Background work that has failed for good.
    pub jobs_failed: u64,
    /// How many listen to the stream.
    pub listening: usize,
}

/// What is counted.
pub struct Metrics {
    requests: Family<Asked, Counter>,
    seconds: Family<OfRoute, Histogram, fn() -> Histogram>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { requests: Family::default(), seconds: Family::new_with_constructor(histogram) }
    }
}

/// Methods that are counted by name: a stranger may write any word there.
fn known(method: &str) -> &'static str {
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].into_iter().find(|known| *known == method).unwrap_or("other")
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, method: &str, route: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Asked { method: known(method), route, status }).inc();
        self.seconds.get_or_create(&OfRoute { route }).observe(took.as_secs_f64());
    }

    /// Everything, as Prometheus reads it (`OpenMetrics` text).
    pub fn text(&self, pace: &Pace, now: &Now) -> String {
        let mut all = Registry::with_prefix("heard");
        all.register("requests", "Requests answered", self.requests.clone());
        all.register_with_unit("request_duration", "How long they took", Unit::Seconds, self.seconds.clone());
        let heard = Family::<OfChannel, Gauge>::default();
        for (channel, count) in &now.heard {
            heard.get_or_create(&OfChannel { channel: channel.code() }).set(*count as i64);
        }
        all.register("feedback", "Feedback heard, by channel", heard);
        let counted = pace.meter;
        let mut count = |name: &str, help: &str, value: u64| {
            let counter: Counter = Counter::default();
            counter.inc_by(value);
            all.register(name, help, counter);
        };
        count("commits", "Groups of writes that became durable", counted.commits);
        count("commits_undone", "Groups of writes that were undone", counted.undone);
        count("writes", "Writes in these groups: divided by the groups, the size of a group", counted.writes);
        count("reads", "Reads of the store", counted.reads);
        count("commit_microseconds", "How long groups of writes took in all", counted.commit_us);
        let waiting = Family::<State, Gauge>::default();
        for (state, value) in [("write", counted.writes_waiting), ("read", counted.reads_waiting)] {
            waiting.get_or_create(&State { state }).set(value as i64);
        }
        all.register("store_waiting", "What waits for the store", waiting);
        let lag = Family::<Follower, Gauge>::default();
        for (follower, mark) in [("columns", pace.columns), ("index", pace.index)] {
            // Who is not ready is as far behind as it can be.
            lag.get_or_create(&Follower { follower }).set(pace.outbox - mark.unwrap_or(0));
        }
        all.register("outbox_lag", "How many changes a follower of the outbox is behind", lag);
        let ready = Family::<Follower, Gauge>::default();
        for (follower, mark) in [("columns", pace.columns), ("index", pace.index)] {
            ready.get_or_create(&Follower { follower }).set(i64::from(mark.is_some()));
        }
        all.register("follower_ready", "Whether a follower of the outbox is ready", ready);
        let jobs = Family::<State, Gauge>::default();
        for (state, value) in [("waiting", now.jobs_waiting), ("failed", now.jobs_failed)] {
            jobs.get_or_create(&State { state }).set(value as i64);
        }
        all.register("jobs", "Background work", jobs);
        let gauge = |value: i64| {
            let gauge: Gauge = Gauge::default();
            gauge.set(value);
            gauge
        };
        all.register("listeners", "How many listen to what arrives", gauge(now.listening as i64));
        if let Some(bytes) = resident() {
            all.register_with_unit("memory_resident", "Memory in use", Unit::Bytes, gauge(bytes));
        }
        let build = Family::<Build, Gauge>::default();
        build.get_or_create(&Build { version: env!("CARGO_PKG_VERSION") }).set(1);
        all.register("build", "Which Heard this is", build);
        let mut out = String::new();
        if encode(&mut out, &all).is_err() {
            // Writing to a String cannot fail.
            let _ = out.write_str("# EOF\n");
        }
        out
    }
}

/// The memory of this process, in bytes, where the system tells.
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok().map(|kib| kib * 1024)
}
