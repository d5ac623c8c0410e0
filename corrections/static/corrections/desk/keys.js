// Single keys for the desk's screens: `on` names what each does. Keys typed into a field stay what they are.

const isTyping = (target) =>
  target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])");

const UNDO_FOR = 10_000;

/** Takes the offer to undo away when its time is over; the server would refuse by then. */
function offerUndo() {
  const forms = document.querySelectorAll("[data-undo]");
  setTimeout(() => forms.forEach((form) => form.remove()), UNDO_FOR);
}

/** Calls `on[key]` for a single key pressed outside of a field; Escape leaves a field, `?` shows the help. */
export function listen(on) {
  const dialog = document.getElementById("keys");
  offerUndo();
  // What shows by itself with this script needs no button for it.
  for (const button of document.querySelectorAll("[data-without-script]")) button.remove();
  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || dialog?.open) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form");
      if (form?.querySelector("[data-send]")) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const undo = event.key === "u" && document.querySelector("[data-undo] button");
    if (undo) {
      event.preventDefault();
      undo.click();
    } else if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
    } else if (Object.hasOwn(on, event.key)) {
      if (on[event.key](event) !== false) event.preventDefault();
    }
  });
}

/** Sends a form once: a second Enter while the answer is under way does nothing. */
export function sendOnce() {
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  // The page may come back out of the browser's cache: then its forms can be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}
