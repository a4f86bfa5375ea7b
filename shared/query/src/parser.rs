//! The grammar of management §3.1, by recursive descent.

use crate::error::{Error, Result};
use crate::expression::{Argument, Expression, Operator, Term};

/// How deep parentheses may nest. Keeps the recursion here, in binding, in evaluation and in dropping far from the end
/// of any stack, whatever length the caller lets in.
pub const MAX_DEPTH: usize = 128;

/// Parses a query text.
///
/// Time and memory grow linearly with the text; its length is the caller's to limit (1024 characters for stored
/// queries, management §1.10).
///
/// # Errors
/// [`Error::Syntax`] when the text does not follow the grammar or nests deeper than [`MAX_DEPTH`].
pub fn parse(text: &str) -> Result<Expression> {
    let mut parser = Parser { text, position: 0, depth: 0 };
    let expression = parser.any()?;
    parser.skip_blanks();
    if parser.position < text.len() {
        return Err(parser.unexpected());
    }
    Ok(expression)
}

struct Parser<'a> {
    text: &'a str,
    /// In bytes, always on a character boundary.
    position: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Expression> {
        let mut operands = vec![self.all()?];
        while self.eat_connective(',', "or") {
            operands.push(self.all()?);
        }
        Ok(collapse(operands, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression> {
        let mut operands = vec![self.primary()?];
        while self.eat_connective(';', "and") {
            operands.push(self.primary()?);
        }
        Ok(collapse(operands, Expression::All))
    }

    fn primary(&mut self) -> Result<Expression> {
        self.skip_blanks();
        if !self.eat('(') {
            return self.term().map(Expression::Term);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::Syntax(format!("The query nests more than {MAX_DEPTH} parentheses.")));
        }
        let inner = self.any()?;
        self.depth -= 1;
        self.skip_blanks();
        self.expect(')')?;
        Ok(inner)
    }

    fn term(&mut self) -> Result<Term> {
        let selector = self.unquoted()?.to_owned();
        self.skip_blanks();
        let operator = self.operator()?;
        self.skip_blanks();
        let arguments = self.arguments()?;
        if arguments.len() > 1 && !operator.takes_list() {
            return Err(Error::Syntax(format!("The operator behind '{selector}' takes one value only.")));
        }
        Ok(Term { selector, operator, arguments })
    }

    fn operator(&mut self) -> Result<Operator> {
        let rest = self.rest();
        let symbol = &rest[..operator_length(rest)];
        let operator = Operator::from_symbol(symbol).ok_or_else(|| self.unexpected())?;
        self.position += symbol.len();
        Ok(operator)
    }

    fn arguments(&mut self) -> Result<Vec<Argument>> {
        if !self.eat('(') {
            return Ok(vec![self.value()?]);
        }
        let mut arguments = Vec::new();
        loop {
            self.skip_blanks();
            arguments.push(self.value()?);
            self.skip_blanks();
            if !self.eat(',') {
                break;
            }
        }
        self.expect(')')?;
        Ok(arguments)
    }

    fn value(&mut self) -> Result<Argument> {
        match self.peek() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => Ok(Argument { text: self.unquoted()?.to_owned(), quoted: false }),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Argument> {
        self.eat(quote);
        let mut text = String::new();
        while let Some(character) = self.next() {
            if character == quote {
                return Ok(Argument { text, quoted: true });
            }
            let literal = if character == '\\' { self.next() } else { Some(character) };
            text.extend(literal);
        }
        Err(Error::Syntax("The query ends inside a quoted value.".to_owned()))
    }

    fn unquoted(&mut self) -> Result<&'a str> {
        let rest = self.rest();
        let length = rest.find(ends_unquoted).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.unexpected());
        }
        self.position += length;
        Ok(&rest[..length])
    }

    /// Consumes `symbol`, or `word` between blanks; otherwise nothing.
    fn eat_connective(&mut self, symbol: char, word: &str) -> bool {
        let start = self.position;
        let blank_before = self.skip_blanks();
        if self.eat(symbol) || (blank_before && self.eat_word(word)) {
            return true;
        }
        self.position = start;
        false
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let is_word = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let blank_after = is_word && rest[word.len()..].starts_with(is_blank);
        if blank_after {
            self.position += word.len();
        }
        blank_after
    }

    fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        self.position += blanks;
        blanks > 0
    }

    fn expect(&mut self, character: char) -> Result<()> {
        if self.eat(character) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn eat(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.position += character.len_utf8();
        }
        found
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        Some(character)
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn unexpected(&self) -> Error {
        let place = self.text[..self.position].chars().count() + 1;
        match self.peek() {
            Some(character) => Error::Syntax(format!("Unexpected '{character}' at character {place} of the query.")),
            None => Error::Syntax("The query ends too early.".to_owned()),
        }
    }
}

/// The length of what looks like an operator at the start of `rest`: `!=`, `<`, `<=`, `>`, `>=` or `=letters=`.
fn operator_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.first() {
        Some(b'!' | b'<' | b'>') => 1 + usize::from(bytes.get(1) == Some(&b'=')),
        Some(b'=') => {
            let letters = bytes[1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            1 + letters + usize::from(bytes.get(1 + letters) == Some(&b'='))
        }
        _ => 0,
    }
}

fn ends_unquoted(character: char) -> bool {
    is_blank(character) || matches!(character, '"' | '\'' | '(' | ')' | ';' | ',' | '=' | '<' | '>' | '!' | '~')
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

fn collapse(mut operands: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if operands.len() > 1 {
        return join(operands);
    }
    // Callers pass at least one operand, so the empty conjunction is never seen outside.
    operands.pop().unwrap_or(Expression::All(Vec::new()))
}
