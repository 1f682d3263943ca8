// Signing in and out.

import { call } from "./api.js";
import { h } from "./text.js";

/** Takes the code out of the page's address, where nobody should find it; null when there is none. */
export function takeCode() {
  const found = /^#code=([^&]*)(?:&(.*))?$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", location.pathname + location.search + (found[2] ? `#${found[2]}` : ""));
  return decodeURIComponent(found[1]);
}

/** Signs in by a code; throws a Problem. */
export function signInByCode(code) {
  return call("POST", "session", { code });
}

/** The form that asks for a token; `done` is given the session. */
export function signInForm(message, done) {
  const token = h("input", {
    id: "token", type: "password", autocomplete: "current-password", required: true,
    spellcheck: "false", autocapitalize: "none", placeholder: "jobd_…",
    "aria-describedby": "token-help token-error",
  });
  const error = h("p", { id: "token-error", class: "error", role: "alert" }, message ?? "");
  const button = h("button", { class: "primary" }, "Sign in");
  const submit = async (event) => {
    event.preventDefault();
    if (!token.value.trim()) {
      token.focus();
      return;
    }
    button.disabled = true;
    error.textContent = "";
    try {
      done(await call("POST", "session", { token: token.value.trim() }));
    } catch (problem) {
      error.textContent = explain(problem);
      token.select();
      token.focus();
    } finally {
      button.disabled = false;
    }
  };
  return h("form", { class: "sign-in card", submit },
    h("h1", {}, "Sign in"),
    // For what keeps passwords, which wants to know whose it is.
    h("input", { type: "text", autocomplete: "username", value: "jobd", hidden: true }),
    h("label", { for: "token" }, "Token"), token,
    h("p", { id: "token-help", class: "hint" },
      "An administrator makes one with ", h("code", {}, "jobctl token create"),
      "; the first is in the file ", h("code", {}, "token"), " of the state directory. On the machine itself, ",
      h("code", {}, "jobctl open"), " signs you in."),
    error, button);
}

function explain(problem) {
  if (problem.status === 429) {
    const wait = problem.retryAfter ? ` Try again in ${problem.retryAfter} s.` : " Try again later.";
    return `Too many failed attempts.${wait}`;
  }
  if (problem.status === 401) return "That token is not valid: it may be mistyped, expired or revoked.";
  return problem.message;
}
