//! Scripts whose output is Node's: each `cases/NAME.js` prints what `cases/NAME.out` holds, which Node 20 wrote
//! (`node NAME.js > NAME.out`).

use super::guest::Guest;

fn check(source: &str, want: &str) {
    let mut guest = Guest::new();
    let code = guest.run(source);
    let (got, errors) = (guest.output(), guest.errors());
    for (number, (got, want)) in (1..).zip(got.lines().zip(want.lines())) {
        assert_eq!(got, want, "line {number}{errors}");
    }
    assert_eq!((got.as_str(), errors.as_str(), code), (want, "", 0));
}

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            let source = include_str!(concat!("cases/", stringify!($name), ".js"));
            check(source, include_str!(concat!("cases/", stringify!($name), ".out")));
        })*
    };
}

cases![
    abort_signals_tell_their_reason,
    blobs_and_forms_hold_what_they_were_given,
    clones_share_nothing,
    console_counts_groups_and_asserts,
    decoders_take_chunks,
    encoders_replace_lone_surrogates,
    errors_of_fs_read_as_nodes,
    events_reach_their_listeners,
    files_are_written_and_read,
    format_converts,
    headers_are_combined,
    inspect_lays_out,
    microtasks_come_before_timers,
    paths_are_joined,
    process_answers,
    random_values_have_a_quota,
    requests_and_responses_have_bodies,
    streams_are_read,
    timers_run_by_time,
    trees_are_made_and_removed,
    urls_are_parsed,
];

#[test]
fn stdin_is_read_as_it_comes() {
    let mut guest = Guest::new();
    guest.type_in("some ");
    guest.type_in("input");
    guest.close_input();
    let source = "let all = ''; for await (const chunk of process.stdin) all += new TextDecoder().decode(chunk); console.log(all);";
    assert_eq!((guest.run(source), guest.output().as_str()), (0, "some input\n"));
    let mut guest = Guest::new();
    guest.type_in("at once");
    guest.close_input();
    assert_eq!((guest.run("console.log(fs.readFileSync(0, 'utf8'))"), guest.output().as_str()), (0, "at once\n"));
}
