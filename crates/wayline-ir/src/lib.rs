//! The checked journey as plain, versioned, hashable data.
