//! Listening posts (in) and couriers (out): the formats and protocols of other systems.
