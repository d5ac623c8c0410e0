// Shows the API's documentation dark to whoever wants dark pages: Swagger UI has the colours, and waits for a class.
const wantsDark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", wantsDark.matches);
wantsDark.addEventListener("change", follow);
follow();
