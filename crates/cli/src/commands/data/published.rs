//! The published files of the known data sets: names, sizes, checksums, addresses.
//!
//! The sums are those on the pages of MNIST, Fashion-MNIST and CIFAR; they are MD5, which
//! tells damage and other files apart, not a forger's.

use mesu_datasets::BenchmarkSet;

/// A file as it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) name: &'static str,
    pub(super) bytes: u64,
    /// In hexadecimal.
    pub(super) md5: &'static str,
}

const fn file(name: &'static str, bytes: u64, md5: &'static str) -> Published {
    Published { name, bytes, md5 }
}

const MNIST: [Published; 4] = [
    file(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    ),
    file(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "d53e105ee54ea40749a09fcbcd1e9432",
    ),
    file(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "9fb629c4189551a2d022fa330f9573f3",
    ),
    file(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
];

const FASHION_MNIST: [Published; 4] = [
    file(
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    ),
    file(
        "train-labels-idx1-ubyte.gz",
        29_515,
        "25c81989df183df01b3e8a0aad5dffbe",
    ),
    file(
        "t10k-images-idx3-ubyte.gz",
        4_422_102,
        "bef4ecab320f06d8554ea6380940ec79",
    ),
    file(
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
];

const CIFAR10: [Published; 1] = [file(
    "cifar-10-binary.tar.gz",
    170_052_171,
    "c32a1d4ab5d03f1284b67883e8d87530",
)];

const CIFAR100: [Published; 1] = [file(
    "cifar-100-binary.tar.gz",
    168_513_733,
    "03b5dce01913d631647c71ecec9e9cb8",
)];

/// The files of `set`.
pub(super) fn files(set: BenchmarkSet) -> &'static [Published] {
    match set {
        BenchmarkSet::Mnist => &MNIST,
        BenchmarkSet::FashionMnist => &FASHION_MNIST,
        BenchmarkSet::Cifar10 => &CIFAR10,
        BenchmarkSet::Cifar100 => &CIFAR100,
    }
}

/// Addresses that the files are below, the first to be tried first.
pub(super) fn addresses(set: BenchmarkSet) -> &'static [&'static str] {
    match set {
        BenchmarkSet::Mnist => &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        BenchmarkSet::FashionMnist => &[
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ],
        BenchmarkSet::Cifar10 | BenchmarkSet::Cifar100 => &["https://www.cs.toronto.edu/~kriz/"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        for set in BenchmarkSet::ALL {
            for file in files(set) {
                let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
                assert!(file.md5.len() == 32 && file.md5.chars().all(hexadecimal));
                assert!(file.name.ends_with(".gz") && file.bytes > 0);
            }
            assert!(addresses(set).iter().all(|base| base.ends_with('/')));
        }
    }
}
