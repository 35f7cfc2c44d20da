//! Shapes and colours.

use std::fmt::Write as _;

use super::measure::{Font, width};
use crate::layout::Size;
use crate::model::NodeKind;

/// Light colours, and dark ones where the reader's system asks for them.
pub(super) const STYLE: &str = "
.wayline{font-family:system-ui,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto Sans\",\"DejaVu Sans\",sans-serif}
.wayline .ground{fill:#fff}
.wayline text{fill:#1f2933;font-size:13px}
.wayline .title{font-size:20px;font-weight:600}
.wayline .note{font-size:12px;fill:#52606d}
.wayline .head{font-size:13px;font-weight:600}
.wayline .mark{fill:#92580c;font-weight:600}
.wayline .label{text-anchor:middle}
.wayline .word{font-size:11px;text-anchor:middle;fill:#3e4c59;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.wayline .stage{fill:#f5f7fa;stroke:#d5dbe1}
.wayline .truth{fill:#fdf8ec;stroke:#d9a441;stroke-width:2px}
.wayline .line{fill:none;stroke:#7b8794}
.wayline .tip{fill:#7b8794;stroke:none}
.wayline .back .line{stroke-dasharray:5 4;stroke:#6b46b8}
.wayline .back .tip{fill:#6b46b8}
.wayline .stop .line{stroke:#b42318}
.wayline .stop .tip{fill:#b42318}
.wayline .node .box{fill:#fff;stroke:#7b8794}
.wayline .enter .box{fill:#e3f5e8;stroke:#2e7d4f}
.wayline .wait .box{fill:#fdf3d7;stroke:#9a7400}
.wayline .send .box{fill:#dbeafe;stroke:#1d5fbf}
.wayline .choice .box{fill:#efe7fb;stroke:#6b46b8}
.wayline .change .box{fill:#eceff1;stroke:#5b6b75}
.wayline .call .box{fill:#e0f4f5;stroke:#1b7a80}
.wayline .journey .box{fill:#fde8df;stroke:#b3541e}
.wayline .exit .box{fill:#f3f4f6;stroke:#4b5563}
@media (prefers-color-scheme:dark){
.wayline .ground{fill:#14181d}
.wayline text{fill:#e4e7eb}
.wayline .note{fill:#9aa5b1}
.wayline .mark{fill:#f0b429}
.wayline .word{fill:#cbd2d9;stroke:#14181d}
.wayline .stage{fill:#1b2027;stroke:#323f4b}
.wayline .truth{fill:#241f12;stroke:#b7891f}
.wayline .line{stroke:#8795a4}
.wayline .tip{fill:#8795a4}
.wayline .back .line{stroke:#b79bf0}
.wayline .back .tip{fill:#b79bf0}
.wayline .stop .line{stroke:#f97066}
.wayline .stop .tip{fill:#f97066}
.wayline .node .box{fill:#20262e}
.wayline .enter .box{fill:#14301f;stroke:#57c785}
.wayline .wait .box{fill:#332a0c;stroke:#dcb439}
.wayline .send .box{fill:#10294d;stroke:#6ea8fe}
.wayline .choice .box{fill:#2a1f47;stroke:#b79bf0}
.wayline .change .box{fill:#262d33;stroke:#9aa8b3}
.wayline .call .box{fill:#0d3033;stroke:#52c3cb}
.wayline .journey .box{fill:#40220f;stroke:#f0935a}
.wayline .exit .box{fill:#252a31;stroke:#9aa5b1}
}
";

/// The box that lines of text need.
pub(super) fn size(kind: NodeKind, lines: &[String]) -> Size {
    let text = lines.iter().map(|line| width(line, Font::Node)).max().unwrap_or(0);
    let height = Font::Node.height(lines.len().max(1)) + 12;
    let sides = match kind {
        NodeKind::Enter | NodeKind::Exit => height.min(40),
        NodeKind::Choice => 36,
        NodeKind::Call | NodeKind::Journey => 32,
        NodeKind::Wait | NodeKind::Send | NodeKind::Change => 24,
    };
    // Even, so that middles are whole.
    let even = |length: i64| length + length % 2;
    Size { width: even((text + sides).max(56)), height: even(height) }
}

/// The outline of a box around a middle.
pub(super) fn shape(kind: NodeKind, x: i64, y: i64, size: Size) -> String {
    let Size { width, height } = size;
    let (left, top) = (x - width / 2, y - height / 2);
    let (right, bottom) = (left + width, top + height);
    let rect = |radius: i64| {
        format!(
            "<rect class=\"box\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"
        )
    };
    match kind {
        NodeKind::Enter | NodeKind::Exit => rect((height / 2).min(20)),
        NodeKind::Wait => rect(10),
        NodeKind::Send | NodeKind::Change => rect(3),
        NodeKind::Choice => {
            let (a, b) = (left + 12, right - 12);
            format!("<path class=\"box\" d=\"M{a} {top}H{b}L{right} {y}L{b} {bottom}H{a}L{left} {y}Z\"/>")
        }
        NodeKind::Call | NodeKind::Journey => {
            let (a, b) = (left + 6, right - 6);
            format!("{}<path class=\"box\" d=\"M{a} {top}V{bottom}M{b} {top}V{bottom}\"/>", rect(3))
        }
    }
}

/// The line of an arrow and its tip. Between the points of each pair it is straight, between pairs it is bent.
pub(super) fn arrow(points: &[(i64, i64)], wide: i64) -> (String, String) {
    let (Some(&(x, y)), Some(&(end_x, end_y))) = (points.first(), points.last()) else {
        return (String::new(), String::new());
    };
    // Where it comes from: from above, from below, or from the right, for an arrow to its own box.
    let before = points.iter().rev().find(|point| **point != (end_x, end_y)).copied().unwrap_or((x, y));
    let half = 4 + wide / 2;
    let length = 7 + wide / 2;
    let side = match before.1 - end_y {
        0 => 0,
        above if above < 0 => -1,
        _ => 1,
    };
    let (base_x, base_y) = if side == 0 { (end_x + length, end_y) } else { (end_x, end_y + side * length) };
    let tip = if side == 0 {
        format!("M{end_x} {end_y}L{base_x} {}V{}Z", end_y - half, end_y + half)
    } else {
        format!("M{end_x} {end_y}L{} {base_y}H{}Z", end_x - half, end_x + half)
    };
    let mut line = format!("M{x} {y}");
    let mut at = (x, y);
    for (number, &point) in points.iter().enumerate().skip(1) {
        let is_last = number + 1 == points.len();
        let (to_x, to_y) = if is_last { (base_x, base_y) } else { point };
        let bend = (to_y - at.1) / 2;
        if number % 2 == 0 && at.0 != to_x {
            let _ = write!(line, "C{} {} {to_x} {} {to_x} {to_y}", at.0, at.1 + bend, to_y - bend);
        } else if at != (to_x, to_y) {
            let _ = write!(line, "L{to_x} {to_y}");
        }
        at = (to_x, to_y);
    }
    (line, tip)
}
