//! Everything that the bots of this test binary log, kept to be searched.

use std::io;
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;

static WRITTEN: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(|| {
    let filter = EnvFilter::new("aside=trace,info");
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Writer).init();
    Mutex::default()
});

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to listen; anything logged before is lost.
pub(crate) fn listen() {
    LazyLock::force(&WRITTEN);
}

/// Everything logged so far.
pub(crate) fn written() -> String {
    String::from_utf8_lossy(&WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
