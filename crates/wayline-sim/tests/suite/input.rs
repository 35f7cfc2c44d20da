//! Reading customers and events: what is right, and every kind of row that is not, with its line.

use std::fmt::Write as _;
use std::io::{Read, Write as _};

use wayline_engine::Consent;
use wayline_ir::Value;
use wayline_sim::{InputReader, InputReport, Mapping, People, Recording, Strictness};
use wayline_time::{Moment, Zone};

use crate::shop;

fn read(customers: &[u8], events: &[u8], mapping: Option<&str>) -> (People, InputReport) {
    let program = shop::shop();
    let mapping = mapping.map(|text| Mapping::parse(text, Zone::utc()).unwrap());
    let mut reader = InputReader::new(&program, Strictness::Lenient);
    if !customers.is_empty() {
        reader.customers("customers", customers, mapping.as_ref()).unwrap();
    }
    if !events.is_empty() {
        reader.events("events", events, mapping.as_ref()).unwrap();
    }
    reader.finish()
}

fn said(report: &InputReport) -> String {
    let mut text = String::new();
    for error in &report.errors {
        writeln!(text, "{error}").unwrap();
    }
    for finding in &report.findings {
        writeln!(text, "once: {finding}").unwrap();
    }
    text
}

#[test]
fn customers_of_every_type() {
    let csv = "customer,email,time_zone,plan,score,spent,member,birthday,best_time,seen,patience,interests,\
               consent.marketing.email,updated_at\n\
               a,a@x.example,europe/berlin,pro,7.5,12.50 USD,yes,1990-02-28,21:00,2026-01-05T10:00:00+01:00,\
               3 days,\"[\"\"tea\"\",\"\"jazz\"\"]\",confirmed,2026-01-01\n\
               b,,,,,,,,,,,,,\n";
    let jsonl = r#"{"customer":"a","email":"a@x.example","time_zone":"europe/berlin","plan":"pro","score":7.5,"spent":"12.50","member":true,"birthday":"1990-02-28","best_time":"21:00","seen":"2026-01-05T10:00:00+01:00","patience":"3 days","interests":["tea","jazz"],"consents":{"marketing":{"email":"confirmed"}},"updated_at":"2026-01-01"}
{"id":"b","email":null}"#;
    let (from_csv, report) = read(csv.as_bytes(), b"", None);
    assert_eq!(said(&report), "");
    let (from_json, report) = read(jsonl.as_bytes(), b"", None);
    assert_eq!(said(&report), "");
    assert_eq!(from_csv.all(), from_json.all());
    let a = &from_csv.all()[0];
    assert_eq!(a.updated_at, Some(Moment(1_767_225_600_000)));
    assert_eq!(a.consents[0].consent, Consent::Confirmed);
    assert_eq!(a.profile.len(), 11);
    assert_eq!(a.profile[1].1, Value::text("Europe/Berlin"));
    insta::assert_debug_snapshot!(a.profile.iter().map(|(_, value)| value).collect::<Vec<_>>());
    assert!(from_csv.all()[1].profile.is_empty());
}

