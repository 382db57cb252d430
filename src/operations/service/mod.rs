//! Instances of the service: that they began and ended, and by what they work.

mod standing;

pub use standing::{
    Begun, Configured, Difference, Standing, beat, begin, end, newest_step, reload, standing,
};
