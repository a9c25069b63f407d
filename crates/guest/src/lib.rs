//! The guest ABIs: import modules decoded onto the kernel.
