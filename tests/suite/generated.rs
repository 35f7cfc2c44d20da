//! Committed files that are written by our own crates must be fresh.

use wayline_tests::{expect_file, repository};

#[test]
fn generated_schema_of_the_program() {
    let mut schema =
        serde_json::to_string_pretty(&wayline_ir::Program::json_schema()).expect("a schema is JSON");
    schema.push('\n');
    let path = repository().join("docs/schema/program.schema.json");
    expect_file(&path, &schema).unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn generated_schema_of_findings() {
    let mut schema =
        serde_json::to_string_pretty(&wayline_cli::render::json::json_schema()).expect("a schema is JSON");
    schema.push('\n');
    let path = repository().join("docs/schema/findings.schema.json");
    expect_file(&path, &schema).unwrap_or_else(|difference| panic!("{difference}"));
}
