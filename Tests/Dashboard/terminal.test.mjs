// What the dashboard makes of output: node --test Tests/Dashboard

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { TerminalText } from "../../Sources/JobHTTP/Dashboard/terminal.js";

/** The lines that are shown in the end, of pieces of one stream. */
function shown(...pieces) {
  const lines = new Map();
  const text = new TerminalText({
    line: (line, _stream, key) => lines.set(key, line),
    change: (key, line) => { assert.ok(lines.has(key)); lines.set(key, line); },
    present: () => {},
  });
  for (const piece of pieces) text.feed(piece, "stdout");
  text.end();
  return [...lines.values()];
}

// The daemon's own terminal is tested with these too.
const vectors = JSON.parse(readFileSync(new URL("../Terminal/vectors.json", import.meta.url), "utf8"));

for (const { name, input, lines } of vectors) {
  test(name, () => {
    assert.deepEqual(shown(input).map((line) => line.trimEnd()), lines);
    // However it comes.
    assert.deepEqual(shown(...input).map((line) => line.trimEnd()), lines);
  });
}

// Where the page differs: tabs are blanks, and a line that was given away stays one.
test("tabs", () => assert.deepEqual(shown("a\tb\n"), ["a       b"]));
test("the screen below is erased", () => {
  assert.deepEqual(shown("a\nb\nc\x1b[2A\r\x1b[Jx\n"), ["x", ""]);
});
test("wide characters", () => assert.deepEqual(shown("日本\rx\n"), ["x本"]));

test("a sequence without an end is given up, and costs what it has", () => {
  // Each character is taken once: with pieces of 50 bytes a second look at what came
  // before would be some billions of steps.
  const pieces = Array.from({ length: 40_000 }, () => "\x1b[" + "1".repeat(48));
  const lines = shown(...pieces, "\x1b[m\nafter\n");
  assert.equal(lines.at(-1), "after");
  const string = shown("\x1b]" + "x".repeat(5_000) + "\nafter\n");
  assert.equal(string.at(-1), "after");
});

test("rows that have scrolled out stay as they are", () => {
  const many = Array.from({ length: 100 }, (_, number) => `line ${number}\n`).join("");
  const lines = shown(many + "\x1b[1000Atop\n");
  assert.equal(lines[0], "line 0");
  assert.equal(lines.filter((line) => line.startsWith("top")).length, 1);
});
