//! The data sets inside the binary, so that the first run needs no download.
//!
//! MNIST (LeCun, Cortes and Burges; 60,000 + 10,000 digits) and the test set of
//! Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, MIT licence; 10,000 pieces of
//! clothing), 28 x 28 bytes, 10 classes, gzip-compressed IDX as in `data/`.

use mesu_data::splits::pair;
use mesu_data::{DataSplits, Dataset, SplitsError};

macro_rules! embedded {
    ($path:literal) => {
        (
            concat!("embedded ", $path),
            include_bytes!(concat!("../../../data/", $path)).as_slice(),
        )
    };
}

/// MNIST, with Fashion-MNIST's test set as the out-of-distribution images.
///
/// # Errors
/// None in a sound build, as for [`mnist_train`].
pub fn splits() -> Result<DataSplits, SplitsError> {
    DataSplits::new(mnist_train()?, mnist_test()?, Some(fashion_mnist_test()?))
}

/// MNIST's 60,000 training digits.
///
/// # Errors
/// None in a sound build: the files are checked like any other, and the tests read them.
pub fn mnist_train() -> Result<Dataset, SplitsError> {
    pair::parse(
        embedded!("mnist/train-images-idx3-ubyte.gz"),
        embedded!("mnist/train-labels-idx1-ubyte.gz"),
    )
}

/// MNIST's 10,000 test digits.
///
/// # Errors
/// None in a sound build, as for [`mnist_train`].
pub fn mnist_test() -> Result<Dataset, SplitsError> {
    pair::parse(
        embedded!("mnist/t10k-images-idx3-ubyte.gz"),
        embedded!("mnist/t10k-labels-idx1-ubyte.gz"),
    )
}

/// Fashion-MNIST's 10,000 test images: what a learner of digits should not know.
///
/// # Errors
/// None in a sound build, as for [`mnist_train`].
pub fn fashion_mnist_test() -> Result<Dataset, SplitsError> {
    pair::parse(
        embedded!("fashion-mnist/t10k-images-idx3-ubyte.gz"),
        embedded!("fashion-mnist/t10k-labels-idx1-ubyte.gz"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesu_data::Standardizer;

    fn first_labels(set: &Dataset) -> [u32; 5] {
        std::array::from_fn(|index| set.label(index))
    }

    fn per_class(set: &Dataset) -> Vec<usize> {
        let mut counts = vec![0; set.classes()];
        for index in 0..set.len() {
            counts[set.label(index) as usize] += 1;
        }
        counts
    }

    #[test]
    fn mnist_is_the_published_one() {
        let train = mnist_train().unwrap();
        assert_eq!(
            (train.len(), train.rows(), train.columns()),
            (60_000, 28, 28)
        );
        assert_eq!(train.classes(), 10);
        assert_eq!(first_labels(&train), [5, 0, 4, 1, 9]);
        assert_eq!(
            per_class(&train),
            [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
        );
        let standardise = Standardizer::fit(&train).unwrap();
        assert!((standardise.mean() - 0.1307).abs() < 5e-5);
        assert!((standardise.std() - 0.3081).abs() < 5e-5);

        let test = mnist_test().unwrap();
        assert_eq!(
            (test.len(), test.pixels(), test.classes()),
            (10_000, 784, 10)
        );
        assert_eq!(first_labels(&test), [7, 2, 1, 0, 4]);
        assert_eq!(
            per_class(&test),
            [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
        );
    }

    #[test]
    fn fashion_mnist_is_the_published_one() {
        let test = fashion_mnist_test().unwrap();
        assert_eq!(
            (test.len(), test.pixels(), test.classes()),
            (10_000, 784, 10)
        );
        assert_eq!(first_labels(&test), [9, 2, 1, 1, 6]);
        assert_eq!(per_class(&test), [1000; 10]);
    }
}
