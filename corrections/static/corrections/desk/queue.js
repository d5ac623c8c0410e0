// The review queue by keyboard: j and k move, Enter opens what has the focus, v chooses it, / searches.
import { listen, sendOnce } from "./keys.js";
import { watch } from "./watch.js";

sendOnce();

const links = [...document.querySelectorAll("[data-open]")];

function move(step) {
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const to = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
  if (at === to) {
    document.querySelector(step > 0 ? ".pages a[rel=next]" : ".pages a[rel=prev]")?.click();
    return;
  }
  links[to].focus();
  links[to].scrollIntoView({ block: "nearest" });
}

const form = document.querySelector("[data-bulk]");
const count = document.querySelector("[data-count]");

function countChosen() {
  const chosen = form.querySelectorAll("[data-choose]:checked").length;
  count.dataset.chosen = chosen || "";
}
form?.addEventListener("change", countChosen);
if (form) countChosen();

function choose() {
  const box = document.activeElement.closest("[data-row]")?.querySelector("[data-choose]");
  box?.click();
}

const arrivals = document.querySelector("[data-arrivals]");
const badges = [...document.querySelectorAll("[data-company]")];
const shown = badges.map((badge) => badge.dataset.company).join(",");
let told = "";
watch(
  () => fetch(`${arrivals.dataset.arrivals}&shown=${shown}`),
  ({ text, company }) => {
    for (const badge of badges) {
      const { kind, text: who } = company[badge.dataset.company] ?? { kind: "", text: "" };
      badge.className = `badge badge-${kind}`;
      badge.textContent = who;
      badge.hidden = !who;
    }
    if (!text || text === told) return;
    told = text;
    const link = document.createElement("a");
    link.href = location.pathname + location.search;
    link.textContent = text;
    arrivals.replaceChildren(link);
  },
);

listen({
  v: choose,
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("[name=q]").focus(),
});
