//! Numbers, flags and wire structs shared by the kernel and its guests.
