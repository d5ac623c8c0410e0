// Asks the server what has happened since the page was loaded, while somebody looks at it.

const EVERY = 15_000;

/** Calls `tell(answer)` with what `ask()` brings, again and again; a question that fails is asked again later. */
export function watch(ask, tell) {
  async function once() {
    if (document.hidden) return;
    const answer = await ask().catch(() => null);
    if (answer?.ok && !answer.redirected) tell(await answer.json());
  }
  setInterval(once, EVERY);
  document.addEventListener("visibilitychange", once);
}
