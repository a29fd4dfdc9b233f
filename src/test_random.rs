//! Random numbers for tests: the same in every run.

/// A generator with a seed.
///
/// # Source
/// Marsaglia, Xorshift RNGs, 2003: 64 bits, shifts 13, 7, 17.
pub struct Random(u64);

impl Random {
    /// `seed`: any number but 0, which would stay 0.
    pub fn new(seed: u64) -> Self {
        assert_ne!(seed, 0, "a seed of 0 gives nothing but 0");
        Random(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 up to this one, which it never is.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }

    /// One of these.
    pub fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }
}
