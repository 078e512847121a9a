//! Pooling of planes, `[planes][height * width]`, over squares that do not overlap. Rows and columns that do
//! not fill a last square are dropped, as in common frameworks.

/// Shape of a pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Number of rows of a plane.
    pub height: usize,
    /// Number of pixels in a row.
    pub width: usize,
    /// Pool size: rows and columns of a square, >= 1.
    pub size: usize,
}

impl Pool {
    /// Number of rows and columns of squares.
    #[must_use]
    pub fn output(&self) -> (usize, usize) {
        (self.height / self.size, self.width / self.size)
    }

    /// Offsets of the first pixel of each square of `planes` planes, in order.
    fn squares(&self, planes: usize) -> impl Iterator<Item = usize> {
        let (rows, columns) = self.output();
        let Self {
            height,
            width,
            size,
        } = *self;
        (0..planes * rows).flat_map(move |row| {
            let first = (row / rows * height + row % rows * size) * width;
            (0..columns).map(move |column| first + column * size)
        })
    }

    /// Offsets of the pixels of the square that begins at `first`, in order.
    fn pixels(&self, first: usize) -> impl Iterator<Item = usize> {
        let Self { width, size, .. } = *self;
        (0..size).flat_map(move |y| (0..size).map(move |x| first + y * width + x))
    }

    /// Writes the maximum of every square, `[planes][squares]`, and its offset in `input`; ties go to the
    /// first.
    pub fn max(&self, input: &[f32], out: &mut [f32], place: &mut [u32]) {
        let (rows, columns) = self.output();
        if rows * columns == 0 {
            return;
        }
        let outs = (out.chunks_exact_mut(columns)).zip(place.chunks_exact_mut(columns));
        for (row, (out, place)) in outs.enumerate() {
            let first = (row / rows * self.height + row % rows * self.size) * self.width;
            for y in 0..self.size {
                let begin = first + y * self.width;
                let pixels = input[begin..][..columns * self.size].chunks_exact(self.size);
                let squares = out.iter_mut().zip(&mut *place).zip(pixels);
                for (column, ((best, place), pixels)) in squares.enumerate() {
                    let at = (begin + column * self.size) as u32;
                    let mut largest = if y == 0 {
                        (pixels[0], at)
                    } else {
                        (*best, *place)
                    };
                    for (pixel, at) in pixels.iter().zip(at..) {
                        // Selected without a branch, which would be mispredicted.
                        let larger = *pixel > largest.0;
                        largest.0 = if larger { *pixel } else { largest.0 };
                        largest.1 = if larger { at } else { largest.1 };
                    }
                    (*best, *place) = largest;
                }
            }
        }
    }

    /// Writes the gradient of [`max`](Self::max): `d` at the offsets of the maxima, 0 elsewhere.
    pub fn max_gradient(d: &[f32], place: &[u32], dx: &mut [f32]) {
        dx.fill(0.0);
        for (d, place) in d.iter().zip(place) {
            dx[*place as usize] = *d;
        }
    }

    /// Writes the mean of every square, `[planes][squares]`.
    pub fn mean(&self, input: &[f32], out: &mut [f32]) {
        let share = 1.0 / (self.size * self.size) as f32;
        let planes = self.planes(input.len());
        for (first, out) in self.squares(planes).zip(out) {
            *out = self.pixels(first).map(|at| input[at]).sum::<f32>() * share;
        }
    }

    /// Writes the gradient of [`mean`](Self::mean).
    pub fn mean_gradient(&self, d: &[f32], dx: &mut [f32]) {
        dx.fill(0.0);
        let share = 1.0 / (self.size * self.size) as f32;
        let planes = self.planes(dx.len());
        for (first, d) in self.squares(planes).zip(d) {
            self.pixels(first).for_each(|at| dx[at] = d * share);
        }
    }

    fn planes(&self, pixels: usize) -> usize {
        pixels / (self.height * self.width)
    }
}
