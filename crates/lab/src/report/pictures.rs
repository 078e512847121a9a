//! The images that a network is surest and least sure of, as pictures inside the page.

use super::group::Group;
use super::heat::{data_uri, png};
use crate::digits::{Digit, Digits};

/// Test images of one group.
pub(crate) struct Pictures {
    pub(crate) whose: String,
    pub(crate) kinds: Vec<(String, Vec<Picture>)>,
}

/// A test image.
pub(crate) struct Picture {
    pub(crate) uri: String,
    pub(crate) label: u32,
    pub(crate) predicted: u32,
    pub(crate) wrong: bool,
    pub(crate) example: usize,
    pub(crate) percent: String,
    pub(crate) bits: String,
}

/// Of the first seed that has any; `named` if there are other groups.
pub(crate) fn pictures(group: &Group, named: bool) -> Option<Pictures> {
    let run = group.runs.iter().find(|run| run.history.digits.is_some())?;
    let digits = run.history.digits.as_ref()?;
    let of = |list: &[Digit]| {
        list.iter()
            .filter_map(|digit| picture(digits, digit))
            .collect()
    };
    let seed = match group.runs.len() {
        1 => String::new(),
        _ => format!("seed {}", run.seed()),
    };
    let name = if named {
        group.name.clone()
    } else {
        String::new()
    };
    let whose = [name, seed].into_iter().filter(|word| !word.is_empty());
    Some(Pictures {
        whose: whose.collect::<Vec<_>>().join(", "),
        kinds: vec![
            ("Surest".to_owned(), of(&digits.surest)),
            ("Least sure".to_owned(), of(&digits.least_sure)),
        ],
    })
}

fn picture(digits: &Digits, digit: &Digit) -> Option<Picture> {
    let bytes = digit.bytes()?;
    let png = png(
        digits.columns,
        digits.rows,
        png::ColorType::Grayscale,
        &bytes,
    )?;
    let bits = match digit.total {
        small if small < 0.005 => "< 0.01".to_owned(),
        bits => format!("{bits:.2}"),
    };
    Some(Picture {
        uri: data_uri(&png),
        label: digit.label,
        predicted: digit.predicted,
        wrong: digit.label != digit.predicted,
        example: digit.example,
        percent: format!("{:.0}", 100.0 * digit.probability),
        bits,
    })
}
