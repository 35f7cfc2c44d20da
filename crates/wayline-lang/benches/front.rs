//! How fast text is read and written: lines a second for each phase, on a workspace made for it.
//!
//! `items/s` of the output are lines a second. 500 and 1,000 journeys: twice the text must take less than 2.3 times
//! as long.

use std::fmt::Write as _;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use wayline_lang::format::format;
use wayline_lang::source::{FileId, Source};
use wayline_lang::syntax::{lex, parse};

fn main() {
    divan::main();
}

/// A journey as people write them, its message and its test: 100 lines.
fn unit(i: usize, out: &mut String) {
    let _ = write!(
        out,
        r#"## Bring back people who leave a full cart behind, number {i}.
journey abandoned_cart_{i} {{
  title "Abandoned cart {i}"
  owner "lifecycle@shop.example"
  description "Two reminders, then an offer."
  priority 70

  enter on cart_updated as cart where value >= 50 USD
  enter when customer joins lapsed_{i}
  only if customer.country is one of US, DE and customer.email is known
  one run per cart.cart_id, again after 14 days, while running ignore
  at most 5000 per day
  leave on order_placed where cart_id is cart.cart_id
  goal order_placed where cart_id is cart.cart_id within 7 days
  holdout 5%

  stage "Remind" {{
    wait up to 1 hour {{
      on cart_updated as cart where cart_id is cart.cart_id {{ wait again }} # the hour starts anew
      otherwise {{ }}
    }}
    remind: send cart_reminder_{i}(cart)
    wait up to 1 day {{
      on clicked cart_reminder_{i} {{ wait 4 hours }}
      on replied cart_reminder_{i} {{ call helpdesk.open_ticket {{ about: "cart" }}  exit "talking to us" }}
      when customer.points > 100 and any order_placed in last 3 days where total > 20 USD {{
        set customer.points = customer.points + 1
        exit "ordered"
      }}
      otherwise {{
        if customer.phone is known {{ send cart_sms(cart) }}
        else {{ send first of cart_push(cart), cart_email_2(cart) }}
      }}
    }}
  }}

  # Those who did not come back are asked again.
  stage "Offer" moment of truth {{
    wait until 10:00 on Mon to Fri
    match customer.plan {{
      free {{
        experiment offer {{
          50% ten {{ send ten_off(cart) }}
          50% ship {{ send free_shipping(cart) }}
        }}
      }}
      pro, business {{
        send personal_note(cart) at best hour within 1 day
        wait 2 days
        if count of order_placed in last 30 days >= 2 {{
          exit "loyal"
        }}
      }}
    }}
    wait until 3 days before customer.renewal_date at 10:00 if past go on if missing exit "no date"
    collect cart_updated where value > 3 USD for 1 day as carts, or 20 of them
    repeat up to 3 times every 1 day until customer.vip is yes {{
      send cart_digest(carts, "again")
    }}
    emit cart_given_up {{ cart_id: cart.cart_id, value: cart.value, items: [{{ sku: "a", name: "Lamp" }}] }}
  }}
  exit "done"
}}

message cart_reminder_{i}(cart: cart_updated) on email {{
  topic marketing
  owner "crm@shop.example"
  subject "{{{{ customer.first_name | default: 'Hello' }}}}, your {{{{ cart.items[0].name }}}} is waiting"
  body file "templates/cart_reminder.html"
  expires after 6 hours
}}

segment lapsed_{i}: any order_placed in last 365 days and no order_placed in last 90 days

suppress fatigue_{i} {{
  for marketing
  at most 1 per calendar day, 3 in any 7 days across email, sms
  else hold up to 2 days, keep latest
}}

test "a purchase stops the reminders of {i}" {{
  customer {{ email: "ana@x.example", plan: free, time_zone: "America/New_York" }}
  at 2026-03-07 10:00 cart_updated {{ cart_id: "c1", value: 80 USD }}
  after 1 hour expect send cart_reminder_{i} where subject contains "Lamp"
  after 2 hours order_placed {{ order_id: "o1", cart_id: "c1", total: 80 USD }}
  expect left abandoned_cart_{i}
  expect goal of abandoned_cart_{i}
  expect no more sends
}}

"#
    );
}

fn workspace(journeys: usize) -> (Source, usize) {
    let mut text = String::new();
    for i in 0..journeys {
        unit(i, &mut text);
    }
    let lines = text.lines().count();
    let source = Source::new(FileId(0), "bench.journey", text);
    assert!(parse(&source).diagnostics.is_empty());
    (source, lines)
}

#[divan::bench(args = [500, 1000], sample_count = 10, sample_size = 1)]
fn tokens(bencher: Bencher<'_, '_>, journeys: usize) {
    let (source, lines) = workspace(journeys);
    bencher
        .counter(ItemsCount::new(lines))
        .counter(BytesCount::new(source.text.len()))
        .bench_local(|| lex(black_box(&source.text)));
}

/// Text to tree, typed tree and findings.
#[divan::bench(args = [500, 1000], sample_count = 10, sample_size = 1)]
fn parse_and_build(bencher: Bencher<'_, '_>, journeys: usize) {
    let (source, lines) = workspace(journeys);
    bencher
        .counter(ItemsCount::new(lines))
        .counter(BytesCount::new(source.text.len()))
        .bench_local(|| parse(black_box(&source)));
}

/// Tree to text, with the second reading that proves it.
#[divan::bench(args = [500, 1000], sample_count = 10, sample_size = 1)]
fn format_and_prove(bencher: Bencher<'_, '_>, journeys: usize) {
    let (source, lines) = workspace(journeys);
    let parsed = parse(&source);
    bencher
        .counter(ItemsCount::new(lines))
        .counter(BytesCount::new(source.text.len()))
        .bench_local(|| format(black_box(&source), black_box(&parsed)));
}

/// A file in which every step is misspelt.
#[divan::bench(args = [500, 1000], sample_count = 10, sample_size = 1)]
fn parse_broken(bencher: Bencher<'_, '_>, thousands: usize) {
    let mut text = String::from("journey j {\n");
    for i in 0..thousands * 10 {
        let _ = writeln!(text, "  sned m{i}(cart)\n  wait up to 1 huor {{ otherwise {{ }} }}");
    }
    text.push('}');
    let lines = text.lines().count();
    let source = Source::new(FileId(0), "bench.journey", text);
    bencher.counter(ItemsCount::new(lines)).bench_local(|| parse(black_box(&source)));
}
