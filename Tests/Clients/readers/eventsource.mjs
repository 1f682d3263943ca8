// Follows a stream with Node's EventSource and prints, a JSON object a line,
// what it is told. Ends when the EventSource has closed by itself.

const source = new EventSource(process.argv[2]);

function print(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

for (const name of ["message", "state", "action", "end", "reset", "output"]) {
  source.addEventListener(name, (event) => {
    print({ kind: "event", name, id: event.lastEventId, data: event.data });
  });
}
source.onopen = () => print({ kind: "open" });
source.onerror = () => print({ kind: "error", readyState: source.readyState });

const deadline = Date.now() + 90_000;
const watch = setInterval(() => {
  if (source.readyState === EventSource.CLOSED) {
    clearInterval(watch);
  } else if (Date.now() > deadline) {
    console.error("The EventSource has not closed within 90 s.");
    process.exit(1);
  }
}, 20);
