//! Groups: related things, and elements of one thing (`qql.md` 3.4).

use super::Checker;
use super::leaf::{bad_operator, wrapped};
use super::resolve::{Frame, element};
use crate::ast::{Name, Node};
use crate::error::{Code, Problem};
use crate::span::Span;
use crate::token::Kind;
use crate::typed::{Elements, Form, Related};

impl Checker<'_> {
    pub(super) fn group(&mut self, name: &Name, inner: &Node, span: Span, frame: &Frame) -> Option<Form> {
        let head = Span::new(name.span.offset, name.span.length);
        let resolved = self.resolve(name, span, *frame)?;
        let token = resolved.token;
        match token.kind {
            Kind::Related(entity, tie) => {
                let inner = self.node(inner, &Frame::Related { entity, tie })?;
                let form = Form::Related(Related { token, entity, tie, inner: Box::new(inner) });
                Some(wrapped(resolved, span, form))
            }
            Kind::Elements => {
                if let Frame::Elements { group, .. } = frame {
                    let message = format!("`{}` cannot stand inside `{}:( … )`", token.name, group.name);
                    self.tell(Problem::new(Code::WrongEntity, head, message));
                    return None;
                }
                let entity = resolved.entity(*frame);
                let inner = self.node(inner, &Frame::Elements { entity, group: token })?;
                Some(wrapped(resolved, span, Form::Elements(Elements { token, inner: Box::new(inner) })))
            }
            _ => {
                let short = match frame {
                    Frame::Elements { group, .. } => element(group, token).unwrap_or(token.name),
                    Frame::Top { .. } | Frame::Related { .. } => token.name,
                };
                let works = format!("write a list, `{short}:[a,b]`, or a term for each value");
                self.tell(bad_operator(token, head, "a group in brackets", &works));
                None
            }
        }
    }
}
