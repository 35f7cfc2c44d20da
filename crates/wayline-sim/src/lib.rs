//! The simulator: a host of the engine on virtual time, with sample people and decision logs.
