// The case page: keys, the live difference and notice, the stretch to edit, the reader's wording, picking a passage.
// Without this script every part of it works by plain links and forms.
import { listen, sendOnce } from "./keys.js";
import { watch } from "./watch.js";
import { show } from "./wording.js";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const data = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");

const passage = one("#passage");
const text = one("[data-article-text]");
if (passage && text.scrollHeight > text.clientHeight) {
  text.scrollTop = passage.offsetTop - text.clientHeight / 3;
}
one("[data-refusal]")?.focus();
sendOnce();

const others = one("[data-others]");
let isActive = false;
for (const kind of ["keydown", "pointerdown", "input", "wheel"]) {
  document.addEventListener(kind, () => (isActive = true), { passive: true });
}
watch(ask, (answer) => {
  if (answer.text) {
    const link = document.createElement("a");
    link.href = location.pathname + location.search;
    link.textContent = `${answer.text} · ${others.dataset.again}`;
    say(one("[data-happened]", others), link);
  }
  say(one("[data-here]", others), answer.here);
  const until = one("[data-until]");
  if (until && answer.until) until.textContent = answer.until;
});

/** Tells the server that the case is on the screen, and whether somebody is at work on it; asks what others do. */
function ask() {
  const body = new FormData(others);
  if (isActive) body.set("active", "1");
  isActive = false;
  return fetch(others.dataset.others, { method: "POST", body });
}

/** Changes what a live region says, if it is something else: what is said again would be read out again. */
function say(region, words) {
  if (region.textContent !== (words.textContent ?? words)) region.replaceChildren(words);
}

const correct = one("[data-correct]");
const correcting = correct && setUpCorrecting(correct);
const reject = one("[data-reject]");
if (reject) setUpRejecting(reject);
const pick = one("[data-pick]");
if (pick) setUpPicking(pick);

listen({
  j: () => follow("j"),
  k: () => follow("k"),
  q: () => follow("q"),
  c: () => press("c"),
  r: () => press("r"),
  a: () => press("a"),
  e: () => open("correct") && correct.replacement.focus(),
  f: () => takeFirst(),
  x: () => open("reject") && one("input[name=reason]", reject).focus(),
  s: () => open("snooze") && one("select", one("[data-verb=snooze]")).focus(),
  m: () => open("merge") && one("input[type=radio]", one("[data-verb=merge]"))?.focus(),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [String(number), () => chooseReason(number)])),
});

function follow(key) {
  one(`a[data-key="${key}"]`)?.click();
}

function press(key) {
  one(`button[data-key="${key}"]`)?.click();
}

function open(verb) {
  const details = one(`[data-verb=${verb}]`);
  if (details) details.open = true;
  return details !== null;
}

function takeFirst() {
  const link = one("[data-take]");
  if (link) link.click();
}

function chooseReason(number) {
  if (!one("[data-verb=reject]")?.open) return false;
  const radio = all("input[name=reason]", reject)[number - 1];
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function setUpCorrecting(form) {
  const severities = data("severities");
  const isPublic = new Set(data("public-severities"));
  const needsTwo = new Set(data("two-people"));
  const fields = form.elements;
  const live = one("[data-live]", form);
  const guard = one("[data-guard]", form);
  const reason = one("[data-reason]", form);
  let drafted = fields.notice.value;
  let asked = 0;
  let timer;

  reason.hidden = "optional" in reason.dataset;

  function limitSeverities() {
    const allowed = severities[fields.kind.value] ?? [];
    for (const option of fields.severity.options) {
      option.hidden = option.disabled = !allowed.includes(option.value);
    }
    if (!allowed.includes(fields.severity.value)) fields.severity.value = allowed[0];
    one("[data-notice]", form).hidden = !isPublic.has(fields.severity.value);
    one("[data-second]", form).hidden = !needsTwo.has(fields.severity.value);
  }

  function refresh() {
    limitSeverities();
    show(live, fields.expected.value, fields.replacement.value);
    clearTimeout(timer);
    timer = setTimeout(draft, 250);
  }

  async function draft() {
    const number = (asked += 1);
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer?.ok || number !== asked) return; // the page works without a proposal, and a newer one is under way
    const { notice, touched } = await answer.json();
    const isOurs = fields.notice.value.trim() === "" || fields.notice.value === drafted;
    if (isOurs && fields.expected.value !== fields.replacement.value) {
      fields.notice.value = drafted = notice;
    }
    guard.hidden = touched.length === 0;
    guard.textContent = touched.length ? `${form.dataset.guardText} ${touched.join(", ")}.` : "";
    if ("optional" in reason.dataset) reason.hidden = touched.length === 0;
  }

  /** Puts another stretch of the text into the field; the words that were typed already go along where they can. */
  function edit(start, end, before, wording) {
    fields.start.value = start;
    fields.end.value = end;
    fields.expected.value = before;
    fields.replacement.value = wording;
    for (const link of all("[data-stretch]", form)) {
      link.toggleAttribute("aria-current", link.dataset.start === String(start) && link.dataset.end === String(end));
    }
    refresh();
    fields.replacement.focus();
  }

  for (const link of all("[data-stretch]", form)) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const { start, end, text: wider } = link.dataset;
      // Offsets count code points; JavaScript's strings do not.
      const points = [...wider];
      const from = fields.start.value - start;
      const to = fields.end.value - start;
      const fits = from >= 0 && to <= points.length;
      const typed = fits
        ? points.slice(0, from).join("") + fields.replacement.value + points.slice(to).join("")
        : wider;
      edit(start, end, wider, typed);
    });
  }
  fields.replacement.addEventListener("input", refresh);
  fields.kind.addEventListener("change", refresh);
  fields.severity.addEventListener("change", limitSeverities);
  limitSeverities();
  return { edit };
}

for (const link of all("[data-take]")) {
  link.addEventListener("click", (event) => {
    if (!correcting) return;
    event.preventDefault();
    open("correct");
    const { start, end, before, wording } = link.dataset;
    correcting.edit(start, end, before, wording);
  });
}

function setUpRejecting(form) {
  const answers = data("answers");
  const preview = one("[data-preview]", form);
  function refresh() {
    const canned = answers[form.elements.reason.value] ?? "";
    const own = form.elements.message.value.trim();
    preview.hidden = !canned;
    one("blockquote", preview).textContent = [canned, own].filter(Boolean).join("\n\n");
  }
  form.addEventListener("change", refresh);
  form.addEventListener("input", refresh);
  refresh();
}

/** Lets the editor select the passage in the article's text, in one paragraph of the case's part. */
function setUpPicking(form) {
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (selection.rangeCount === 0 || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const paragraph = closestParagraph(range.commonAncestorContainer);
    if (!paragraph || paragraph.dataset.part !== form.dataset.part) return;
    const before = document.createRange();
    before.selectNodeContents(paragraph);
    before.setEnd(range.startContainer, range.startOffset);
    const words = range.toString();
    const start = Number(paragraph.dataset.start) + [...before.toString()].length;
    form.elements.start.value = start;
    form.elements.end.value = start + [...words].length;
    form.elements.expected.value = words;
    form.hidden = words.trim() === "";
  });
}

function closestParagraph(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  return element.closest("[data-article-text] [data-part]");
}
