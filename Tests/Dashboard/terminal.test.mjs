// What the dashboard makes of output: node --test Tests/Dashboard

import assert from "node:assert/strict";
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

const cases = [
  ["lines", "a\nb\r\nc", ["a", "b", "c"]],
  ["a bar is one line", "10%\r20%\r30%\n", ["30%"]],
  ["colours go", "\x1b[32mgreen\x1b[0m\n", ["green"]],
  ["a title goes", "\x1b]0;title\x07text\n", ["text"]],
  ["a line is erased", "long line\r\x1b[Kshort\n", ["short"]],
  ["a column", "abc\x1b[2Gx\n", ["axc"]],
  ["backspace", "ab\bc\n", ["ac"]],
  ["tabs", "a\tb\n", ["a       b"]],
  ["wide characters", "日本\rx\n", ["x本"]],
  ["two bars are two lines", "one 10%\ntwo 10%\x1b[A\rone 20%\n\rtwo 20%\x1b[A\rone 30%\n\n", ["one 30%", "two 20%"]],
  ["up and no further", "a\x1b[9Ab\n", ["ab"]],
  ["the screen below is erased", "a\nb\nc\x1b[2A\r\x1b[Jx\n", ["x", ""]],
];

for (const [name, input, expected] of cases) {
  test(name, () => {
    assert.deepEqual(shown(input).map((line) => line.trimEnd()), expected);
    // However it comes.
    assert.deepEqual(shown(...input).map((line) => line.trimEnd()), expected);
  });
}

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
