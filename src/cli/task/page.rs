//! How a page with lane tables is to look, as far as somebody said so.

use crate::report::Charset;
use crate::report::Detail;
use crate::report::Form;
use crate::report::Look;

use super::super::args::CharsetName;
use super::super::args::PageArguments;
use super::super::args::ShowAs;

/// What was said of how a page looks.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Page {
    width: Option<usize>,
    charset: Option<Charset>,
    detail: Detail,
}

impl Page {
    /// How a reader's page looks, as far as nothing else was said.
    pub(in crate::cli) fn on(self, reader: Look) -> Look {
        Look {
            width: self.width.unwrap_or(reader.width),
            palette: reader.palette,
            charset: self.charset.unwrap_or(reader.charset),
            detail: self.detail,
        }
    }
}

impl ShowAs {
    /// The form, if it is not that of a terminal.
    pub(in crate::cli) const fn form(self) -> Option<Form> {
        match self {
            Self::Terminal => None,
            Self::Markdown => Some(Form::Markdown),
            Self::Mermaid => Some(Form::Mermaid),
        }
    }
}

impl From<&PageArguments> for Page {
    fn from(typed: &PageArguments) -> Self {
        let charset = typed.charset.map(|named| match named {
            CharsetName::Ascii => Charset::Ascii,
            CharsetName::Utf8 => Charset::Utf8,
        });
        let detail = if typed.every_step {
            Detail::EveryStep
        } else {
            Detail::Folded
        };
        Self {
            width: typed.width.width.map(usize::from),
            charset,
            detail,
        }
    }
}
