// The difference of two wordings, word by word, as it is shown while an editor types. The server renders the same.

const TOKEN = /\p{N}+(?:[.,:]\p{N}+)+|[\p{L}\p{M}\p{N}_]+(?:['’ʼ‑-][\p{L}\p{M}\p{N}_]+)*|\s+|[^\s]/gu;
const LIMIT = 1_000_000;

/** Gives `[{kind: "same" | "gone" | "come", text}]`. */
export function compare(before, after) {
  const old = before.match(TOKEN) ?? [];
  const now = after.match(TOKEN) ?? [];
  if (old.length * now.length > LIMIT) return [piece("gone", before), piece("come", after)];
  return joined(align(old, now));
}

/** Shows a difference in an element, as text in `<del>` and `<ins>`. */
export function show(element, before, after) {
  const names = { gone: "del", come: "ins" };
  element.replaceChildren(
    ...compare(before, after).map(({ kind, text }) => {
      if (kind === "same") return document.createTextNode(text);
      const node = document.createElement(names[kind]);
      node.textContent = text;
      return node;
    }),
  );
}

const piece = (kind, text) => ({ kind, text });

function align(old, now) {
  const rows = old.length + 1;
  const columns = now.length + 1;
  const length = Array.from({ length: rows }, () => new Uint32Array(columns));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      length[i][j] = old[i] === now[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  const pieces = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      pieces.push(piece("same", old[i]));
      i += 1;
      j += 1;
    } else if (j >= now.length || (i < old.length && length[i + 1][j] >= length[i][j + 1])) {
      pieces.push(piece("gone", old[i]));
      i += 1;
    } else {
      pieces.push(piece("come", now[j]));
      j += 1;
    }
  }
  return pieces;
}

function joined(pieces) {
  const result = [];
  let gone = "";
  let come = "";
  let held = ""; // a space between two changes: part of both, or of neither
  const flush = () => {
    if (gone) result.push(piece("gone", gone));
    if (come) result.push(piece("come", come));
    if (held) result.push(piece("same", held));
    gone = come = held = "";
  };
  for (const { kind, text } of pieces) {
    if (kind === "same" && (gone || come) && !held && /^\s+$/u.test(text) && !text.includes("\n")) {
      held = text;
    } else if (kind === "same") {
      flush();
      result.push(piece("same", text));
    } else {
      gone += held;
      come += held;
      held = "";
      if (kind === "gone") gone += text;
      else come += text;
    }
  }
  flush();
  return result;
}