#[test]
fn bad_customers_are_listed_with_their_lines() {
    let cases: &[&[u8]] = &[
        b"customer;time_zone;plan\na;Europe/Berln;pro\nb;;prro\n;;\na;;\n\"c\nd\";;gold\n",
        b"customer,score,spent,member,birthday,best_time,seen,patience,interests\n\
          a,101,,,,,,,\nb,many,,,,,,,\nc,,12.50 EUR,,,,,,\nd,,a lot,,,,,,\ne,,,maybe,,,,,\nf,,,,2026-02-30,,,,\n\
          g,,,,,25:00,,,\nh,,,,,,soon,,\ni,,,,,,,3,\nj,,,,,,,,tea\nk,,,\nl,,,,,,,,[1]\n",
        b"customer,emial,consent.marketing.fax,consent.marketing.sms\na,,,perhaps\n",
        b"{\"customer\":\"a\",\"plan\":7}\n[1]\n{\"customer\":\n\n{\"plan\":\"pro\"}\n{\"customer\":\"b\",\"plam\":1}\n\
          {\"customer\":\"c\",\"consents\":{\"marketing\":{\"fax\":\"yes\"}}}\n{\"customer\":\"d\",\"seen\":1767225600}\n",
        b"customer,email\n\xff,x\nb,\xc3\x28\nc,ok\n",
    ];
    let mut text = String::new();
    for case in cases {
        let (people, report) = read(case, b"", None);
        assert_eq!(report.bad_rows, report.errors.len() as u64);
        writeln!(text, "{}used: {}\n", said(&report), people.all().len()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn events_of_every_kind() {
    let csv = "time,customer,event,id,data,order_id,total,units\n\
               2026-01-05T10:00:00Z,a,order_placed,e1,,o1,80,\n\
               2026-01-04 09:00,b,order_placed,,\"{\"\"order_id\"\":\"\"o2\"\",\"\"total\"\":12.5,\"\"items\"\":\
               [{\"\"sku\"\":\"\"x\"\",\"\"price\"\":\"\"1 USD\"\"}]}\",,,\n\
               2026-01-05T09:59:59.5Z,a,purchase,,,,USD 3.20,2\n\
               2026-01-05T10:00:00Z,a,visit,,,,,\n\
               2026-01-05T11:00:00Z,a,clicked hello,,,,,\n\
               2026-01-05T11:00:01Z,a,$answered rate_us,,\"{\"\"value\"\":9}\",,,\n\
               2026-01-05T11:00:02Z,a,$profile,,\"{\"\"plan\"\":\"\"pro\"\",\"\"email\"\":null,\"\"consents\"\":\
               {\"\"marketing\"\":{\"\"sms\"\":\"\"yes\"\"}}}\",,,\n\
               2026-01-05T11:00:03Z,a,$enter welcome,,\"{\"\"offer\"\":\"\"ten\"\"}\",,,\n";
    let (people, report) = read(b"", csv.as_bytes(), None);
    assert_eq!(said(&report), "");
    assert_eq!((report.events, report.implicit_customers), (8, 2));
    assert_eq!(people.all()[0].id.as_ref(), "a");
    // In time order, and in file order at one instant.
    let of_a: Vec<String> = people
        .recorded(0)
        .iter()
        .map(|recorded| match &recorded.what {
            Recording::Event { event, id, .. } => format!("{} event {} {id:?}", recorded.at, event.0),
            other => format!("{} {other:?}", recorded.at),
        })
        .collect();
    insta::assert_snapshot!(of_a.join("\n"));
    insta::assert_debug_snapshot!(people.recorded(1));
    assert_eq!(people.bounds().map(|(first, _)| first.to_string()).as_deref(), Some("2026-01-04T09:00:00Z"));
}

#[test]
fn consents_change_in_columns_of_their_own() {
    let csv = "time,customer,event,plan,consent.marketing.email,consent.marketing.sms\n\
               2026-01-05,a,$profile,,withdrawn,\n2026-01-06,a,$profile,pro,,perhaps\n";
    let (people, report) = read(b"", csv.as_bytes(), None);
    assert_eq!(
        said(&report),
        "events:3: consent.marketing.sms: \"perhaps\" is not what is known of a consent (write given, confirmed, \
         withdrawn or none)\n"
    );
    let Recording::Profile { changes, consents } = &people.recorded(0)[0].what else { panic!() };
    assert!(changes.is_empty());
    assert_eq!(consents.iter().map(|change| change.consent).collect::<Vec<_>>(), [Consent::Withdrawn]);
}

#[test]
fn bad_events_are_listed_with_their_lines() {
    let cases: &[&[u8]] = &[
        b"time,customer,event,order_id,total,colour\n\
          soon,a,visit,,,\n2026-01-05,,visit,,,\n2026-01-05,a,,,,\n2026-01-05,a,order_place,,,\n\
          2026-01-05,a,order_placed,o1,,\n2026-01-05,a,order_placed,o1,12 EUR,\n2026-01-05,a,clicked helo,,,\n\
          2026-01-05,a,$enter welcom,,,\n2026-01-05,a,$enter welcome,,,\n2026-01-05,a,answered rate_us,,,\n\
          2026-01-05,a,visit,,,red\n",
        br#"{"time":"2026-01-05","customer":"a","event":"order_placed","data":{"order_id":1,"total":1,"totl":2}}
{"time":"2026-01-05","customer":"a","event":"order_placed","data":{"order_id":"1","total":1,"items":[{"sku":"x"}]}}
{"time":"2026-01-05","customer":"a","event":"order_placed","data":{"order_id":"1","total":1,"items":[{"sku":"x","prize":1}]}}
{"time":"2026-01-05","customer":"a","event":"order_placed","data":[]}
{"time":"2026-01-05","customer":"a","event":"answered rate_us","data":{"value":11}}"#,
    ];
    let mut text = String::new();
    for case in cases {
        let (_, report) = read(b"", case, None);
        writeln!(text, "{}used: {}\n", said(&report), report.events).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn unknown_customers_need_a_profile_without_gaps() {
    let mut program = shop::shop();
    program.customer.push(shop::field("country", wayline_ir::Type::Text));
    let mut reader = InputReader::new(&program, Strictness::Lenient);
    reader.customers("customers.csv", &b"customer,country\na,DE\n"[..], None).unwrap();
    reader
        .events("events.csv", &b"time,customer,event\n2026-01-05,a,visit\n2026-01-05,b,visit\n"[..], None)
        .unwrap();
    let (_, report) = reader.finish();
    insta::assert_snapshot!(said(&report), @"events.csv:3: customer: there is no customer `b` (list the customer in the customers' file; none can appear by an event because `country` has no default)");
}

#[test]
fn strictly_the_first_bad_row_is_an_error() {
    let program = shop::shop();
    let mut reader = InputReader::new(&program, Strictness::Strict);
    let error = reader.customers("c.csv", &b"customer,plan\na,free\nb,gold\n"[..], None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "c.csv:3: plan: \"gold\" is not one of free, pro, business (known: `free`, `pro` and `business`)"
    );
}

#[test]
fn files_that_are_none() {
    let program = shop::shop();
    let mut reader = InputReader::new(&program, Strictness::Lenient);
    let mut text = String::new();
    for (what, bytes) in [
        ("no id", &b"email,plan\na,b\n"[..]),
        ("twice", b"customer,plan,plan\n"),
        ("UTF-16", b"\xff\xfec\0u\0"),
        ("empty", b""),
        ("header only", b"customer,plan\n"),
        ("byte order mark", b"\xef\xbb\xbfcustomer,plan\nbom,pro\n"),
        ("packed, cut short", &gz(b"customer,plan\nx,pro\n")[..20]),
    ] {
        let result = reader.customers("c.csv", bytes, None);
        writeln!(text, "{what}: {}", result.map_or_else(|error| error.to_string(), |()| "read".to_owned()))
            .unwrap();
    }
    let result = reader.events("e.csv", &b"when,customer,event\n"[..], None);
    writeln!(text, "no time: {}", result.unwrap_err()).unwrap();
    let failing = FailingReader;
    writeln!(text, "broken: {}", reader.events("e.csv", failing, None).unwrap_err()).unwrap();
    let (people, report) = reader.finish();
    assert_eq!(people.all().len(), 1);
    text.push_str(&said(&report));
    insta::assert_snapshot!(text);
}

struct FailingReader;

impl Read for FailingReader {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const CDNOW: &str = r#"
format      = "whitespace"
header      = false
columns     = ["customer", "date", "units", "usd"]
event       = "purchase"
customer    = "{customer}"
time        = "{date}"
time_format = "%Y%m%d"
zone        = "UTC"
at          = "12:00"
[fields]
total = "{usd} USD"
units = "{units}"
"#;

#[test]
fn a_foreign_file_by_a_mapping_also_packed() {
    // The first lines of the CDNOW sample, and two that are broken.
    let text = b" 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n 00002 19970112  5   77.00\r\n\
                  00003 19970102  2   20.76\r\n\r\n 00004 19971301  2   20.76\r\n 00005 19970101  2\r\n";
    let (people, report) = read(b"", text, Some(CDNOW));
    insta::assert_snapshot!(said(&report), @r#"
    events:6: time: "19971301" is not a time of the form "%Y%m%d" (`time_format` is written as for strftime, such as %Y%m%d or %d.%m.%Y %H:%M)
    events:7: this row has 3 columns, but there are 4 names
    "#);
    assert_eq!(people.all().len(), 3);
    let purchases = people.recorded(1);
    assert_eq!(purchases.len(), 2);
    assert_eq!(purchases[0].at.to_string(), "1997-01-12T12:00:00Z");
    insta::assert_debug_snapshot!(purchases[1].what);
    let (packed, packed_report) = read(b"", &gz(text), Some(CDNOW));
    assert_eq!((packed.recorded(1), packed_report), (purchases, report));
}

#[test]
fn mappings_of_csv_and_json() {
    let mapping = r#"
format = "csv"
separator = ";"
skip = 1
event = "{type}"
customer = "{user}"
time = "{day} {clock}"
time_format = "%d.%m.%Y %H:%M"
zone = "Europe/Berlin"
names = { "Order Placed" = "order_placed" }
ignore = ["ping"]
[fields]
order_id = "shop-{no}"
total = "{eur} USD"
[customers]
customer = "{key}"
fields = { email = "{mail}", plan = "{tier.name}" }
consents = { "marketing.email" = "{ok}" }
"#;
    let customers = br#"{"key":1,"mail":"a@x.example","tier":{"name":"pro"},"ok":true,"more":[]}"#;
    let events = b"exported by shop\nuser;type;day;clock;no;eur\n1;Order Placed;05.01.2026;10:30;7;12.5\n\
                   1;ping;05.01.2026;10:31;;\n1;visit;05.01.2026;10:32;;\n1;Order Cancelled;05.01.2026;10:33;;\n";
    let (people, report) = read(customers, events, Some(mapping));
    assert_eq!(
        said(&report),
        "events:6: event: there is no event \"Order Cancelled\" (known: `order_placed`, `purchase` and `visit`)\n"
    );
    assert_eq!((report.events, report.ignored), (2, 1));
    insta::assert_debug_snapshot!((people.all(), people.recorded(0)));
}

#[test]
fn mappings_that_are_wrong() {
    let full = "event = \"visit\"\ncustomer = \"{c}\"\ntime = \"{t}\"\n";
    let cases = [
        "",
        "evnt = \"visit\"",
        "event = ",
        "event = 7",
        "customer = \"{c}\"\ntime = \"{t}\"",
        "format = \"xml\"",
        "format = \"jsonl\"\nseparator = \";\"",
        "header = false",
        "columns = [\"a\"]\ncustomer = \"{b}\"\nevent = \"visit\"\ntime = \"{a}\"",
        "customer = \"{b\"\nevent = \"visit\"\ntime = \"{a}\"",
        "customers = 7",
        "[customers]\nfields = { email = \"{mail}\" }",
    ];
    let mut text = String::new();
    for case in cases {
        writeln!(text, "{}\n", Mapping::parse(case, Zone::utc()).unwrap_err()).unwrap();
    }
    for addition in ["zone = \"Mars\"", "at = \"noon\"", "[fields]\ntotal = \"{eur\""] {
        writeln!(text, "{}\n", Mapping::parse(&format!("{full}{addition}"), Zone::utc()).unwrap_err())
            .unwrap();
    }
    let program = shop::shop();
    for (addition, events) in
        [("", "x,t\n"), ("[fields]\ntotl = \"{c}\"", "c,t\n"), ("names = { a = \"vist\" }", "c,t\n")]
    {
        let mapping = Mapping::parse(&format!("{full}{addition}"), Zone::utc()).unwrap();
        let mut reader = InputReader::new(&program, Strictness::Lenient);
        writeln!(text, "{}\n", reader.events("e.csv", events.as_bytes(), Some(&mapping)).unwrap_err())
            .unwrap();
    }
    insta::assert_snapshot!(text);
}
