//! Text of a terminal's width.

/// Columns of the terminal.
const WIDTH: usize = 80;

/// Three digits in six columns; a dash where there is no number yet.
pub(super) fn short(number: f64) -> String {
    match number.abs() {
        _ if number.is_nan() => "–".to_owned(),
        0.0 => "0".to_owned(),
        size if !(1e-3..1e4).contains(&size) => format!("{number:.0e}"),
        size if size < 0.1 => format!("{number:.4}"),
        size if size < 10.0 => format!("{number:.3}"),
        size if size < 100.0 => format!("{number:.2}"),
        _ => format!("{number:.0}"),
    }
}

/// `line` broken at spaces, the later lines behind `indent`.
pub(super) fn wrap(text: &mut String, indent: &str, line: &str) {
    let mut width = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(indent);
            width = indent.len();
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_words() {
        let mut text = String::new();
        wrap(&mut text, "  ", &["word"; 40].join(" "));
        assert!(text.lines().all(|line| line.len() <= WIDTH));
        assert!(text.lines().skip(1).all(|line| line.starts_with("  word")));
        assert_eq!(text.split_whitespace().count(), 40);
    }

    #[test]
    fn six_columns_hold_every_number() {
        for number in [
            0.0,
            1e-30,
            0.000_999_96,
            0.012_34,
            0.999_96,
            9.9996,
            99.996,
            9_999.6,
            1e30,
        ] {
            assert!(short(number).len() <= 6, "{}", short(number));
        }
    }
}
