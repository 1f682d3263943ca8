// ProgressRecognition: turns what a command prints into readings of how far it
// is; pure, with no input or output and no clock.
//
// DESIGN
//
//   bytes ─▶ LineSplitter ─▶ LineReader ─▶ RateEstimator ─▶ Coalescer ─▶ Outlet
//             lines, OSC      a form reads   rate, time       one an       each
//                             the line       left             interval     once
//
// `ProgressTracker` is the door; `AttemptReader` is everything that follows from
// the frames alone; `Outlet` remembers what was passed on early, so that a
// daemon killed at any moment stores the same rows as one that was not.
//
// What is believed. A wrong bar is as bad as none, so every form says in its
// own comment what it takes for progress and why. The general rule:
//
// 1. A strong form is believed at once, because nothing else looks like it:
//    a line that is only `42%` or begins with it and a word or two, `[3/10] …`,
//    `[###  ] 42%`, `Progress: 42%`, a JSON object with `progress`. See
//    `PercentForm`, `CounterForm`, `JSONForm`.
// 2. A weak form is believed once it has *risen*: the same shape (the same
//    total, the same words beside it) was seen before with a lower number.
//    Where the words differ from line to line it must rise more than once.
//    Counters may rise within one write (`1/3`, `2/3`, `3/3`: from the second
//    line on); percentages only from one time to another, as tables are full
//    of them and printed at once. So `11/22` alone, or a `df`, is nothing.
//    From then on the shape is believed whatever its number: tools have phases.
// 3. A number beside a word that says what is measured (`93% full`, `100% tests
//    passed`, `3/10 passed`, `1/2 cup`) is never believed, even if it rises;
//    nor is a cell of a table (`42%,a`, `42% /srv`). See `Vocabulary`.
// 4. What is drawn over an earlier frame (after a carriage return, a cursor
//    movement, backspaces) needs less: only programs that show progress do it;
//    and those that take the whole screen (`top`, `vim`), so while one has it
//    only tools and OSC 9;4 are believed.
//
// `Tests/Captures/ordinary` holds output of ordinary programs, of which nothing
// must be believed however it comes.
//
// Who is believed. `Precedence`, best first: `$JOBD_PROGRESS`, JSON lines, OSC
// 9;4, what is recognised (tools and general forms). The first reading of a
// higher one silences the lower ones for the rest of the attempt. Within one
// level the newest counts; but for ten seconds after a tool has told something
// general forms are not asked, as they might take its other lines for progress.
//
// Adding a tool: one `LineForm` in `Catalogue/` and its place in the list there.
// `LineTriggers` says which lines it is shown, so lines without any trigger cost
// nothing, whatever the number of tools: they are never parsed or copied.
