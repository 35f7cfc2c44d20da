//! The zone table as a whole, and the serde forms.

use wayline_time::*;

#[test]
fn every_zone_is_found_by_its_name_in_any_case() {
    let all: Vec<Zone> = Zone::all().collect();
    assert!(all.len() > 590, "only {} zones", all.len());
    for zone in all {
        assert_eq!(Zone::lookup(zone.name()), Ok(zone));
        assert_eq!(Zone::lookup(&zone.name().to_uppercase()), Ok(zone));
    }
    assert_eq!(Zone::lookup("utc"), Ok(Zone::utc()));
    assert_eq!(Zone::lookup("us/eastern").map(Zone::name), Ok("US/Eastern"));
    assert_ne!(Zone::lookup("US/Eastern"), Zone::lookup("America/New_York"));
}

#[test]
fn an_unknown_zone_is_refused_by_name() {
    for name in ["", "Berlin", "Europe/Berlin ", "Mars/Olympus", "+01:00", "EST5EDT,M3.2.0,M11.1.0"] {
        assert_eq!(Zone::lookup(name), Err(UnknownZone { name: name.to_owned() }));
    }
    assert_eq!(
        Zone::lookup("Mars/Olympus").unwrap_err().to_string(),
        "\"Mars/Olympus\" is not an IANA time zone name; expected a name such as \"Europe/Berlin\""
    );
    assert_eq!(Zone::lookup(&"x".repeat(1_000)).unwrap_err().name.chars().count(), 61);
}

/// `Span::max_millis` relies on it: since 2000 no zone's offset has fallen by more than three hours in
/// total, from any moment to any later one.
#[test]
fn no_offset_falls_by_more_than_three_hours() {
    let mut worst = (0, Zone::utc());
    for zone in Zone::all() {
        let mut moment = parse_moment("2000-01-01", Zone::utc()).unwrap();
        let mut highest = zone.offset_millis(moment);
        while let Some(next) = zone.next_transition(moment).filter(|next| next.0 < 7_258_118_400_000) {
            let offset = zone.offset_millis(next);
            highest = highest.max(offset);
            worst = worst.max((highest - offset, zone));
            moment = next;
        }
    }
    assert!(worst.0 <= 3 * MILLIS_PER_HOUR, "{:?} falls by {} ms", worst.1, worst.0);
    assert!(worst.0 >= 2 * MILLIS_PER_HOUR, "Antarctica/Troll falls by two hours every year");
}

#[test]
fn every_type_has_its_json_form() {
    fn check<T>(value: T, json: &str)
    where
        T: serde::Serialize
            + serde::de::DeserializeOwned
            + PartialEq
            + std::fmt::Debug
            + schemars::JsonSchema,
    {
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        assert_eq!(serde_json::from_str::<T>(json).unwrap(), value);
        // From a reader nothing can be borrowed.
        assert_eq!(serde_json::from_reader::<_, T>(json.as_bytes()).unwrap(), value);
        let schema = serde_json::to_value(schemars::schema_for!(T)).unwrap();
        assert!(schema.is_object(), "{schema}");
    }
    let weekdays: WeekdaySet = [Weekday::Fri, Weekday::Mon].into_iter().collect();
    let window = Window { from: TimeOfDay(75_600), to: TimeOfDay(32_400) };
    let date = Date::from_ymd(2026, 12, 24).unwrap();
    check(Moment(-5), "-5");
    check(date, "\"2026-12-24\"");
    check(TimeOfDay(75_630), "\"21:00:30\"");
    check(Weekday::Mon, "\"Mon\"");
    check(weekdays, r#"["Mon","Fri"]"#);
    check(Span { months: 1, days: -2, millis: 3 }, r#"{"months":1,"days":-2,"millis":3}"#);
    check(Zone::lookup("Europe/Berlin").unwrap(), "\"Europe/Berlin\"");
    check(window, r#"{"from":"21:00","to":"09:00"}"#);
    check(
        DayWindow { days: weekdays, window },
        r#"{"days":["Mon","Fri"],"window":{"from":"21:00","to":"09:00"}}"#,
    );
    check(MonthDay::new(2, 29).unwrap(), "\"02-29\"");
    check(
        CalendarDays {
            dates: vec![DateRange { from: date, to: date }],
            yearly: vec![YearlyRange { from: MonthDay::of(date), to: MonthDay::new(1, 2).unwrap() }],
        },
        r#"{"dates":[{"from":"2026-12-24","to":"2026-12-24"}],"yearly":[{"from":"12-24","to":"01-02"}]}"#,
    );
    check(CronPattern::parse("0 0 9 * * MON *").unwrap(), "\"0 0 9 * * MON *\"");
    check(Anchor::Date(date), r#"{"date":"2026-12-24"}"#);
    check(Anchor::Moment(Moment(7)), r#"{"moment":7}"#);
    check(LocalKind::Skipped, "\"skipped\"");
    check(
        LocalDateTime { date, time: TimeOfDay(60), millisecond: 5 },
        r#"{"date":"2026-12-24","time":"00:01","millisecond":5}"#,
    );
}

#[test]
fn json_that_is_wrong_is_refused_with_the_reason() {
    let error = serde_json::from_str::<Date>("\"2026-02-30\"").unwrap_err().to_string();
    assert!(error.contains("month 2 of 2026 has days 1 to 28"), "{error}");
    let error = serde_json::from_str::<Zone>("\"Mars/Olympus\"").unwrap_err().to_string();
    assert!(error.contains("not an IANA time zone name"), "{error}");
    assert!(serde_json::from_str::<Span>(r#"{"days":1,"weeks":1}"#).is_err());
    assert_eq!(serde_json::from_str::<Span>(r#"{"days":1}"#).unwrap(), Span::of_days(1));
    assert!(serde_json::from_str::<TimeOfDay>("86400").is_err());
    assert!(serde_json::from_str::<MonthDay>("\"02-30\"").is_err());
}

#[test]
fn epoch_numbers_are_read_as_what_they_are() {
    let moment = parse_moment("2026-03-07T15:00:00Z", Zone::utc()).unwrap();
    assert_eq!(Moment::from_epoch_seconds(1_772_895_600), Some(moment));
    assert_eq!(Moment::from_epoch_millis(1_772_895_600_000), moment);
    assert_eq!(Moment::from_epoch_seconds(i64::MAX), None);
    assert_eq!(moment.to_string(), "2026-03-07T15:00:00Z");
    let zone = Zone::lookup("America/New_York").unwrap();
    assert_eq!(format_local(zone, moment), "2026-03-07 10:00:00 America/New_York");
}
