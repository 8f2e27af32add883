//! What visitors do, and how often.

use std::str::FromStr;

/// What all journeys come to on a site that has nothing yet.
pub(crate) const WITHOUT_PLACES: &[Step] = &[Step::FirstPage, Step::Asset, Step::AssetAgain];

/// What one visitor does, from the first request to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Journey {
    Browse,
    Filter,
    Open,
    Review,
}

/// One request of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    FirstPage,
    Asset,
    AssetAgain,
    NextPage,
    State,
    City,
    Filtered,
    Search,
    Place,
    Reviews,
    ReviewList,
    Form,
    Send,
}

impl Journey {
    pub(crate) const ALL: [Journey; 4] = [
        Journey::Browse,
        Journey::Filter,
        Journey::Open,
        Journey::Review,
    ];

    /// Its name, as it is given and shown.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Journey::Browse => "browse",
            Journey::Filter => "filter",
            Journey::Open => "open",
            Journey::Review => "review",
        }
    }

    /// Its requests in order.
    pub(crate) fn steps(self) -> &'static [Step] {
        match self {
            Journey::Browse => &[
                Step::FirstPage,
                Step::Asset,
                Step::AssetAgain,
                Step::NextPage,
                Step::State,
                Step::City,
            ],
            Journey::Filter => &[Step::Filtered, Step::Search],
            Journey::Open => &[Step::Place, Step::Reviews, Step::ReviewList],
            Journey::Review => &[Step::Form, Step::Send],
        }
    }
}

impl Step {
    /// How many there are.
    pub(crate) const COUNT: usize = Step::Send as usize + 1;

    /// Its name, as it is shown.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Step::FirstPage => "first page",
            Step::Asset => "asset",
            Step::AssetAgain => "asset again",
            Step::NextPage => "next page",
            Step::State => "state",
            Step::City => "city",
            Step::Filtered => "filtered page",
            Step::Search => "search by API",
            Step::Place => "place",
            Step::Reviews => "reviews",
            Step::ReviewList => "reviews by API",
            Step::Form => "form",
            Step::Send => "send",
        }
    }
}

/// How often each journey is made, compared with the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weights(Vec<(Journey, u16)>);

impl Weights {
    /// Those of a visitor who only looks.
    pub(crate) fn looking() -> Weights {
        Weights(vec![
            (Journey::Browse, 5),
            (Journey::Filter, 3),
            (Journey::Open, 3),
        ])
    }

    /// The same, with a review now and then.
    pub(crate) fn writing() -> Weights {
        let Weights(mut all) = Weights::looking();
        all.push((Journey::Review, 1));
        Weights(all)
    }

    /// Whether anything is written.
    pub(crate) fn write(&self) -> bool {
        self.deck().contains(&Journey::Review)
    }

    /// Every journey as many times as it weighs.
    pub(crate) fn deck(&self) -> Vec<Journey> {
        let cards = self.0.iter();
        cards
            .flat_map(|(journey, weight)| std::iter::repeat_n(*journey, usize::from(*weight)))
            .collect()
    }
}

impl FromStr for Weights {
    type Err = String;

    fn from_str(text: &str) -> Result<Weights, String> {
        let right = "give weights from 0 to 1000, such as browse=5,filter=3,open=3,review=1";
        let mut all: Vec<(Journey, u16)> = Vec::new();
        for part in text.split(',') {
            let (name, weight) = part.split_once('=').ok_or(right)?;
            let mut journeys = Journey::ALL.into_iter();
            let journey = journeys
                .find(|journey| journey.name() == name.trim())
                .ok_or(right)?;
            let weight: u16 = weight.trim().parse().map_err(|_| right)?;
            if weight > 1_000 || all.iter().any(|(known, _)| *known == journey) {
                return Err(right.to_owned());
            }
            all.push((journey, weight));
        }
        match all.iter().any(|(_, weight)| *weight > 0) {
            true => Ok(Weights(all)),
            false => Err(right.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Journey, Step, Weights};

    #[test]
    fn every_step_is_part_of_one_journey() {
        let steps = Journey::ALL.iter().flat_map(|journey| journey.steps());
        let numbers: Vec<usize> = steps.map(|step| *step as usize).collect();
        assert_eq!(numbers, (0..Step::COUNT).collect::<Vec<_>>());
    }

    #[test]
    fn weights() {
        let weights: Weights = "open=2, review=1,browse=0".parse().unwrap();
        let deck = [Journey::Open, Journey::Open, Journey::Review];
        assert_eq!(weights.deck(), deck);
        assert!(weights.write() && !Weights::looking().write());
        for text in [
            "",
            "open",
            "open=x",
            "open=-1",
            "open=0",
            "open=1,open=2",
            "swim=1",
            "open=1001",
        ] {
            assert!(text.parse::<Weights>().is_err(), "{text}");
        }
    }
}
