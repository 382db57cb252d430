//! Statistics: sums of vectors, what of them means the same in another form, and ratios over them.

mod convert;
mod progress;
mod ratio;
mod sum;

pub use convert::convert;
pub use progress::{Progress, Standing};
pub use ratio::{RATIOS, RatioValue};
pub(in crate::domain) use ratio::{REFUSED, UNAVAILABLE};
pub use sum::{Sum, SumFault};
