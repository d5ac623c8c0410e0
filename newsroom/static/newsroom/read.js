// Tells that an article is being read, once it has been on the screen for some seconds. Nothing about the reader.
const { reads } = document.currentScript.dataset;
const READING = 5_000;
let left = READING;
let since = performance.now();

const timer = setInterval(() => {
  const now = performance.now();
  if (!document.hidden) left -= now - since;
  since = now;
  if (left > 0) return;
  clearInterval(timer);
  navigator.sendBeacon(reads);
}, 1_000);
