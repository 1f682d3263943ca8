// Requests to the daemon. All addresses are relative to the page's own, so that
// they are right behind a proxy that serves jobd below a path.

import { setClock } from "./text.js";

/** A request that was refused, or did not get there (status 0). */
export class Problem extends Error {
  constructor(status, body = {}, retryAfter = null) {
    super(body.detail || body.title || (status ? `jobd answered ${status}.` : "jobd cannot be reached."));
    this.status = status;
    this.code = body.code || "";
    this.errors = body.errors || [];
    this.retryAfter = retryAfter;
  }
}

let signedOut = () => {};

/** Sets what is done when a request finds that nobody is signed in any more. */
export function onSignedOut(action) {
  signedOut = action;
}

/**
 * Sends a request and reads the JSON of its answer; null when there is none.
 * Throws a Problem.
 */
export async function call(method, path, body, more = {}) {
  const headers = { Accept: "application/json", ...more };
  if (method !== "GET") headers["Content-Type"] = "application/json";
  const options = { method, headers, cache: "no-store", credentials: "same-origin" };
  if (method !== "GET" && method !== "DELETE") options.body = JSON.stringify(body ?? {});
  let response;
  let document = null;
  try {
    response = await fetch(path, options);
    setClock(response.headers.get("Date"));
    const text = await response.text();
    if (text && /json/.test(response.headers.get("Content-Type") ?? "")) document = JSON.parse(text);
  } catch {
    // Also an answer that broke off.
    throw new Problem(0);
  }
  if (response.ok) return document;
  const problem = new Problem(response.status, document ?? {}, response.headers.get("Retry-After"));
  if (response.status === 401 && path !== "session") signedOut();
  throw problem;
}

/** The query of an address, without what is empty. */
export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** Runs something now and again: at once, and no more often than every so many milliseconds. */
export function throttled(milliseconds, action) {
  let timer = null;
  let isAsked = false;
  const run = () => {
    timer = setTimeout(() => {
      timer = null;
      if (isAsked) start();
    }, milliseconds);
  };
  const start = () => {
    isAsked = false;
    run();
    action();
  };
  const ask = () => {
    isAsked = true;
    if (timer === null) start();
  };
  ask.stop = () => {
    clearTimeout(timer);
    timer = null;
    isAsked = false;
  };
  return ask;
}
