//! Synapses, many at a time.

use mesu_kernels::{Matrix, PlanesMut};

use crate::rule::{Rule, State};

/// A group of synapses, `[outputs][inputs]` (biases: one row): one matrix for each number that the
/// learner's rule keeps of a synapse, by its name.
///
/// The first is the weight's mean `mu`, or the weight itself, `value`, of networks without uncertainty;
/// the second of a Gaussian synapse is its standard deviation `sigma`.
#[derive(Clone, Debug, PartialEq)]
pub struct Synapses {
    names: Vec<&'static str>,
    planes: Vec<Matrix>,
}

impl Synapses {
    /// Gaussian synapses with these means and standard deviations, `[rows][columns]`.
    ///
    /// # Panics
    /// When there are not `rows * columns` of each.
    #[must_use]
    pub fn new(rows: usize, columns: usize, mu: &[f32], sigma: &[f32]) -> Self {
        let mut synapses = Self {
            names: vec!["mu"],
            planes: vec![Matrix::from_slice(rows, columns, mu)],
        };
        synapses.add("sigma", Matrix::from_slice(rows, columns, sigma));
        synapses
    }

    /// Point weights with these values, `[rows][columns]`.
    ///
    /// # Panics
    /// When there are not `rows * columns`.
    #[must_use]
    pub fn points(rows: usize, columns: usize, values: &[f32]) -> Self {
        Self {
            names: vec!["value"],
            planes: vec![Matrix::from_slice(rows, columns, values)],
        }
    }

    /// Adds what a rule keeps beside the weights.
    pub(crate) fn add(&mut self, name: &'static str, mut plane: Matrix) {
        // What pads a row is updated like a synapse whose input is 0: it has to be a sound one too.
        plane.repeat_last_into_padding();
        self.names.push(name);
        self.planes.push(plane);
    }

    /// Adds what `rule` keeps beside the weights, at its first values.
    pub(crate) fn prepare<R: Rule>(&mut self, rule: &R) {
        let weight = if R::State::<f32>::GAUSSIAN { 2 } else { 1 };
        for plane in weight..R::State::<f32>::PLANES {
            let name = R::State::<f32>::name(plane);
            let first = |(mean, sigma)| rule.first_value(name, mean, sigma);
            let means = self.mu().values();
            let values: Vec<f32> = match self.sigma() {
                Some(sigma) => means.zip(sigma.values().map(Some)).map(first).collect(),
                None => means.map(|mean| first((mean, None))).collect(),
            };
            let (rows, columns) = (self.mu().rows(), self.mu().columns());
            self.add(name, Matrix::from_slice(rows, columns, &values));
        }
    }

    /// Adds the rows of other synapses, which have the same planes and columns, below its own.
    pub(crate) fn append_rows(&mut self, other: &Self) {
        let (rows, columns) = (self.mu().rows() + other.mu().rows(), self.mu().columns());
        self.append(other, rows, columns);
    }

    /// Adds the columns of another single row to its own.
    pub(crate) fn append_columns(&mut self, other: &Self) {
        let columns = self.mu().columns() + other.mu().columns();
        self.append(other, 1, columns);
    }

    /// Puts the numbers of `other` after its own, plane by plane.
    fn append(&mut self, other: &Self, rows: usize, columns: usize) {
        let planes = self.names.clone().into_iter().zip(&other.planes);
        for (number, (name, more)) in planes.enumerate() {
            let values = self.planes[number].values().chain(more.values());
            let values: Vec<f32> = values.collect();
            let mut plane = Matrix::from_slice(rows, columns, &values);
            if name != "mu" && name != "value" {
                plane.repeat_last_into_padding();
            }
            self.planes[number] = plane;
        }
    }

    /// Means, or the values of point weights.
    #[must_use]
    pub fn mu(&self) -> &Matrix {
        &self.planes[0]
    }

    /// Standard deviations, each > 0 and finite; none of point weights.
    #[must_use]
    pub fn sigma(&self) -> Option<&Matrix> {
        self.plane("sigma")
    }

    /// Plane that the rule keeps under this name.
    #[must_use]
    pub fn plane(&self, name: &str) -> Option<&Matrix> {
        let number = self.names.iter().position(|other| *other == name)?;
        Some(&self.planes[number])
    }

    /// The same, to change.
    pub(crate) fn plane_mut(&mut self, name: &str) -> Option<&mut Matrix> {
        let number = self.names.iter().position(|other| *other == name)?;
        Some(&mut self.planes[number])
    }

    /// Several planes to change at once, which have to be there, in this order.
    pub(crate) fn planes_named<const N: usize>(&mut self, names: [&str; N]) -> [&mut Matrix; N] {
        let mut planes = self.names.iter().zip(&mut self.planes);
        names.map(|name| {
            let found = planes.find(|(other, _)| **other == name);
            found.expect("added by the learner's engine").1
        })
    }

    /// All planes, by their names.
    pub fn planes(&self) -> impl Iterator<Item = (&'static str, &Matrix)> {
        self.names.iter().copied().zip(&self.planes)
    }

    /// Puts other values, `[rows][columns]`, into a plane.
    pub fn replace(&mut self, name: &str, values: &[f32]) {
        let (rows, columns) = (self.mu().rows(), self.mu().columns());
        if let Some(plane) = self.plane_mut(name) {
            *plane = Matrix::from_slice(rows, columns, values);
            if name != "mu" && name != "value" {
                plane.repeat_last_into_padding();
            }
        }
    }

    /// The names of all that is kept of a synapse.
    #[must_use]
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Number of synapses.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mu().rows() * self.mu().columns()
    }

    /// Returns whether there are no synapses.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first synapse that is not sound: its number, and which number of it is what.
    #[must_use]
    pub fn broken(&self) -> Option<(usize, &'static str, f32)> {
        let planes = self.names.iter().zip(&self.planes);
        planes
            .filter_map(|(name, plane)| {
                let sound = |x: f32| x.is_finite() && (x > 0.0 || *name != "sigma");
                let (number, value) = plane.values().enumerate().find(|(_, x)| !sound(*x))?;
                Some((number, *name, value))
            })
            .min_by_key(|(number, ..)| *number)
    }

    /// mu and sigma of Gaussian synapses.
    pub(crate) fn gaussian(&self) -> (&Matrix, &Matrix) {
        assert_eq!(self.names[1], "sigma", "an estimator for Gaussian synapses");
        (&self.planes[0], &self.planes[1])
    }

    /// The planes, to read or replace.
    pub(crate) fn planes_mut(&mut self) -> &mut [Matrix] {
        &mut self.planes
    }

    /// Lends the synapses to an update kernel.
    pub(crate) fn lend(&mut self) -> PlanesMut<'_> {
        PlanesMut::new(&mut self.planes)
    }
}
