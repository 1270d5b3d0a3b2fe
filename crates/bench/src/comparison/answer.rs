//! What a question was answered, and how long that took.

use std::time::{Duration, Instant};

use serde::Deserialize;

/// Rows of cells, as all who are asked give them: numbers as digits, no nulls at the end of a row. A page begins with a
/// row that says how many there are.
pub(crate) type Answer = Vec<Vec<Option<String>>>;

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Answered {
    pub(crate) name: String,
    /// Of the first run, in milliseconds.
    pub(crate) first: f64,
    /// Of the runs after it.
    pub(crate) times: Vec<f64>,
    pub(crate) answer: Answer,
}

/// How often a question is asked, after the first time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runs {
    pub(crate) most: usize,
    pub(crate) least: usize,
    /// No further run begins once they took so long.
    pub(crate) within: Duration,
}

impl Answered {
    /// Asks until it has been asked often enough.
    pub(crate) async fn by(
        name: &str,
        runs: Runs,
        mut ask: impl AsyncFnMut() -> anyhow::Result<Answer>,
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let answer = ask().await?;
        let first = millis(begun.elapsed());
        let mut times = Vec::with_capacity(runs.most);
        let all = Instant::now();
        while times.len() < runs.most && (times.len() < runs.least || all.elapsed() < runs.within) {
            let begun = Instant::now();
            let again = ask().await?;
            times.push(millis(begun.elapsed()));
            anyhow::ensure!(again == answer, "`{name}` is answered now in one way and now in another");
        }
        Ok(Self { name: name.to_owned(), first, times, answer })
    }

    pub(crate) fn middle(&self) -> f64 {
        let sorted = self.sorted();
        sorted.get(sorted.len() / 2).copied().unwrap_or(self.first)
    }

    /// 95th percentile; of few runs the slowest.
    pub(crate) fn nearly_slowest(&self) -> f64 {
        let sorted = self.sorted();
        let place = (sorted.len() * 95).div_ceil(100).saturating_sub(1);
        sorted.get(place).copied().unwrap_or(self.first)
    }

    fn sorted(&self) -> Vec<f64> {
        let mut times = self.times.clone();
        times.sort_unstable_by(f64::total_cmp);
        times
    }
}

pub(crate) const fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_twenty_runs_the_second_slowest_is_the_95th_percentile() {
        let times = (1..=20).rev().map(f64::from).collect();
        let answered = Answered { name: String::new(), first: 90.0, times, answer: Vec::new() };
        assert_eq!((answered.middle(), answered.nearly_slowest()), (11.0, 19.0));
        let once = Answered { times: Vec::new(), ..answered };
        assert_eq!((once.middle(), once.nearly_slowest()), (90.0, 90.0));
    }

    #[tokio::test]
    async fn it_is_asked_as_often_as_it_shall_be_while_there_is_time() {
        let mut asked = 0;
        let runs = Runs { most: 5, least: 2, within: Duration::from_mins(1) };
        let ask = async || {
            asked += 1;
            Ok(vec![vec![Some("1".to_owned())]])
        };
        let answered = Answered::by("one", runs, ask).await.expect("answered");
        assert_eq!((answered.times.len(), asked), (5, 6));
        let runs = Runs { within: Duration::ZERO, ..runs };
        let answered = Answered::by("one", runs, async || Ok(Vec::new())).await.expect("answered");
        assert_eq!(answered.times.len(), 2);
    }

    #[tokio::test]
    async fn an_answer_that_changes_is_refused() {
        let runs = Runs { most: 3, least: 3, within: Duration::ZERO };
        let mut asked = 0;
        let ask = async || {
            asked += 1;
            Ok(vec![vec![Some(asked.to_string())]])
        };
        assert!(Answered::by("one", runs, ask).await.is_err());
    }
}
