//! The images of a data set.

use std::sync::Arc;

use mesu_data::{DataSplits, Dataset};

use super::{Content, Image, Listing};

impl Listing {
    /// The training images of `source`, then its test images; classes keep their numbers.
    pub fn from_splits(source: &DataSplits) -> Self {
        let (train, test) = (source.train(), source.test());
        let names = train.names().map(<[String]>::to_vec);
        let numbers = || {
            (0..source.classes())
                .map(|class| class.to_string())
                .collect()
        };
        let of = |set: &Dataset, which: &'static str, tested| {
            let set = Arc::new(set.clone());
            (0..set.len()).map(move |at| Image {
                content: Content::Record(Arc::clone(&set), at),
                name: format!("{which}/{at}"),
                label: set.label(at) as usize,
                domain: None,
                tested,
            })
        };
        Self {
            images: of(train, "train", false)
                .chain(of(test, "test", true))
                .collect(),
            classes: names.unwrap_or_else(numbers),
            domains: Vec::new(),
            unusable: Vec::new(),
        }
    }
}
