// The dashboard: who is signed in, which page is shown, and the one connection by
// which all pages are kept up to date.

import { Problem, call, onSignedOut } from "./dashboard/api.js";
import { Feed } from "./dashboard/feed.js";
import { JobPage } from "./dashboard/job.js";
import { JobsPage } from "./dashboard/jobs.js";
import { QueuesPage } from "./dashboard/queues.js";
import { signInByCode, signInForm, takeCode } from "./dashboard/session.js";
import { SubmitPage } from "./dashboard/submit.js";
import { clean, h } from "./dashboard/text.js";

const main = document.querySelector("main");
const notice = document.querySelector(".notice");

/** What pages know of each other and of who looks at them. */
const app = { session: null, mayControl: false, isAdmin: false, say };
let page = null;
let connectionTimer = null;
/** Set while the tab is hidden: until it rests, and then for its looks now and then. */
let hiddenTimer = null;
let isResting = false;

/** How long a tab is hidden before it gives its connections up, in milliseconds. */
const RESTS_AFTER = 3000;
/** How often a hidden tab looks whether its title is still right. */
const LOOKS_EVERY = 10_000;

const feed = new Feed({
  event: (kind, event) => page?.event?.(kind, event),
  reset: () => page?.refresh?.(),
  connection: connectionChanged,
});

/** Shows a sentence above the page; an empty one hides it. */
function say(text, kind = "") {
  notice.textContent = text;
  notice.className = `notice ${kind}`;
  notice.hidden = !text;
}

// A connection that is back at once is no news.
function connectionChanged(isThere) {
  if (isThere) {
    clearTimeout(connectionTimer);
    connectionTimer = null;
    if (notice.classList.contains("away")) {
      say("");
      page?.refresh?.();
    }
  } else {
    connectionTimer ??= setTimeout(
      () => say("No connection to jobd. Trying again; jobs go on meanwhile.", "away"), 1500);
  }
}

function showSignIn(message) {
  feed.stop();
  clearTimeout(connectionTimer);
  connectionTimer = null;
  page?.close?.();
  page = null;
  app.session = null;
  document.querySelector("nav").hidden = true;
  document.querySelector(".who").hidden = true;
  say("");
  document.title = "Sign in – jobd";
  main.replaceChildren(signInForm(message, signedIn));
  main.querySelector("#token").focus();
}

async function signedIn(session) {
  app.session = session;
  app.mayControl = session.role !== "read";
  app.isAdmin = session.role === "admin";
  document.querySelector("nav").hidden = false;
  document.querySelector(".who").hidden = session.identity === "anyone";
  document.querySelector(".identity").textContent =
    `${clean(session.identity.replace(/^(token|user):/, "$1 "))} (${session.role})`;
  document.querySelector('nav a[href="#submit"]').hidden = !app.mayControl;
  try {
    await feed.start();
    route();
  } catch (problem) {
    if (problem.status !== 401) unreachable(problem);
  }
}

/** Tries again until the daemon is there. */
function unreachable(problem) {
  say(problem.status ? problem.message : "No connection to jobd. Trying again.", "away");
  setTimeout(start, 2000);
}

async function start() {
  const code = takeCode();
  try {
    if (code !== null) {
      try {
        await signInByCode(code);
      } catch (problem) {
        if (!(problem instanceof Problem) || ![400, 401, 422].includes(problem.status)) throw problem;
        showSignIn("That code has been used or is too old. Run jobctl open again, or paste a token.");
        return;
      }
    }
    const session = await call("GET", "session");
    say("");
    await signedIn(session);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 401) showSignIn();
    else unreachable(problem);
  }
}

/** The page that the address names: `#job/42`, `#jobs?state=failed`. */
function makePage() {
  const [path, parameters] = location.hash.slice(1).split("?");
  const job = /^job\/([1-9][0-9]{0,15})$/.exec(path);
  if (job) return new JobPage(app, job[1]);
  if (path === "queues") return new QueuesPage(app);
  if (path === "submit" && app.mayControl) return new SubmitPage(app, new URLSearchParams(parameters));
  return new JobsPage(app, new URLSearchParams(parameters));
}

function route() {
  if (!app.session) return;
  const isFirst = page === null;
  page?.close?.();
  if (!notice.classList.contains("away")) say("");
  page = makePage();
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.getAttribute("href") === `#${page.section}`;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${page.title} – jobd`;
  main.replaceChildren(page.element);
  // Who came by keyboard goes on from the page's beginning.
  if (!isFirst) main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

app.retitle = (title) => {
  document.title = `${title} – jobd`;
};

window.addEventListener("hashchange", () => {
  if (location.hash.startsWith("#code=")) start();
  else route();
});
// A browser may keep a page that was left, with its connections, and has only six for
// a host by HTTP/1.1: whoever comes back would wait for them.
window.addEventListener("pagehide", () => {
  feed.stop();
  page?.close?.();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) start();
});
// A hidden tab keeps no connection: by HTTP/1.1 a browser has six for a host, and the
// other tabs would wait. What it has missed comes when it is seen again, since streams
// resume; while a machine sleeps connections break without notice anyway.
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) hiddenTimer = setTimeout(rest, RESTS_AFTER);
  else if (isResting) wake();
});

if (document.hidden) hiddenTimer = setTimeout(rest, RESTS_AFTER);

function rest() {
  isResting = true;
  feed.stop();
  page?.rest?.();
  look();
}

/** A job's title says how far it is. */
function look() {
  hiddenTimer = setTimeout(() => {
    if (page?.section === "job") page.refresh();
    look();
  }, LOOKS_EVERY);
}

function wake() {
  isResting = false;
  if (!app.session) return;
  feed.open();
  page?.wake?.();
  page?.refresh?.();
}

// Times go on, on whatever page.
setInterval(() => {
  if (!document.hidden) page?.tick?.();
}, 1000);
document.querySelector(".sign-out").addEventListener("click", async () => {
  try {
    await call("DELETE", "session");
    showSignIn();
  } catch (problem) {
    say(problem.message, "error");
  }
});
onSignedOut(() => {
  if (app.session) showSignIn("You are not signed in any more.");
});
main.replaceChildren(h("p", { class: "hint" }, "Loading…"));
start();
