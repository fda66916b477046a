//! Which instruction set the kernels run on.

use std::fmt;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::OnceLock;

use fearless_simd::Level;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::Simd;

/// One for the whole process, from the first kernel on: panels and packed weights are as wide as its vectors, so two of
/// them must not meet.
#[cfg(not(target_arch = "wasm32"))]
static IN_USE: OnceLock<Level> = OnceLock::new();

/// An instruction set that the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstructionSet {
    /// None; where the hardware always has one, only with the feature `scalar`.
    Scalar,
    /// x86-64 without extensions.
    Sse2,
    /// x86-64-v2.
    Sse42,
    /// x86-64-v3: AVX2 and fused multiplication.
    Avx2,
    /// AVX-512 as since Ice Lake.
    Avx512,
    /// 64-bit ARM.
    Neon,
    /// WebAssembly's 128-bit vectors.
    Simd128,
}

/// A set that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// The machine or this build lacks it.
    Unavailable(InstructionSet),
    /// Kernels already run on another.
    InUse(InstructionSet),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(set) => write!(
                f,
                "{} is not available here: take one of InstructionSet::available()",
                set.name()
            ),
            Self::InUse(set) => write!(
                f,
                "the kernels already run on {}: choose before anything is computed",
                set.name()
            ),
        }
    }
}

impl std::error::Error for Unusable {}

impl InstructionSet {
    /// All there are, on whatever machine.
    pub const ALL: [Self; 7] = [
        Self::Scalar,
        Self::Sse2,
        Self::Sse42,
        Self::Avx2,
        Self::Avx512,
        Self::Neon,
        Self::Simd128,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Sse2 => "SSE2",
            Self::Sse42 => "SSE4.2",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
            Self::Neon => "NEON",
            Self::Simd128 => "simd128",
        }
    }

    /// What this machine and this build have.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|set| set.level().is_some())
    }

    /// The set that the kernels run on: the best there is, unless another was chosen.
    pub fn in_use() -> Self {
        Self::of(level())
    }

    /// Makes this the set that the kernels run on, for the whole process; for tests, and to have another machine's
    /// numbers. To choose the one in use again is no error.
    ///
    /// # Errors
    /// [`Unusable`] when the machine lacks it, or kernels have run on another.
    pub fn choose(self) -> Result<(), Unusable> {
        let level = self.level().ok_or(Unusable::Unavailable(self))?;
        #[cfg(not(target_arch = "wasm32"))]
        let now = Self::of(*IN_USE.get_or_init(|| level));
        #[cfg(target_arch = "wasm32")]
        let now = Self::of(level);
        if now == self {
            Ok(())
        } else {
            Err(Unusable::InUse(now))
        }
    }

    /// The proof that the machine has it.
    fn level(self) -> Option<Level> {
        let best = Level::new();
        if Self::of(best) == self {
            return Some(best);
        }
        match self {
            #[cfg(feature = "scalar")]
            Self::Scalar => Some(Level::fallback()),
            // Where the compiler was told that there is more, the lesser sets are not compiled.
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Sse2 if cfg!(not(target_feature = "sse4.2")) => best.as_sse2().map(Simd::level),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Sse42 if cfg!(not(target_feature = "avx2")) => best.as_sse4_2().map(Simd::level),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Avx2 if cfg!(not(target_feature = "avx512f")) => best.as_avx2().map(Simd::level),
            _ => None,
        }
    }

    fn of(level: Level) -> Self {
        match level {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse2(_) => Self::Sse2,
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse4_2(_) => Self::Sse42,
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx2(_) => Self::Avx2,
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx512(_) => Self::Avx512,
            #[cfg(target_arch = "aarch64")]
            Level::Neon(_) => Self::Neon,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Level::WasmSimd128(_) => Self::Simd128,
            _ => Self::Scalar,
        }
    }
}

/// The level of the set in use: as cheap as asking the machine, which is remembered in the same way.
#[inline]
pub(crate) fn level() -> Level {
    #[cfg(not(target_arch = "wasm32"))]
    return *IN_USE.get_or_init(Level::new);
    #[cfg(target_arch = "wasm32")]
    Level::new()
}
