//! The list of all settings.

use mesu::LearnerKind::{Bbb, Foovb, Mesu, OnlineEwc, Replay, Si, StreamingEwc};

use super::setting::{Kind, Setting};
use super::shorthand::*;

/// All settings, section by section, in the order in which they are written.
pub const SETTINGS: &[Setting] = &[
    setting("name", Kind::Text("a word that can be a folder's name"), "name of the runs"),
    setting("description", Kind::Text(""), "one line for `mesu list`"),
    setting(
        "scenario",
        Kind::Choice(&["permuted", "domain", "split"]),
        "how data become tasks: every task has a fixed permutation of the pixels; or is a domain, with the \
         same classes (domain-incremental); or has classes of its own, and a head of the network for them \
         (task-incremental)",
    ),
    setting("tasks", whole(TASKS), "number of tasks"),
    setting(
        "splits",
        whole(TASKS),
        "of \"split\": parts of every task, which come in turns: part 1 of all tasks, then part 2 of all",
    )
    .shown("1"),
    setting(
        "seed",
        Kind::Whole {
            least: 0,
            most: i64::MAX as u64,
        },
        "decides permutations, order, first weights and noise",
    ),
    setting(
        "checkpoint_seconds",
        range("0 or more seconds", Some((0.0, true)), None),
        "longest stretch of learning that a power cut can cost",
    ),
    setting(
        "importance",
        Kind::Flag,
        "whether the importance of synapses is compared with the Hessian's diagonal at the end; not with \
         network.layers",
    )
    .shown("true"),
    setting(
        "test_every",
        whole(MANY),
        "epochs between tests within a task (epochs.jsonl); only at its end if not given",
    )
    .shown("1"),
    setting(
        "test_window",
        whole(MANY),
        "number of newest tasks that are tested after each task; all so far if not given. After the last \
         task all are",
    )
    .shown("5"),
    setting(
        "data.source",
        Kind::Text(""),
        "\"embedded\", the MNIST inside the program; sets of the data folder (\"mnist\", \"cifar10\", \
         \"cifar100\", several as \"cifar10+cifar100\", \"animals\"); a folder of IDX files; an NPZ archive \
         of features",
    ),
    setting(
        "data.target",
        Kind::Choice(&["labels", "values"]),
        "what is predicted: classes; or, of an archive of features, numbers (array y, targets or values), whose \
         accuracy is R2, the share of their variance that is explained, at least 0",
    )
    .shown("\"values\""),
    setting(
        "data.test_share",
        range("above 0 and below 1", Some((0.0, false)), Some((1.0, false))),
        "share of an archive without a test set that is held out as one, in every class and domain",
    )
    .shown("0.2"),
    setting(
        "data.ood",
        Kind::Text(""),
        "out-of-distribution test inputs: a folder of IDX images, an archive of features, or \"permuted\", \
         the test images in an order of pixels that is no task's. \"embedded\" has Fashion-MNIST",
    )
    .shown("\"path/to/folder\""),
    setting(
        "data.ood_permuted",
        Kind::Flag,
        "whether those are shuffled like the newest task's images, which is harder to detect",
    ),
    setting(
        "data.standardise",
        Kind::FlagOr(&["each"]),
        "whether inputs are standardized to mean 0 and standard deviation 1, all together or \"each\" feature \
         by itself",
    ),
    setting(
        "data.standardise_floor",
        SHARE,
        "with standardise = \"each\": least deviation that a feature is divided by, as a share of the root \
         mean square of all, for features of one unit",
    )
    .shown("0.02"),
    setting("data.batch_size", whole(MANY), "examples per update"),
    setting("data.epochs", whole(MANY), "passes over each task's examples"),
    setting(
        "data.train_examples",
        whole(MANY),
        "training examples of each task; all if not given",
    )
    .shown("6000"),
    setting(
        "data.test_examples",
        whole(MANY),
        "test examples of each task; all if not given",
    )
    .shown("1000"),
    setting(
        "data.validation",
        whole(MANY),
        "number of the last training examples that are tested on instead of the test set, and not learned: \
         for tuning",
    )
    .shown("10000"),
    setting(
        "domains.balanced",
        Kind::Flag,
        "whether examples of rare classes are repeated until all classes of a domain are equally frequent",
    )
    .shown("true"),
    setting(
        "domains.shuffled",
        Kind::Flag,
        "whether every class has its domains in an order of its own, drawn from the seed",
    )
    .shown("true"),
    setting(
        "domains.gradual",
        SHARE,
        "last part of a domain in which examples of the next one come in, more and more",
    )
    .shown("0.1"),
    setting(
        "domains.strangers",
        Kind::Texts("names of classes"),
        "with species: classes of the data that are used as out-of-distribution inputs only",
    )
    .shown("[\"telephone\"]"),
    setting(
        "domains.species",
        Kind::Groups("names of classes for each class"),
        "classes of the data that make up each class, one for each domain in order; those after the last \
         domain are never learned (unseen). Empty: the data have domains",
    )
    .shown("{ flower = [\"orchid\", \"poppy\"] }"),
    setting(
        "network.hidden",
        Kind::Wholes("widths of 1 to 1048576"),
        "neurons of each hidden layer (ReLU); [] for none",
    ),
    setting(
        "network.layers",
        Kind::Texts("conv, linear, relu, max-pool, mean-pool, dropout, flatten"),
        "list of layers instead of hidden, see `mesu describe --help`",
    )
    .shown("[\"linear 50\", \"relu\"]"),
    setting(
        "network.input",
        Kind::Wholes("[channels, rows, columns]"),
        "shape of the input; the data's own if not given",
    )
    .shown("[1, 28, 28]"),
    setting(
        "network.heads",
        whole(TASKS),
        "output layers: 1, and of \"split\" one for each task, which is what it has if not given",
    )
    .shown("1"),
    setting("network.bias", Kind::Flag, "whether neurons have a bias"),
    setting(
        "network.init",
        Kind::Choice(&["auto", "wide", "he"]),
        "initialization: \"auto\", for standardized inputs, mu uniform in ±1/√active and sigma 0.6/√active, \
         where active is the number of inputs of a layer that are not zero, and standard deviations of priors \
         in units of 1/√active; \"wide\", mu uniform in ±4/√fan_in and sigma 2/√fan_in (point weights \
         ±1/√fan_in); or \"he\", mu uniform in ±√(2/fan_in) and sigma ½/√fan_out",
    ),
    setting(
        "network.active_inputs",
        POSITIVE,
        "with init = \"auto\": number of inputs that are not zero in an example, where it is far below their \
         number; all if not given",
    )
    .shown("20.0"),
    setting(
        "network.covariance",
        Kind::Text(
            "\"diagonal\", \"input\", \"input N\", N blocks, or \"low-rank N\", N directions",
        ),
        "of MESU: whether synapses are independent, or the neurons of a layer share a covariance of its inputs, \
         whole, by blocks of the network's inputs, or of low rank",
    )
    .shown("\"input\""),
    setting(
        "network.scaling",
        Kind::Choice(&["none", "running"]),
        "standardization of inputs by what was learned so far, each by itself, which goes with standardise = false; \
         those of data.standardise are of all training examples, before any is learned",
    )
    .shown("\"running\""),
    setting(
        "learner.kind",
        Kind::Choice(&[
            "mesu", "foovb", "bbb", "sgd", "adam", "ewc", "online-ewc", "streaming-ewc", "si", "replay",
        ]),
        "the learner",
    ),
    setting(
        "learner.memory_window",
        WINDOW,
        "updates whose evidence is kept; small forgets fast, large learns less",
    )
    .of(&[Mesu]),
    setting(
        "learner.temperature",
        POSITIVE,
        "how much colder than Bayes' the posterior is: N, which is temperature times memory_window, and both \
         rates grow with it, so that noise shrinks by its root and steps and memory stay; 1 in the paper",
    )
    .of(&[Mesu]),
    setting(
        "learner.slow_windows",
        Kind::Numbers("at most 8 windows, each 1 or more"),
        "for each, a slow copy of the synapses with that window; predictions are the mean over all copies",
    )
    .of(&[Mesu])
    .shown("[1e15]"),
    setting(
        "learner.sigma_prior",
        POSITIVE,
        "standard deviation that an unused synapse drifts back to",
    )
    .of(WITH_PRIOR),
    setting("learner.mu_prior", FINITE, "mean that an unused synapse drifts back to").of(WITH_PRIOR),
    setting("learner.lr_mu", NOT_NEGATIVE, "learning rate of mu").of(&[Mesu, Foovb]),
    setting("learner.lr_sigma", NOT_NEGATIVE, "learning rate of sigma").of(&[Mesu]),
    setting(
        "learner.sigma_max",
        NOT_NEGATIVE,
        "largest sigma, with init = \"auto\" in units of 1/√active; 0 for no limit",
    )
    .of(&[Foovb]),
    setting(
        "learner.clamp_grad",
        NOT_NEGATIVE,
        "gradients are clipped to ±clamp_grad/sigma; 0 for no clipping",
    )
    .of(&[Mesu]),
    setting(
        "learner.max_step_ratio",
        NOT_NEGATIVE,
        "steps are cut to max_step_ratio·sigma; 0 for no limit",
    )
    .of(&[Mesu, Foovb]),
    setting(
        "learner.sigma_bounds",
        Kind::Numbers("[] or [smallest, largest] with 0 < smallest <= largest"),
        "bounds of sigma; [] for none",
    )
    .of(&[Mesu]),
    setting(
        "learner.sigma_step",
        Kind::Choice(&["linear", "closed-form"]),
        "step of sigma: the paper's, or one that keeps sigma positive",
    )
    .of(&[Mesu]),
    setting(
        "learner.prior_step",
        Kind::Choice(&["linear", "exact"]),
        "prior's part in the step of sigma: the paper's, or the exact one, which keeps sigma positive",
    )
    .of(&[Mesu]),
    setting(
        "learner.sigma_at_most_prior",
        Kind::Flag,
        "whether sigma is kept at or below the prior's",
    )
    .of(&[Mesu]),
    setting("learner.kl_updates", WINDOW, "updates that share one KL divergence to the prior").of(&[Bbb]),
    setting("learner.samples", SAMPLES, "noise samples per update").of(GAUSSIAN),
    setting("learner.test_samples", SAMPLES, "noise samples per prediction").of(GAUSSIAN),
    setting(
        "learner.estimator",
        Kind::Choice(&["local-reparameterization", "weight-sampling"]),
        "what is sampled: pre-activations (fast, low variance) or weights",
    )
    .of(GAUSSIAN),
    setting(
        "learner.importance",
        NOT_NEGATIVE,
        "strength of the penalty",
    )
    .of(ELASTIC),
    setting(
        "learner.downweighting",
        SHARE,
        "share of the Fisher information that remains after another task",
    )
    .of(&[OnlineEwc]),
    setting("learner.fisher_window", WINDOW, "updates that the Fisher information is a mean of")
        .of(&[StreamingEwc]),
    setting("learner.anchor_window", WINDOW, "updates that the anchor is a mean of").of(&[StreamingEwc]),
    setting("learner.coefficient", NOT_NEGATIVE, "strength of the penalty").of(&[Si]),
    setting(
        "learner.damping",
        POSITIVE,
        "keeps the importance of a weight that hardly moved finite",
    )
    .of(&[Si]),
    setting(
        "learner.optimizer",
        Kind::Choice(&["sgd", "adam"]),
        "optimizer that the penalty is added to",
    )
    .of(PENALIZED),
    setting("learner.lr", NOT_NEGATIVE, "learning rate").of(WITH_RATE),
    setting("learner.buffer", whole(1_000_000), "examples stored").of(&[Replay]),
    setting("learner.replayed", whole(1_000), "stored examples learned with each new one").of(&[Replay]),
    setting(
        "learner.reduction",
        Kind::Choice(&["sum", "mean"]),
        "how the losses of a batch make up its loss",
    )
    .of(ALL),
    setting(
        "learner.heads_drift",
        Kind::Choice(&["in-use", "always"]),
        "of \"split\": whether only the synapses of the head in use drift to the prior, or those of all heads",
    )
    .of(&[Mesu])
    .shown("\"always\""),
    setting(
        "learning.learn_above",
        NOT_NEGATIVE,
        "loss of an example, in nats, below which nothing is learned from it; 0 to learn from all. Not with \
         weight-sampling, slow_windows or replay",
    )
    .shown("0.05"),
    setting(
        "learning.on_divergence",
        Kind::Choice(&["error", "skip"]),
        "what happens to an update that diverges: the run ends with an error, or it is skipped and counted",
    )
    .shown("\"skip\""),
    setting(
        "learning.class_weights",
        Kind::Numbers("[] or a finite number >= 0 for each class"),
        "factors of the losses of each class's examples; [] for 1 of all",
    )
    .shown("[1.0, 1.0, 4.0]"),
    setting(
        "regression.likelihood",
        Kind::Choice(&["gaussian", "heteroscedastic", "student-t"]),
        "of values: normal noise whose variance is a running estimate; or a second output of the network; or \
         Student's t distribution, for outliers",
    )
    .shown("\"student-t\""),
    setting(
        "regression.noise_window",
        range("a finite number of values, 1 or more", Some((1.0, true)), None),
        "of values: number of residuals that the estimate of the noise is of",
    )
    .shown("500.0"),
    setting(
        "regression.degrees_of_freedom",
        range("above 2, at most 1e6", Some((2.0, false)), Some((1e6, true))),
        "of values: degrees of freedom of student-t; the smaller, the more outliers",
    )
    .shown("4.0"),
];
