// A screen with nothing but forms: they are sent once, and Ctrl+Enter sends them.
import { listen, sendOnce } from "./keys.js";

sendOnce();
listen({});
