//! From moment to local time and back, beside jiff's own conversion.

fn main() {
    divan::main();
}
