//! `conv 32 3x3`: 32 channels with kernels of 3 by 3, at every position where one fits.

use mesu_kernels::conv::Geometry;

use super::Shape;
use super::entry::{Entry, Refusal, number};
use super::neurons::Plan;

/// First word of its entry in a network's list.
pub(super) const NAME: &str = "conv";
/// Form of its entry.
pub(super) const FORM: &str =
    "conv N KxK [valid|same|pad N] [stride N] (same: K odd; pad: N below K)";

/// The square of a kernel's side, times any channels, is still a number.
const WIDEST_KERNEL: usize = 1 << 10;

/// Reads an entry; gives the shape of the output, too.
pub(super) fn read(Entry { words, input }: Entry<'_>) -> Result<(Plan, Shape), Refusal> {
    let [_, channels, kernel, more @ ..] = words else {
        return Err(Refusal::Unreadable);
    };
    let (rows, columns) = kernel.split_once('x').ok_or(Refusal::Unreadable)?;
    let kernel = number(rows, 1)?;
    if number(columns, 1)? != kernel || kernel > WIDEST_KERNEL {
        return Err(Refusal::Unreadable);
    }
    let (mut padding, mut stride) = (None, None);
    let mut more = more;
    while !more.is_empty() {
        // Each may be said once.
        more = match more {
            ["valid", rest @ ..] if padding.is_none() => {
                padding = Some(0);
                rest
            }
            ["same", rest @ ..] if kernel % 2 == 1 && padding.is_none() => {
                padding = Some(kernel / 2);
                rest
            }
            ["pad", n, rest @ ..] if padding.is_none() => {
                padding = Some(number(n, 0)?);
                rest
            }
            ["stride", n, rest @ ..] if stride.is_none() => {
                stride = Some(number(n, 1)?);
                rest
            }
            _ => return Err(Refusal::Unreadable),
        };
    }
    let (padding, stride) = (padding.unwrap_or(0), stride.unwrap_or(1));
    // More would be positions that see zeros alone.
    if padding >= kernel {
        return Err(Refusal::Unreadable);
    }
    let outputs = number(channels, 1)?;
    let Shape::Image([channels, height, width]) = input else {
        let what = "an image: channels, rows and columns (the network's input)";
        return Err(Refusal::needs(what));
    };
    let geometry = Geometry {
        channels,
        height,
        width,
        kernel,
        stride,
        padding,
    };
    let Some((rows, columns)) = geometry.output() else {
        let what = format!("at least {kernel} rows and columns, padding included");
        return Err(Refusal::Needs(what));
    };
    let plan = Plan::new(geometry.patch(), outputs, Some(geometry))?;
    Ok((plan, Shape::Image([outputs, rows, columns])))
}
