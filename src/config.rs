//! `rolewright.toml`.
