//! Connections of clients that wait for their next request, beside those that stay for another reason; in drawn heaps.

use super::test_leaks::report_by;

/// How a socket is kept.
#[derive(Clone, Copy)]
enum Kept {
    /// It waits for a request, and a timer closes it.
    Idle,
    /// A message is under way.
    Busy,
    /// Its agent was thrown away: nobody uses it, and no timer closes it.
    Forgotten,
}

/// Three heaps with thirty sockets more in each; `kept` says how each is kept.
fn heaps(kept: impl Fn(usize) -> Kept) -> [String; 3] {
    [0, 30, 60].map(|count| {
        let mut text = "root > !global !(Global·handles)/synthetic".to_owned();
        for at in 0..count {
            text += &format!(" | (Global·handles) > Socket#{at}:800 | Socket#{at} > parser.HTTPParser#{at}:100");
            text += &match kept(at) {
                Kept::Idle => format!(" | Socket#{at} > <symbol·timeout>.Timeout#{at}:80"),
                Kept::Busy => format!(" | Socket#{at} > <symbol·timeout>.Timeout#{at}:80 _httpMessage.Answer#{at}:40"),
                Kept::Forgotten => String::new(),
            };
        }
        text
    })
}

fn found(kept: impl Fn(usize) -> Kept) -> Vec<String> {
    let report = report_by(true, &heaps(kept));
    report.leaks.iter().map(|leak| format!("{} {:?}", leak.class_name, leak.count_growth)).collect()
}

#[test]
fn connections_that_wait_for_a_request_are_no_leak() {
    assert_eq!(found(|_| Kept::Idle), <[&str; 0]>::default());
    let report = report_by(true, &heaps(|_| Kept::Idle));
    assert!(report.dropped.iter().any(|row| row.rule.because.contains("wait for the next request")), "{report:#?}");
}

#[test]
fn one_idle_connection_does_not_speak_for_those_that_are_busy() {
    for idle in [0, 29, 30, 59] {
        let kept = |at| if at == idle { Kept::Idle } else { Kept::Busy };
        assert_eq!(found(kept), ["Socket [30, 30]"], "idle: {idle}");
    }
    // One or two may just have got a request.
    assert_eq!(found(|at| if at % 30 == 3 { Kept::Busy } else { Kept::Idle }), <[&str; 0]>::default());
}

#[test]
fn idle_connections_that_no_timer_closes_stay_a_leak() {
    assert_eq!(found(|_| Kept::Forgotten), ["Socket [30, 30]"]);
    assert_eq!(found(|at| if at < 5 { Kept::Idle } else { Kept::Forgotten }), ["Socket [30, 30]"]);
}
