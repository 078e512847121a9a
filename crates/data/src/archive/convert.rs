//! Elements of arrays as numbers, integers and planes of images.

use crate::format::npy::Elements;

/// Floats and integers as f32; `None` of text.
pub(super) fn numbers(values: Elements) -> Option<Vec<f32>> {
    Some(match values {
        Elements::F32(x) => x,
        Elements::F16(x) => x.iter().map(|x| x.to_f32()).collect(),
        Elements::F64(x) => x.iter().map(|x| *x as f32).collect(),
        other => integers(other)?.iter().map(|x| *x as f32).collect(),
    })
}

/// Integers; those beyond i64 become its largest. `None` of anything else.
pub(super) fn integers(values: Elements) -> Option<Vec<i64>> {
    fn wide<T: Copy + Into<i64>>(values: &[T]) -> Vec<i64> {
        values.iter().map(|x| (*x).into()).collect()
    }
    Some(match values {
        Elements::Bool(x) => wide(&x),
        Elements::I8(x) => wide(&x),
        Elements::I16(x) => wide(&x),
        Elements::I32(x) => wide(&x),
        Elements::I64(x) => x,
        Elements::U8(x) => wide(&x),
        Elements::U16(x) => wide(&x),
        Elements::U32(x) => wide(&x),
        Elements::U64(x) => x
            .iter()
            .map(|x| i64::try_from(*x).unwrap_or(i64::MAX))
            .collect(),
        Elements::F16(_) | Elements::F32(_) | Elements::F64(_) | Elements::Text(_) => return None,
    })
}

/// The place of the colors in an array of images, `[n, ..]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Channels, rows and columns.
    pub(super) shape: [usize; 3],
    /// True where colors come last, pixel by pixel.
    pub(super) interleaved: bool,
}

/// The layout of images of `sizes`, the array's shape without the number of examples; `None` of others.
/// Gray images have two sizes; of three, one, 1 or 3, is the number of channels: the first one (planes),
/// else the last one (pixel by pixel).
pub(super) fn layout(sizes: &[usize]) -> Option<Layout> {
    let (shape, interleaved) = match *sizes {
        [width] => ([1, 1, width], false),
        [rows, columns] => ([1, rows, columns], false),
        [channels @ (1 | 3), rows, columns] => ([channels, rows, columns], false),
        [rows, columns, channels @ (1 | 3)] => ([channels, rows, columns], true),
        _ => return None,
    };
    Some(Layout { shape, interleaved })
}

/// Images of `[rows][columns][channels]` as `[channels][rows][columns]`, one after another.
pub(super) fn planes<T: Copy>(pixels: &[T], [channels, rows, columns]: [usize; 3]) -> Vec<T> {
    let size = channels * rows * columns;
    if size == 0 {
        return Vec::new();
    }
    let plane = |image: &[T], channel| -> Vec<T> {
        image
            .iter()
            .skip(channel)
            .step_by(channels)
            .copied()
            .collect()
    };
    let image = |image| (0..channels).flat_map(move |channel| plane(image, channel));
    pixels.chunks_exact(size).flat_map(image).collect()
}
