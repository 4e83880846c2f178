//! The world: files, flags, streams, exit codes.
