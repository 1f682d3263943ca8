// Elements, and how times, amounts and commands read.

/**
 * Makes an element. Children are elements or text: what comes from jobs is only
 * ever put in as text, and never becomes an address or a script.
 */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets a text, unless it is there already: what is selected stays selected. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Text of a job, without what would draw over other text or turn its direction:
 * control characters but tab and line feed, and the bidirectional ones (UAX #9).
 */
export function clean(text) {
  return String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** A line that a shell would read as this command. */
export function commandLine(command) {
  if (typeof command === "string") return clean(command);
  return command
    // Bytes that are no text are shown as what text they have.
    .map((word) => (typeof word === "string" ? word : new TextDecoder().decode(
      Uint8Array.from(atob(word.base64), (byte) => byte.charCodeAt(0)))))
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .map(clean).join(" ");
}

// The daemon's clock may differ from this machine's.
let ahead = 0;

/** Learns the daemon's time from an answer's Date header, which has whole seconds. */
export function setClock(header) {
  const date = Date.parse(header ?? "");
  if (!Number.isFinite(date)) return;
  const difference = date + 500 - Date.now();
  if (Math.abs(difference - ahead) > 2000) ahead = Math.abs(difference) > 2000 ? difference : 0;
}

/** The daemon's time, in seconds since 1970. */
export function now() {
  return (Date.now() + ahead) / 1000;
}

/** A time of the API in seconds since 1970; undefined for null. */
export function seconds(time) {
  return time ? Date.parse(time) / 1000 : undefined;
}

/** `3 min 20 s` */
export function duration(amount) {
  const total = Math.max(0, Math.round(amount));
  if (amount > 0 && amount < 0.995) return `${Math.ceil(amount * 1000)} ms`;
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${pad(total % 60)} s`;
  if (total < 86400) return `${Math.floor(total / 3600)} h ${pad(Math.floor(total / 60) % 60)} min`;
  return `${Math.floor(total / 86400)} d ${Math.floor(total / 3600) % 24} h`;
}

function pad(number) {
  return String(number).padStart(2, "0");
}

/** How long ago that was, or a date when that says more. */
export function ago(time) {
  const past = now() - seconds(time);
  if (past < -86400) return `on ${new Date(seconds(time) * 1000).toLocaleDateString()}`;
  if (past < 0) return `in ${duration(-past)}`;
  if (past < 60) return "just now";
  if (past < 86400) return `${duration(past).replace(/ \d+ s$/, "")} ago`;
  return new Date(seconds(time) * 1000).toLocaleDateString();
}

/** A date and time in full. */
export function date(time) {
  return new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** `12.3 MiB` */
export function bytes(amount) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let power = 0;
  let value = amount;
  while (value >= 1000 && power < units.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

const isBytes = (unit) => unit === "bytes" || unit === "B";
const plain = (number) => number.toLocaleString("en", { maximumFractionDigits: 1 });

/** How long something has been going on, in whole seconds: they are counted. */
export function elapsed(start) {
  return duration(Math.max(0, Math.floor(now() - start)));
}

/** How far it is, in a few characters; `~` marks an estimate. */
export function percent(progress) {
  const mark = progress.source === "history" ? "~" : "";
  if (progress.fraction !== null) return `${mark}${Math.floor(progress.fraction * 100 + 1e-9)}%`;
  return progress.done === null ? "" : `${mark}${count(progress.done, progress.unit)}`;
}

/** `3 / 10 files` */
export function amounts(progress) {
  if (progress.done === null || progress.fraction === null || progress.total === null) return "";
  const { done, total, unit } = progress;
  if (isBytes(unit)) return `${bytes(done)} / ${bytes(total)}`;
  return `${plain(done)} / ${plain(total)}${unit ? ` ${clean(unit)}` : ""}`;
}

function count(number, unit) {
  return isBytes(unit) ? bytes(number) : `${plain(number)}${unit ? ` ${clean(unit)}` : ""}`;
}

/** `3.1 files/s`; empty when it is not known, or of nothing that is counted. */
export function rate(progress) {
  if (!progress.rate || (progress.done === null && !progress.unit)) return "";
  return `${count(progress.rate, progress.unit)}${progress.unit ? "" : " "}/s`;
}

/** `18 s left`; empty when it is not known. */
export function left(progress) {
  if (progress.eta_seconds === null) return "";
  const mark = progress.source === "history" ? "~" : "";
  return `${mark}${duration(Math.max(0, Math.round(progress.eta_seconds - (now() - seconds(progress.time)))))} left`;
}

/** What a job is called: its name, else its command. */
export function title(job) {
  return job.name === null ? commandLine(job.command) : clean(job.name);
}

/** Why a job failed, in a few words. */
export function failure(job) {
  switch (job.failure) {
    case null: case undefined: return "";
    case "exit": return `exit ${job.exit_code}`;
    case "signal": return `signal ${job.signal}`;
    default: return job.failure.replaceAll("_", " ");
  }
}
