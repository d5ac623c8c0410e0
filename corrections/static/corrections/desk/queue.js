// The review queue by keyboard: j and k move, Enter opens what has the focus, / searches.
import { listen } from "./keys.js";

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

listen({
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("[name=q]").focus(),
});
