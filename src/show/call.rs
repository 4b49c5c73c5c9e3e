//! A tool call, whole: what people decide on. Nothing of it is left out or cut short.

use super::diff::coloured;
use super::{Look, Paint, indent};
use signalbox_core::exhibit::{Piece, pieces};
use signalbox_core::tool::ToolCall;

/// The whole call.
pub(crate) fn call(call: &ToolCall, look: Look) -> String {
    pieces(call).iter().map(|one| piece(one, look)).collect()
}

fn piece(piece: &Piece, look: Look) -> String {
    match piece {
        Piece::Command(command) => {
            let shown: Vec<String> = command.split('\n').map(|line| look.paint(Paint::Head, line)).collect();
            format!("  $ {}\n", shown.join("\n    "))
        }
        Piece::WholeFile(path) => format!("  {} (the whole of it)\n", look.paint(Paint::Head, path)),
        Piece::File(path) => format!("  {}\n", look.paint(Paint::Head, path)),
        Piece::Everywhere => "  wherever it stands:\n".to_owned(),
        Piece::Change(diff) => indent(&coloured(diff, look), "  "),
        Piece::Field { name, value } if value.contains('\n') => format!("  {name}:\n{}", indent(value, "    ")),
        Piece::Field { name, value } => format!("  {name}: {value}\n"),
        Piece::Input(input) => indent(input, "  "),
        Piece::Note(note) => {
            format!("  {} {}\n", look.paint(Paint::Faint, "Claude says:"), note.replace('\n', " "))
        }
        Piece::Directory(cwd) => format!("  in {}\n", look.paint(Paint::Warn, cwd)),
    }
}
