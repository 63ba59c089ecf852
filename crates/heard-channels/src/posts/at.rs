//! Where a row says that it was heard.

use heard_domain::channel::Channel;

/// A listening post as a file names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct At {
    /// Its name, as it stands there.
    pub name: String,
    /// Its channel, if it is said.
    pub channel: Option<Channel>,
}
