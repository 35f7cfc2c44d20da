//! The one pure, deterministic journey engine behind test, dry run and production.
