//! Colours, in light and in dark.
//!
//! Figures are drawn once, in the light colours; in the dark the page's style sheet puts
//! another colour in the place of each. So no two roles share a colour. Lines are told apart
//! by colour (after Okabe and Ito: for the colour-blind too), by the shape of their marks
//! and by their dashes.

use plotters::style::RGBColor;

/// A colour of the light page and its stand-in on the dark one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colour {
    pub(crate) light: RGBColor,
    pub(crate) dark: &'static str,
}

const fn colour(r: u8, g: u8, b: u8, dark: &'static str) -> Colour {
    Colour {
        light: RGBColor(r, g, b),
        dark,
    }
}

/// Text and axes.
pub(crate) const INK: Colour = colour(0x3C, 0x3C, 0x40, "#d6d6da");
/// The lines of the grid.
pub(crate) const GRID: Colour = colour(0xE2, 0xE2, 0xE8, "#3a3b42");
/// What is there for comparison: a diagonal, chance, the size of bins.
pub(crate) const FAINT: Colour = colour(0x8C, 0x8C, 0x94, "#8f9099");

/// Lines and their bands. The low four bits of blue are left to [`Dash`].
pub(crate) const LINES: [Colour; 7] = [
    colour(0x00, 0x68, 0xA8, "#5ab4f0"),
    colour(0xD0, 0x54, 0x00, "#ff8f4a"),
    colour(0x00, 0x8F, 0x68, "#3fd0a0"),
    colour(0xA8, 0x3C, 0x88, "#e58cc8"),
    colour(0xC8, 0x8A, 0x00, "#f2c14a"),
    colour(0x5C, 0x4C, 0xC0, "#a9a0ff"),
    colour(0x70, 0x58, 0x48, "#c9b09c"),
];

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dash {
    Solid,
    Long,
    Dotted,
    Mixed,
}

impl Dash {
    /// In the order in which lines take them.
    pub(crate) const ALL: [Self; 4] = [Self::Solid, Self::Long, Self::Dotted, Self::Mixed];

    /// SVG's `stroke-dasharray`, in units of a figure.
    fn array(self) -> Option<&'static str> {
        match self {
            Self::Solid => None,
            Self::Long => Some("16 8"),
            Self::Dotted => Some("4 7"),
            Self::Mixed => Some("18 7 4 7"),
        }
    }
}

/// `colour` marked with `dash`: the plotting library draws no dashes in one piece, so a
/// shade of the colour stands for them until [`with_dashes`] has gone over the drawing.
pub(crate) fn marked(colour: Colour, dash: Dash) -> RGBColor {
    let RGBColor(r, g, b) = colour.light;
    RGBColor(r, g, b + dash as u8)
}

/// Replaces the shades of [`marked`] by the colour itself and SVG's dashes.
pub(crate) fn with_dashes(mut svg: String) -> String {
    for colour in LINES.iter().chain([&FAINT]) {
        for dash in Dash::ALL {
            if let Some(array) = dash.array() {
                let shade = format!("stroke=\"{}\"", hexadecimal(marked(*colour, dash)));
                let plain = hexadecimal(colour.light);
                let dashed = format!("stroke=\"{plain}\" stroke-dasharray=\"{array}\"");
                svg = svg.replace(&shade, &dashed);
            }
        }
    }
    svg
}

/// As the plotting library writes it: `#0068A8`.
pub(crate) fn hexadecimal(RGBColor(r, g, b): RGBColor) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// Style rules that put the dark colours in the place of the light ones.
pub(crate) fn dark_rules() -> String {
    let all = [INK, GRID, FAINT].into_iter().chain(LINES);
    let rule = |colour: Colour| {
        let (light, dark) = (hexadecimal(colour.light), colour.dark);
        format!("svg [stroke=\"{light}\"]{{stroke:{dark}}}svg [fill=\"{light}\"]{{fill:{dark}}}")
    };
    all.map(rule).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_and_dash_has_a_colour_of_its_own() {
        let mut seen = Vec::new();
        for colour in LINES.iter().chain([&INK, &GRID, &FAINT]) {
            assert!(colour.light.2 & 15 <= 12, "{colour:?}");
            for dash in Dash::ALL {
                let shade = hexadecimal(marked(*colour, dash));
                assert!(!seen.contains(&shade), "{shade}");
                seen.push(shade);
            }
        }
    }

    #[test]
    fn dashes_are_put_in() {
        let shade = hexadecimal(marked(LINES[1], Dash::Dotted));
        let svg = with_dashes(format!("<polyline stroke=\"{shade}\"/>"));
        assert_eq!(
            svg,
            "<polyline stroke=\"#D05400\" stroke-dasharray=\"4 7\"/>"
        );
    }
}
