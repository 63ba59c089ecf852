//! The known layouts, one source a file.

pub mod app_store;
pub mod bluesky;
pub mod delighted;
pub mod discourse;
pub mod fider;
pub mod formbricks;
pub mod google_forms;
pub mod google_play;
pub mod intercom;
pub mod mastodon;
pub mod native;
pub mod quackback;
pub mod qualtrics;
pub mod reddit;
pub mod salesforce;
pub mod surveymonkey;
pub mod trustpilot;
pub mod typeform;
pub mod x;
pub mod zendesk;
