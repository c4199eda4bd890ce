//! The colors of the picture.
//!
//! It brings a dark ground of its own, so that it looks the same in Discord's dark and light themes and wherever else
//! it is shown. Categories have colors of Okabe and Ito, which people with any kind of color vision tell apart. Source:
//! <https://jfly.uni-koeln.de/color/>. Nothing is told by color alone.

use super::super::Fate;
use crate::detect::Category;

/// Red, green and blue.
pub(super) type Color = [u8; 3];

/// What everything stands on.
pub(super) const GROUND: Color = [0x1e, 0x22, 0x2a];
/// A panel.
pub(super) const PANEL: Color = [0x27, 0x2c, 0x36];
/// Lines of a grid, and tracks that bars run in.
pub(super) const GRID: Color = [0x3d, 0x44, 0x52];
/// Words.
pub(super) const INK: Color = [0xf2, 0xf4, 0xf8];
/// Words of less weight.
pub(super) const QUIET: Color = [0xb4, 0xbc, 0xca];
/// What went as it should.
pub(super) const FINE: Color = [0xc3, 0xd2, 0xe8];
/// What did not.
pub(super) const WRONG: Color = [0xff, 0x6b, 0x4a];

/// The color of a category.
pub(super) const fn category(category: Category) -> Color {
    match category {
        Category::BoilingPoint => [0xe6, 0x9f, 0x00],
        Category::SensitiveInfo => [0x56, 0xb4, 0xe9],
        Category::Confidential => [0x00, 0x9e, 0x73],
        Category::NeedsDetails => [0xf0, 0xe4, 0x42],
        Category::Personal => [0xcc, 0x79, 0xa7],
    }
}

/// The color of an end; its name stands beside it.
pub(super) const fn end(end: Fate) -> Color {
    match end {
        Fate::Resolved => FINE,
        Fate::Dismissed => WRONG,
        Fate::Declined | Fate::Expired | Fate::Open | Fate::HeldBack => [0x86, 0x91, 0xa4],
    }
}
