//! The storage by itself: migrations, and the group rule of the lane.

mod fills;
mod lane;
mod migrations;
mod plans;
mod release;
