//! Pooling of planes, `[planes][height * width]`, in squares that do not overlap. What does not fill a
//! last square is left out, as in common frameworks.

/// Shapes of a pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Rows of pixels of a plane.
    pub height: usize,
    /// Pixels of a row.
    pub width: usize,
    /// Rows and columns of a square, >= 1.
    pub size: usize,
}

impl Pool {
    /// Rows and columns of squares.
    #[must_use]
    pub fn output(&self) -> (usize, usize) {
        (self.height / self.size, self.width / self.size)
    }

    /// The squares of `planes` planes, in order: where the first pixel of each is.
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

    /// The pixels of a square whose first is at `first`, in order.
    fn pixels(&self, first: usize) -> impl Iterator<Item = usize> {
        let Self { width, size, .. } = *self;
        (0..size).flat_map(move |y| (0..size).map(move |x| first + y * width + x))
    }

    /// The largest of every square, `[planes][squares]`, and where it is in `input`: the first of equals.
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
                        // Chosen without a branch: nobody could predict it.
                        let larger = *pixel > largest.0;
                        largest.0 = if larger { *pixel } else { largest.0 };
                        largest.1 = if larger { at } else { largest.1 };
                    }
                    (*best, *place) = largest;
                }
            }
        }
    }

    /// The way back of [`max`](Self::max): `dx` holds `d` where the largest were, 0 elsewhere.
    pub fn max_gradient(d: &[f32], place: &[u32], dx: &mut [f32]) {
        dx.fill(0.0);
        for (d, place) in d.iter().zip(place) {
            dx[*place as usize] = *d;
        }
    }

    /// The mean of every square, `[planes][squares]`.
    pub fn mean(&self, input: &[f32], out: &mut [f32]) {
        let share = 1.0 / (self.size * self.size) as f32;
        let planes = self.planes(input.len());
        for (first, out) in self.squares(planes).zip(out) {
            *out = self.pixels(first).map(|at| input[at]).sum::<f32>() * share;
        }
    }

    /// The way back of [`mean`](Self::mean).
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
