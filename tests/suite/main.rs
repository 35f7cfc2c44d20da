//! One test binary: link once, run parallel.
