//! The engine and its world, on a kernel of the tests.

mod cases;
mod direct;
mod engine;
mod guest;
mod limits;
mod outside;
