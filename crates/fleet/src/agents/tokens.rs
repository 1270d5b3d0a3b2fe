//! The tokens with which an agent shows that it is not a restored snapshot (`agent.md` 2.3): each answer that commits
//! something carries a new one, and the agent shows the last that it received.
//!
//! Answers get lost, and those of two calls overtake each other. So every token is good that was given since the one
//! that the agent showed last, and that one too: whatever the agent received, it has one of these.

use super::state::Token;

/// More answers in a row do not get lost; of more the older ones are forgotten.
const MOST: usize = 8;
const LENGTH: usize = size_of::<Token>();

/// Good tokens, oldest first: the one that was shown last, then those given since. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    pub fn new(token: Token) -> Self {
        Self(vec![token])
    }

    /// As the database keeps them: the newest, and the older ones one behind the other. What is no token is left out.
    pub fn stored(newest: Token, older: &[u8]) -> Self {
        let mut tokens: Vec<Token> =
            older.chunks_exact(LENGTH).map(|token| token.try_into().expect("a chunk is as long as a token")).collect();
        tokens.push(newest);
        Self(tokens)
    }

    pub fn newest(&self) -> Token {
        *self.0.last().expect("there is always one")
    }

    /// The agent shows a token: those that were given before it are bad from now on. False: it is bad itself, and
    /// nothing changes.
    pub fn show(&mut self, token: Token) -> bool {
        let Some(place) = self.0.iter().position(|good| *good == token) else { return false };
        self.0.drain(..place);
        true
    }

    /// One more was given.
    pub fn give(&mut self, token: Token) {
        self.0.push(token);
        if self.0.len() > MOST {
            // The first is the one that the agent has for sure.
            self.0.remove(1);
        }
    }

    /// What the database keeps beside `token` once that was given.
    pub fn older_than(&self, token: Token) -> Vec<u8> {
        let mut with = self.clone();
        with.give(token);
        with.0.pop();
        with.0.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn token(number: u8) -> Token {
        [number; LENGTH]
    }

    #[test]
    fn what_was_given_since_the_shown_one_is_good() {
        let mut tokens = Tokens::new(token(1));
        tokens.give(token(2));
        tokens.give(token(3));
        // The answer with 3 overtook the one with 2.
        assert!(tokens.show(token(2)) && tokens.show(token(3)));
        assert!(!tokens.show(token(1)) && !tokens.show(token(2)), "older than the one that was shown");
        assert!(tokens.show(token(3)) && tokens.newest() == token(3));
    }

    #[test]
    fn the_shown_one_stays_good_however_many_answers_are_lost() {
        let mut tokens = Tokens::new(token(0));
        (1..=100).for_each(|number| tokens.give(token(number)));
        assert!(tokens.clone().show(token(100)) && tokens.clone().show(token(94)));
        assert!(!tokens.clone().show(token(93)), "it was given, and so many answers do not get lost");
        assert!(tokens.show(token(0)));
    }

    #[test]
    fn they_come_back_from_the_database() {
        let mut tokens = Tokens::new(token(1));
        tokens.give(token(2));
        let older = tokens.older_than(token(3));
        tokens.give(token(3));
        assert_eq!(older, [token(1), token(2)].concat());
        assert_eq!(Tokens::stored(token(3), &older), tokens);
        assert_eq!(Tokens::stored(token(3), &[]), Tokens::new(token(3)));
    }
}
