//! Every table is accounted for.
