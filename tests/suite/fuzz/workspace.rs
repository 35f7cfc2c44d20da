//! Laws of the whole compiler, for every text.

use wayline_lang::{Input, NoFiles, compile};
use wayline_tests::{MANIFEST, world};

use super::damage::damaged;
use super::syntax::{law, sound};
use super::{keep, law_holds};

#[test]
fn fuzz_compile() {
    let shop = world("shop");
    law_holds(300, damaged(4), move |text| {
        keep("compile.journey", &text);
        let manifest = Input { path: "wayline.toml".to_owned(), bytes: MANIFEST.into() };
        let damaged = Input { path: "damaged.journey".to_owned(), bytes: text.into_bytes() };
        let compiled = compile(Some(manifest), vec![damaged, shop.clone()], &NoFiles);
        law(compiled.program.is_some() != compiled.has_errors(), "there is a program or an error")?;
        for finding in &compiled.diagnostics {
            let source = compiled.sources.get(finding.primary.span.file);
            law(source.is_some(), "a finding lies in a file")?;
            source.map_or(Ok(()), |source| sound(finding, source))?;
        }
        let Some(program) = &compiled.program else { return Ok(()) };
        let json = program.to_json().map_err(|e| law(false, &e.to_string()).unwrap_err())?;
        let again =
            wayline_ir::Program::from_json(&json).map_err(|e| law(false, &e.to_string()).unwrap_err())?;
        law(again == *program && again.hash() == program.hash(), "a program survives being written and read")
    });
}
