//! The public benchmark model "cart + onboarding": `examples/cart_onboarding`, compiled.

use wayline_ir::Program;
use wayline_lang::{Input, NoFiles, compile};

const FILES: [(&str, &str); 3] = [
    ("journeys.journey", include_str!("../../../../examples/cart_onboarding/journeys.journey")),
    ("personas.journey", include_str!("../../../../examples/cart_onboarding/personas.journey")),
    ("world.journey", include_str!("../../../../examples/cart_onboarding/world.journey")),
];
const SETTINGS: &str = include_str!("../../../../examples/cart_onboarding/wayline.toml");

/// The program.
pub(crate) fn model() -> Program {
    changed(&[])
}

/// The program after texts were replaced by others.
pub(crate) fn changed(changes: &[(&str, &str)]) -> Program {
    let journeys = FILES.map(|(path, text)| {
        let text = changes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        Input { path: path.to_owned(), bytes: text.into_bytes() }
    });
    let settings = Input { path: "wayline.toml".to_owned(), bytes: SETTINGS.as_bytes().to_vec() };
    let compiled = compile(Some(settings), journeys.into(), &NoFiles);
    compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}
