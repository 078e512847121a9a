//! The test examples that the network is surest and least sure of, and those that surprise it most.

use mesu::Prediction;
use mesu_data::Examples;
use serde::{Deserialize, Serialize};

/// Examples of each kind.
const EACH: usize = 12;

/// Larger pictures are not kept: every checkpoint holds them again.
const MOST_BYTES: usize = 3 * 64 * 64;

/// The surest, the least sure and the most surprising, most extreme first. Pixels keep their places,
/// whatever the task's permutation: as people see them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gallery {
    /// Planes of a picture: 1 if grey, 3 if coloured.
    #[serde(default = "grey")]
    pub channels: usize,
    /// Height of a picture, pixels.
    pub rows: usize,
    /// Width of a picture, pixels.
    pub columns: usize,
    /// Names of the classes, if they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// With the smallest total uncertainty.
    pub surest: Vec<Exhibit>,
    /// With the largest.
    pub least_sure: Vec<Exhibit>,
    /// Whose class was the least probable.
    #[serde(default)]
    pub most_surprising: Vec<Exhibit>,
}

/// A test example and what the network says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exhibit {
    /// Its place in the test set, counted from 0.
    pub example: usize,
    /// Name of the file that it was made of; empty if that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Its class.
    pub label: u32,
    /// The most probable class.
    pub predicted: u32,
    /// The probability of that, 0..=1.
    pub probability: f32,
    /// Total uncertainty, bits.
    pub total: f32,
    /// Epistemic uncertainty, bits.
    pub epistemic: f32,
    /// Bytes `[channels][rows][columns]` in hexadecimal; 255 is bright.
    pub pixels: String,
}

fn grey() -> usize {
    1
}

impl Gallery {
    /// Of the tested `tasks`, examples with what was predicted of them, in order; none without pictures,
    /// or if they are too large.
    pub(crate) fn of(tasks: &[(Examples<'_>, &Prediction)]) -> Option<Self> {
        let (first, _) = tasks.first()?;
        let ([channels, rows, columns], bytes) =
            first.dataset.picture(*first.indices.first()? as usize)?;
        let fit = [1, 3].contains(&channels) && bytes.len() <= MOST_BYTES;
        let whole = |(examples, prediction): &(Examples<'_>, &Prediction)| {
            prediction.len() == examples.indices.len()
        };
        if !fit || !tasks.iter().all(whole) {
            return None;
        }
        // (task, place in the task) of every example.
        let places = tasks.iter().enumerate();
        let places = places.flat_map(|(t, (_, of))| (0..of.len()).map(move |i| (t, i)));
        let mut order: Vec<(usize, usize)> = places.collect();
        let exhibit = |&(task, place): &(usize, usize)| {
            let (examples, prediction) = &tasks[task];
            let (dataset, example) = (examples.dataset, examples.indices[place] as usize);
            let first_label = examples.view.first_label;
            let (predicted, probability) = prediction.top(place);
            Exhibit {
                example,
                path: dataset.path(example).unwrap_or_default().to_owned(),
                label: dataset.label(example),
                predicted: first_label + predicted,
                probability,
                total: prediction.total[place],
                epistemic: prediction.epistemic[place],
                pixels: hexadecimal(dataset.picture(example).map_or(&[], |(_, bytes)| bytes)),
            }
        };
        let first = |order: &[(usize, usize)]| order.iter().take(EACH).map(exhibit).collect();
        // Stable sorts: equals stay in the order of the test set.
        let bits = |&(task, place): &(usize, usize)| tasks[task].1.total[place];
        order.sort_by(|a, b| bits(a).total_cmp(&bits(b)));
        let surest = first(&order);
        order.reverse();
        let least_sure = first(&order);
        let truth = |&(task, place): &(usize, usize)| {
            let (examples, prediction) = &tasks[task];
            let label = examples.dataset.label(examples.indices[place] as usize);
            let class = (label - examples.view.first_label) as usize;
            prediction.probabilities[place * prediction.classes + class]
        };
        order.sort_by(|a, b| truth(a).total_cmp(&truth(b)));
        Some(Self {
            channels,
            rows,
            columns,
            names: tasks[0].0.dataset.names().unwrap_or_default().to_vec(),
            surest,
            least_sure,
            most_surprising: first(&order),
        })
    }
}

impl Exhibit {
    /// The bytes of [`Exhibit::pixels`]; `None` if it is not hexadecimal.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let digits: Option<Vec<u8>> = self
            .pixels
            .chars()
            .map(|digit| digit.to_digit(16).map(|value| value as u8))
            .collect();
        let pairs = digits?;
        (pairs.len() % 2 == 0).then(|| pairs.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesu_data::Dataset;
    use mesu_data::scenario::View;

    #[test]
    fn the_extremes_are_found_with_their_pixels() {
        let count = 30;
        let images: Vec<u8> = (0..count * 2).map(|i| (i * 4 + 3) as u8).collect();
        // Two tasks of two classes each.
        let labels = (0..count).map(|i| if i < 15 { 1 } else { 3 }).collect();
        let dataset = Dataset::new(images, labels, 1, 2, 4).unwrap();
        let bits = |i: usize| (i * 7 % count) as f32 / 30.0;
        let prediction = |from: usize| {
            let bits: Vec<f32> = (from..from + 15).map(bits).collect();
            let own = |i: usize| if i == 4 { [0.75, 0.25] } else { [0.375, 0.625] };
            Prediction {
                classes: 2,
                probabilities: (0..15).flat_map(own).collect(),
                total: bits.clone(),
                aleatoric: vec![0.0; 15],
                epistemic: bits,
                spread: Vec::new(),
                ..Prediction::default()
            }
        };
        let examples = |from: u32, first_label| Examples {
            dataset: &dataset,
            indices: (from..from + 15).collect(),
            view: View {
                order: None,
                first_label,
            },
        };
        let predictions = [prediction(0), prediction(15)];
        let tasks = [
            (examples(0, 0), &predictions[0]),
            (examples(15, 2), &predictions[1]),
        ];
        let gallery = Gallery::of(&tasks).unwrap();
        let lists = [
            &gallery.surest,
            &gallery.least_sure,
            &gallery.most_surprising,
        ];
        for list in lists {
            assert_eq!(list.len(), EACH);
            for exhibit in list {
                let example = exhibit.example;
                assert_eq!(exhibit.label, dataset.label(example));
                assert_eq!(exhibit.bytes().unwrap(), dataset.image(example).unwrap());
                assert_eq!(exhibit.total, bits(example));
                let right = example % 15 != 4;
                assert_eq!(exhibit.predicted == exhibit.label, right);
            }
        }
        assert_eq!(
            (gallery.surest[0].total, gallery.surest[0].example),
            (0.0, 0)
        );
        assert_eq!(gallery.least_sure[0].total, 29.0 / 30.0);
        let mut surprising = [0, 1].map(|i| gallery.most_surprising[i].example);
        surprising.sort_unstable();
        assert_eq!(surprising, [4, 19]);
        assert_eq!(Gallery::of(&[]), None);
        let features = Dataset::features(vec![0.0; 15], vec![0; 15], 1, 2).unwrap();
        let of_features = Examples {
            dataset: &features,
            ..examples(0, 0)
        };
        assert_eq!(Gallery::of(&[(of_features, &predictions[0])]), None);
    }
}
