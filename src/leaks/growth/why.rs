//! The reasons for which a growth is no leak, and a rule that gives one.

/// Why a growth is no leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    Code,
    Modules,
    Filled,
    Bounded,
    Passing,
    Recent,
    Parts,
    Load,
    Few,
    Tables,
}

/// A rule that dropped a growth: its reason, and a sentence about the very case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub why: Why,
    pub because: &'static str,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Modules => "modules",
            Self::Filled => "filled",
            Self::Bounded => "bounded",
            Self::Passing => "passing",
            Self::Recent => "recent",
            Self::Parts => "parts",
            Self::Load => "load",
            Self::Few => "few",
            Self::Tables => "tables",
        }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Self::Code => "V8 compiles and optimises what runs often, and drops it again",
            Self::Modules => "a module was loaded when it was first needed",
            Self::Filled => "it grew, then stopped or slowed down: what fills up has an end",
            Self::Bounded => "Node.js keeps a fixed number of these and no more",
            Self::Passing => "they come and go: hardly any of those that the snapshot before had are still there",
            Self::Recent => "it came in the last interval only: of the last work, or the start of something",
            Self::Parts => {
                "there are more of them because more fields are set, or more of what holds them: that stopped growing"
            }
            Self::Load => "objects of Node.js that follow the load: the intervals had not as many",
            Self::Few => "too little in each interval to tell it from what the taking of snapshots leaves",
            Self::Tables => "only tables of V8 hold them: names, sources and constants of functions",
        }
    }
}
