//! How much input is taken. Each limit has a message of its own, so that nobody wonders what was left out.

/// Largest file that is read, in bytes.
pub const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Most entries of a revision's tree.
pub const TREE_ENTRIES: usize = 2_000_000;

/// Deepest nesting of lists, maps and blocks.
pub const DEPTH: usize = 128;

/// Most documents in one YAML file.
pub const DOCUMENTS: usize = 100_000;

/// Most tree nodes that aliases and merge keys may add to one file.
pub const ALIAS_NODES: usize = 100_000;

/// Most errors kept per file; the rest is counted only.
pub const ERRORS: usize = 50;

/// Most nodes of anchored values that are kept for aliases, per file.
pub const ANCHOR_NODES: usize = 1_000_000;

/// Most bytes of text that aliases and merge keys may add to one file.
pub const ALIAS_TEXT: usize = 16 * 1024 * 1024;
