//! A synapse, its gradient, and what an update rule is.

use crate::real::Real;

/// Gradient of the expected negative log-likelihood C with respect to one synapse, as products of
/// what comes back from its output and what went into it:
///
/// ```text
/// dC/dmu = d x      dC/dsigma = sigma r x_squared
/// ```
///
/// In an update of rank one, d and r are the same along a row: kept apart, what a rule multiplies
/// them with is computed once a row and not once a synapse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient<R> {
    /// dC/da, with a the pre-activation.
    pub d: R,
    /// The input.
    pub x: R,
    /// 2 dC/dv, with v the variance of the pre-activation.
    pub r: R,
    /// The square of the input.
    pub x_squared: R,
}

impl<R: Real> Gradient<R> {
    /// The gradient with these derivatives; `variance` is `dC/dsigma / sigma`.
    #[inline(always)]
    #[must_use]
    pub fn new(mu: R, variance: R) -> Self {
        Self {
            d: mu,
            x: mu.constant(1.0),
            r: variance,
            x_squared: mu.constant(1.0),
        }
    }

    /// dC/dmu.
    #[inline(always)]
    #[must_use]
    pub fn mu(&self) -> R {
        self.d * self.x
    }

    /// `dC/dsigma / sigma`, which is 2 dC/d(sigma^2).
    #[inline(always)]
    #[must_use]
    pub fn variance(&self) -> R {
        self.r * self.x_squared
    }
}

/// Numbers that a rule keeps of one synapse, or of a vector of them: one number in each of a layer's
/// planes. [`planes!`](crate::planes) makes one.
pub trait State<R: Real>: Copy {
    /// Number of planes, 1 to [`MAX_PLANES`].
    const PLANES: usize;
    /// True if the second plane is a standard deviation, false if weights are points.
    const GAUSSIAN: bool;
    /// Name of a plane, below [`PLANES`](Self::PLANES), in files.
    #[must_use]
    fn name(plane: usize) -> &'static str;
    /// Returns the state whose numbers `plane` gives.
    #[must_use]
    fn read(plane: impl Fn(usize) -> R) -> Self;
    /// Hands every number to `plane`.
    fn write(self, plane: impl FnMut(usize, R));
    /// The weight, or the mean of its distribution.
    #[must_use]
    fn mean(self) -> R;
    /// Standard deviation of the weight, unless it is a point.
    #[must_use]
    fn sigma(self) -> Option<R>;
}

/// Largest number of planes that a layer has.
pub const MAX_PLANES: usize = 8;

