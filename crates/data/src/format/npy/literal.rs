//! The few Python literals that a header is made of.

/// Limit of numpy itself.
const MAX_DIMENSIONS: usize = 64;

/// A piece of a file in an error: one short line, whatever it holds.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut letters = text.chars();
    let short: String = letters
        .by_ref()
        .take(SHOWN)
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect();
    short + letters.next().map_or("", |_| "…")
}

/// Walks over a Python literal; every failure says what stands there instead.
pub(super) struct Parser<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Parser<'a> {
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let text = self.rest.trim_start();
        self.rest = text.strip_prefix(wanted).unwrap_or(text);
        self.rest.len() < text.len()
    }

    pub(super) fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.take(wanted) {
            return Ok(());
        }
        Err(format!("{} where a {wanted} belongs", self.here()))
    }

    fn here(&self) -> String {
        match self.rest.trim_start() {
            "" => "it ends".to_owned(),
            rest => shown(rest),
        }
    }

    /// A text in either kind of quotes. No key or dtype needs a backslash.
    pub(super) fn quoted(&mut self) -> Result<&'a str, String> {
        for quote in ['\'', '"'] {
            if self.take(quote) {
                let (text, rest) = self
                    .rest
                    .split_once(quote)
                    .ok_or("a quote without its end")?;
                self.rest = rest;
                return Ok(text);
            }
        }
        Err(format!("{} where a text belongs", self.here()))
    }

    /// A text, or anything in brackets (a structure) as it stands.
    pub(super) fn descr(&mut self) -> Result<&'a str, String> {
        let text = self.rest.trim_start();
        if !text.starts_with('[') {
            return self.quoted();
        }
        let mut depth = 0_usize;
        for (at, letter) in text.char_indices() {
            match letter {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = &text[at + 1..];
                return Ok(&text[..=at]);
            }
        }
        Err("a [ without its ]".to_owned())
    }

    pub(super) fn boolean(&mut self) -> Result<bool, String> {
        let text = self.rest.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = text.strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        Err(format!("{} where True or False belongs", self.here()))
    }

    pub(super) fn shape(&mut self) -> Result<Vec<u64>, String> {
        self.expect('(')?;
        let mut shape = Vec::new();
        while !self.take(')') {
            shape.push(self.number()?);
            if shape.len() > MAX_DIMENSIONS {
                return Err(format!("more than {MAX_DIMENSIONS} dimensions"));
            }
            if !self.take(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(shape)
    }

    fn number(&mut self) -> Result<u64, String> {
        let text = self.rest.trim_start();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = text[..digits]
            .parse()
            .map_err(|_| format!("{} where a size belongs", self.here()))?;
        // Python 2 wrote 3L.
        let rest = &text[digits..];
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        Ok(number)
    }
}
