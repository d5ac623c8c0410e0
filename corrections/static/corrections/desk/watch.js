// Asks the server what has happened since the page was loaded, while somebody looks at it.

const EVERY = 15_000;

/** Calls `tell(text)` whenever the address answers with another text; a question that fails is asked again later. */
export function watch(address, tell) {
  let told = "";
  async function ask() {
    if (document.hidden) return;
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const { text } = await answer.json();
    if (text && text !== told) tell((told = text));
  }
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}
