//! The limits of the template language: what goes beyond one stays as written, and says why.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use dagfill::error::Result;
use dagfill::macros::{Alone, Context, Host, Json, Lookup, OnUnknown, Template};
use dagfill::time::{Instant, Zone};

/// Answers every name.
struct Everything;

impl Host for Everything {
    fn knows(&self, _: Lookup) -> bool {
        true
    }

    fn look_up(&self, _: Lookup, _: &str) -> Result<Option<Json>> {
        Ok(Some(Json::Text("secret".into())))
    }
}

/// The text, and the reason for the first part that stayed.
fn render(text: &str, xcom: Option<&Json>) -> (String, Option<String>) {
    let (zone, conf) = (Zone::utc(), Json::parse(r#"{"a":1}"#).unwrap());
    let context =
        Context { conf: &conf, params: &conf, host: &Everything, ..Context::new(Instant::clamped(0), &zone, &Alone) };
    let report = Template::parse(text).render_report(&context, xcom, OnUnknown::Keep).unwrap();
    let why = report.unresolved.first().map(|part| part.message.clone());
    (report.text, why)
}

/// `inside` stays below a limit, and `beyond` stays as written because of it.
fn limit(inside: &str, beyond: &str, why: &str) {
    let start = |text: &str| text.chars().take(100).collect::<String>();
    assert_eq!(render(inside, None).1, None, "{}", start(inside));
    let (text, told) = render(beyond, None);
    assert!(text == beyond, "{}", start(beyond));
    let told = told.unwrap_or_default();
    assert!(told.contains(why), "{told}");
}

#[test]
fn steps_are_counted() {
    let loops = |times: u32| {
        format!("{{% for a in range({times}) %}}{{% for b in range({times}) %}}{{% endfor %}}{{% endfor %}}")
    };
    limit(&loops(1_000), &loops(4_000), "too many steps");
    limit("{{ range(1000) | sum }}", "{{ [range(100000) | list] * 100 | length }}", "");
}

#[test]
fn a_value_and_a_loop_write_at_most_16_mib() {
    limit("{{ ('x' * 16000000)[:1] }}", "{{ ('x' * 17000000)[:1] }}", "16 MiB");
    let written =
        |times: u32| format!("{{% set t = 'x' * 100000 %}}{{% for a in range({times}) %}}{{{{ t }}}}{{% endfor %}}");
    assert_eq!(render(&written(160), None).0.len(), 16_000_000);
    let (text, why) = render(&written(180), None);
    // The loop stays, and inside of it what it does not give is resolved, once.
    assert!(text.starts_with("{% for a in range(180) %}xxx") && text.len() < 101_000, "{}", text.len());
    assert!(why.unwrap().contains("16 MiB"));
}

#[test]
fn a_range_has_at_most_100_000_numbers() {
    limit("{{ range(100000) | length }}", "{{ range(100001) | length }}", "");
}

#[test]
fn brackets_and_statements_nest_32_deep() {
    let brackets = |depth: usize| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    limit(&brackets(30), &brackets(40), "nested");
    let ifs = |depth: usize| format!("{}x{}", "{% if true %}".repeat(depth), "{% endif %}".repeat(depth));
    assert_eq!(render(&ifs(32), None), ("x".into(), None));
    assert_eq!(render(&ifs(33), None).0, "{% if true %}x{% endif %}");
}

#[test]
fn a_macro_that_calls_itself_for_ever_stays() {
    let text = "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(1) }}";
    assert_eq!(render(text, None).0, "{{ f(1) }}");
}

#[test]
fn text_from_xcom_is_given_dates_and_conf_alone() {
    let kept = "{{ ti.xcom_pull('b') }}{{ xcom.b.return_value }}{{ params.a }}{{ var.value.s }}{{ conn.c }}{{ mine }}{{ dag.mine }}{% if true %}x{% endif %}";
    let brought = format!("{{{{ ds }}}}{{{{ conf.a }}}}{kept}");
    let entry = |value: &str| Json::Object(vec![("return_value".into(), Json::Text(value.into()))]);
    let xcom = Json::Object(vec![("a".into(), entry(&brought)), ("b".into(), entry("secret"))]);
    assert_eq!(render("{{ ti.xcom_pull('a') }}", Some(&xcom)).0, format!("1970-01-011{kept}"));
}

/// The standard library panics at other bases.
#[test]
fn the_base_of_a_number_may_be_anything() {
    let bases = "{{ '12' | int(0, 40) }} {{ '12' | int(7, 1) }} {{ 'z' | int(7, -5) }} {{ 'z' | int(0, 36) }} {{ '0x1F' | int(0, 0) }} {{ '0b11' | int(0, 0) }}";
    assert_eq!(render(bases, None).0, "12 12 7 35 31 3");
}

/// Each key is held against those before it.
#[test]
fn an_object_of_very_many_keys_is_refused() {
    let keys: String = (0..100_000).map(|key| format!("'k{key}': 1, ")).collect();
    let (text, reason) = render(&format!("{{{{ {{{keys}}} | length }}}}"), None);
    assert!(text.starts_with("{{ {'k0'"));
    assert!(reason.unwrap().contains("too many steps"));
    let keys: String = (0..5_000).map(|key| format!("'k{key}': 1, ")).collect();
    assert_eq!(render(&format!("{{{{ {{{keys}}} | length }}}}"), None).0, "5000");
}

/// Lists that hold one another have far more elements than memory: what walks through them ends.
#[test]
fn what_holds_itself_many_times_is_not_walked_for_ever() {
    let (zone, conf) = (Zone::utc(), Json::parse("{}").unwrap());
    let context = Context { conf: &conf, ..Context::new(Instant::clamped(0), &zone, &Alone) };
    let told = |text: &str| {
        let rendered = Template::parse(text).render(&context, None, OnUnknown::Error);
        rendered.unwrap_or_else(|error| error.to_string())
    };
    for step in ["l.append(l)", "l.insert(0, l)", "l.append({'a': l})", "l.extend([l])"] {
        let text =
            format!("{{% set l = [] %}}{{% for i in range(60) %}}{{% do {step} %}}{{% endfor %}}{{{{ l | length }}}}");
        assert!(told(&text).contains("too many steps"), "{step}: {}", told(&text));
    }
    let dict = "{% set d = {} %}{% for i in range(60) %}{% do d.update({'a' ~ i: d}) %}{% endfor %}{{ d | length }}";
    assert!(told(dict).contains("too many steps"), "{}", told(dict));
    let doubled = |what: &str, rest: &str| {
        format!(
            "{}{}{rest}",
            "{% set a = [1] %}{% set b = [1] %}",
            format!("{{% set a = {what} %}}{{% set b = {} %}}", what.replace('a', "b")).repeat(60)
        )
    };
    for rest in [
        "{{ a == b }}",
        "{{ [a].count(b) }}",
        "{{ a }}",
        "{{ a ~ b }}",
        "{{ '%s' % a }}",
        "{{ a | tojson | length }}",
        "{% if a is eq(b) %}{% endif %}",
    ] {
        assert!(
            told(&doubled("[a, a]", rest)).contains("too many steps"),
            "{rest}: {}",
            told(&doubled("[a, a]", rest))
        );
    }
}

/// A text that is refused as too long costs the steps of writing it, so that a loop over it ends.
#[test]
fn refused_texts_cost_steps() {
    for text in ["{{ t ~ t }}", "{{ t + t }}"] {
        let looped = format!("{{% set t = 'x' * 9000000 %}}{{% for i in range(100000) %}}{text}{{% endfor %}}");
        let (zone, conf) = (Zone::utc(), Json::parse("{}").unwrap());
        let context = Context { conf: &conf, ..Context::new(Instant::clamped(0), &zone, &Alone) };
        assert_eq!(Template::parse(&looped).render(&context, None, OnUnknown::Empty).unwrap(), "");
    }
}

/// A width is filled or refused, never cut.
#[test]
fn a_long_word_is_wrapped_in_one_pass() {
    assert_eq!(render("{{ ('a' * 1000000) | wordwrap(1) | length }}", None), ("1999999".into(), None));
    let cases = "{{ 'abcde fg' | wordwrap(2, wrapstring='|') }} {{ 'abcde fg' | wordwrap(2, false, '|') }} \
                 {{ 'ab-cdef' | wordwrap(4, wrapstring='|') }} {{ 'x ab-cdef' | wordwrap(4, wrapstring='|') }}";
    assert_eq!(render(cases, None), ("ab|cd|e|fg abcde|fg ab-|cdef x|ab-|cdef".into(), None));
}

#[test]
fn widths_are_not_cut() {
    let lengths = "{{ ('%20000d' % 1) | length }} {{ '{:20000}'.format(1) | length }} {{ ('%.20000f' % 1) | length }} \
                   {{ ('%.20000d' % 1) | length }} {{ '{:.20000e}'.format(1.5) | length }} {{ ('%*d' % (20000, 1)) | length }}";
    assert_eq!(render(lengths, None), ("20000 20000 20002 20000 20006 20000".into(), None));
    for beyond in ["'%20000000d' % 1", "'{:99999999999999999999}'.format(1)", "'%.20000000f' % 1", "'%.20000000d' % 1"]
    {
        limit("{{ 1 }}", &format!("{{{{ {beyond} }}}}"), "16 MiB");
    }
}

#[test]
fn what_nothing_closes_stays_and_what_raw_holds_is_text() {
    for (text, part) in [("a ${#b} c", "{#"), ("{% if x", "{%"), ("{{ ds", "{{ ds")] {
        let (rendered, why) = render(text, None);
        assert_eq!(rendered, text);
        assert_eq!(why.unwrap(), format!("{part}: this tag is not closed"));
    }
    for inside in ["{% {%", "{#", "{{ {{%{% ", "{% {% if %}{%"] {
        let (rendered, why) = render(&format!("{{% raw %}}{inside}{{%- endraw %}}b"), None);
        assert_eq!((rendered, why), (format!("{}b", inside.trim_end()), None));
    }
}

#[test]
fn numbers_too_large_are_refused_and_never_cut() {
    let right = "{{ 1e18 | int }} {{ '%d' % 1e18 }} {{ 'nan' | int(7) }} {{ '1e999' | int(7) }} {{ '%.0f' % 1e100 }} \
                 {{ '%.150f' % 0.5 | float }}";
    let hundred =
        "10000000000000000159028911097599180468360808563945281389781327557747838772170381060813469985856815104";
    let half = format!("0.5{}", "0".repeat(149));
    let text = format!("1000000000000000000 1000000000000000000 7 7 {hundred} {half}");
    assert_eq!(render(right, None), (text, None));
    for beyond in [
        "1e200 | int",
        "'1e200' | int",
        "'%d' % -1e200",
        "'%f' % 1e150",
        "'%.120e' % 1e150",
        "(-1e150) | filesizeformat",
    ] {
        limit("{{ 1 }}", &format!("{{{{ {beyond} }}}}"), "64 bits");
    }
}
