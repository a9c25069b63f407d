//! The portable Unix kernel of gopherix.