/// Defines what a rule keeps of a synapse: a structure with a field for each plane, and its [`State`].
///
/// The first field is the weight's mean, or the weight itself; the second field of a `Gaussian` is its
/// standard deviation. A state `over B` adds fields to the state `B` of another rule. The names of the fields
/// are the names of the planes in files.
///
/// ```
/// use mesu_core::{Gradient, Real, Rule, State, planes};
///
/// planes! {
///     /// A weight and its velocity.
///     pub struct Rolling: Point {
///         /// The weight.
///         value,
///         /// Decaying sum of past steps.
///         velocity,
///     }
/// }
///
/// /// Stochastic gradient descent with momentum.
/// #[derive(Clone, Copy, Debug)]
/// struct Momentum { lr: f64, kept: f64 }
///
/// impl Rule for Momentum {
///     type State<R: Real> = Rolling<R>;
///     fn step<R: Real>(&self, state: Rolling<R>, gradient: Gradient<R>) -> Rolling<R> {
///         let g = gradient.mu();
///         let velocity = state.velocity * g.constant(self.kept) - g * g.constant(self.lr);
///         Rolling { value: state.value + velocity, velocity }
///     }
/// }
///
/// let momentum = Momentum { lr: 0.1, kept: 0.5 };
/// let state = momentum.step(Rolling { value: 1.0f64, velocity: 0.2 }, Gradient::new(1.0, 0.0));
/// assert_eq!((state.value, state.velocity), (1.0, 0.0));
/// assert_eq!(<Rolling<f32> as State<f32>>::PLANES, 2);
/// assert_eq!(<Rolling<f32> as State<f32>>::name(1), "velocity");
/// ```
#[macro_export]
macro_rules! planes {
    (
        $(#[$meta:meta])*
        $vis:vis struct $state:ident: Gaussian {
            $(#[$first_meta:meta])* $first:ident,
            $(#[$second_meta:meta])* $second:ident
            $(, $(#[$more_meta:meta])* $more:ident)* $(,)?
        }
    ) => {
        $crate::planes! {
            @plain true [self => self.$first, ::core::option::Option::Some(self.$second)]
            $(#[$meta])* $vis $state
            [$(#[$first_meta])* $first; $(#[$second_meta])* $second; $($(#[$more_meta])* $more;)*]
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $state:ident: Point {
            $(#[$first_meta:meta])* $first:ident
            $(, $(#[$more_meta:meta])* $more:ident)* $(,)?
        }
    ) => {
        $crate::planes! {
            @plain false [self => self.$first, ::core::option::Option::None]
            $(#[$meta])* $vis $state
            [$(#[$first_meta])* $first; $($(#[$more_meta])* $more;)*]
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $state:ident: over B {
            $($(#[$field_meta:meta])* $field:ident),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        $vis struct $state<B, R> {
            /// State of the rule that this one wraps.
            pub base: B,
            $($(#[$field_meta])* pub $field: R,)+
        }

        const _: () = {
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy)]
            enum Place { $($field,)+ }
            const NAMES: &[&str] = &[$(::core::stringify!($field),)+];

            impl<B: $crate::State<R>, R: $crate::Real> $crate::State<R> for $state<B, R> {
                const PLANES: usize = B::PLANES + NAMES.len();
                const GAUSSIAN: bool = B::GAUSSIAN;
                fn name(plane: usize) -> &'static str {
                    match plane.checked_sub(B::PLANES) {
                        ::core::option::Option::Some(own) => NAMES[own],
                        ::core::option::Option::None => B::name(plane),
                    }
                }
                #[inline(always)]
                fn read(plane: impl Fn(usize) -> R) -> Self {
                    Self {
                        base: B::read(&plane),
                        $($field: plane(B::PLANES + Place::$field as usize),)+
                    }
                }
                #[inline(always)]
                fn write(self, mut plane: impl FnMut(usize, R)) {
                    self.base.write(&mut plane);
                    $(plane(B::PLANES + Place::$field as usize, self.$field);)+
                }
                #[inline(always)]
                fn mean(self) -> R {
                    self.base.mean()
                }
                #[inline(always)]
                fn sigma(self) -> ::core::option::Option<R> {
                    self.base.sigma()
                }
            }
        };
    };
    (
        @plain $gaussian:literal [$self:ident => $mean:expr, $sigma:expr]
        $(#[$meta:meta])* $vis:vis $state:ident
        [$($(#[$field_meta:meta])* $field:ident;)+]
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        $vis struct $state<R> {
            $($(#[$field_meta])* pub $field: R,)+
        }

        const _: () = {
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy)]
            enum Place { $($field,)+ }
            const NAMES: &[&str] = &[$(::core::stringify!($field),)+];

            impl<R: $crate::Real> $crate::State<R> for $state<R> {
                const PLANES: usize = NAMES.len();
                const GAUSSIAN: bool = $gaussian;
                fn name(plane: usize) -> &'static str {
                    NAMES[plane]
                }
                #[inline(always)]
                fn read(plane: impl Fn(usize) -> R) -> Self {
                    Self { $($field: plane(Place::$field as usize),)+ }
                }
                #[inline(always)]
                fn write($self, mut plane: impl FnMut(usize, R)) {
                    $(plane(Place::$field as usize, $self.$field);)+
                }
                #[inline(always)]
                fn mean($self) -> R {
                    $mean
                }
                #[inline(always)]
                fn sigma($self) -> ::core::option::Option<R> {
                    $sigma
                }
            }
        };
    };
}

planes! {
    /// The Gaussian of one weight: mean and standard deviation.
    pub struct Synapse: Gaussian {
        /// Mean.
        mu,
        /// Standard deviation, > 0.
        sigma,
    }
}

/// A pure function of one synapse and its gradient, inlined into every kernel that updates.
///
/// Rules of point weights see a gradient whose `r` and `x_squared` mean nothing.
pub trait Rule: Copy + Send + Sync {
    /// Numbers that the rule keeps of a synapse: of an `f64` in tests, of a vector in the kernels.
    type State<R: Real>: State<R>;

    /// True if fused kernels, which update several neurons and start the next example in one pass, are
    /// compiled for this rule: the fastest form, at ten times the code. Results are the same but for
    /// rounding.
    const FUSED: bool = false;

    /// Returns the synapse after one update.
    #[must_use]
    fn step<R: Real>(&self, state: Self::State<R>, gradient: Gradient<R>) -> Self::State<R>;

    /// Returns the rule for the update after `updates` others: rates may depend on it.
    #[must_use]
    fn at(&self, updates: u64) -> Self {
        let _ = updates;
        *self
    }

    /// Returns the rule for an update before which `updates` others were not made, for want of something to
    /// learn: their time has passed all the same. Rules without a pull to a prior are as before.
    #[must_use]
    fn after_idle(&self, updates: u64) -> Self {
        let _ = updates;
        *self
    }

    /// Returns the rule for a layer whose prior is narrower or wider: its standard deviation is `prior_scale`
    /// times that of the rule, above 0. Rules without a prior are the same in all layers.
    #[must_use]
    fn for_layer(&self, prior_scale: f64) -> Self {
        let _ = prior_scale;
        *self
    }

    /// First value of a plane beside the weight's own, in a synapse that starts with this mean and standard
    /// deviation (`None` of point weights); 0 unless the rule says otherwise.
    #[must_use]
    fn first_value(&self, plane: &str, mean: f32, sigma: Option<f32>) -> f32 {
        let _ = (plane, mean, sigma);
        0.0
    }
}
