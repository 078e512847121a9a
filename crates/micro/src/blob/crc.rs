//! CRC-32 of IEEE 802.3, as zip and Ethernet have it.

/// Remainders of four bits.
const NIBBLES: [u32; 16] = {
    let (mut table, mut n) = ([0; 16], 0);
    while n < 16 {
        let (mut remainder, mut bit) = (n as u32, 0);
        while bit < 4 {
            remainder = (remainder >> 1) ^ if remainder & 1 == 1 { 0xedb8_8320 } else { 0 };
            bit += 1;
        }
        table[n] = remainder;
        n += 1;
    }
    table
};

/// A sum that bytes are added to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crc(u32);

impl Crc {
    pub(crate) fn new() -> Self {
        Self(!0)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u32::from(*byte);
            for _ in 0..2 {
                self.0 = (self.0 >> 4) ^ NIBBLES[(self.0 & 15) as usize];
            }
        }
    }

    pub(crate) fn sum(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Crc;

    #[test]
    fn the_published_check_value_is_met() {
        let mut crc = Crc::new();
        crc.add(b"1234");
        crc.add(b"56789");
        assert_eq!(crc.sum(), 0xcbf4_3926);
    }
}
