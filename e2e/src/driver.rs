//! Chromium's driver, on a free port.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// The driver; it ends with this value.
pub struct Driver {
    child: Child,
    /// Where it listens.
    pub address: String,
}

impl Driver {
    /// Starts `chromedriver`.
    pub fn start() -> Result<Self> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver does not start: install it (Debian: apt-get install chromium chromium-driver)")?;
        let out = child.stdout.take().context("chromedriver has no output")?;
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, after) = line.split_once("successfully on port ")?;
            after.trim_end_matches('.').parse::<u16>().ok()
        });
        // The pipe must not fill up.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address: format!("http://127.0.0.1:{}", port.context("chromedriver did not say its port")?) })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
