//! Typed Liquid templates: a small checked subset, its references, and rendering.
