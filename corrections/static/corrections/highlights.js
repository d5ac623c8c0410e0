// Marks passages that were reported or corrected, without a change of the page, where the script's tag asks for it.
// report.js loads it: see docs/embedding.md.
const { endpoint = "/api/v1/reports/", site, highlight } = document.querySelector("script[data-highlight]").dataset;

const ROOTS = ["[data-corrections-part]", "[itemprop~=articleBody],[itemprop~=headline]", "article", "main", "body"];
const SILENT = "script,style,template,button,select,textarea,noscript,[hidden],[data-corrections-ignore]";

const address = () => {
  const page = document.querySelector("link[rel=canonical],[property='og:url']") || location;
  const url = new URL("../passages/", new URL(endpoint, import.meta.url));
  url.searchParams.set("url", page.href || page.content);
  if (site) url.searchParams.set("site", site);
  return url;
};

// What stands in an element apart from white space, of which markup of other sites may have more or less,
// and for each UTF-16 unit of it the node and the offset there.
const read = root => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const places = [];
  let text = "";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest(SILENT)) continue;
    for (let offset = 0; offset < node.length; offset++) {
      if (/\s/.test(node.data[offset])) continue;
      text += node.data[offset];
      places.push([node, offset]);
    }
  }
  return { text, places };
};

const bare = words => words.replace(/\s+/g, "");

const find = ({ text, places }, { exact, prefix, suffix }) => {
  const [words, before] = [bare(exact), bare(prefix)];
  const at = text.indexOf(before + words + bare(suffix));
  if (at < 0 || !words) return null;
  const [first, last] = [places[at + before.length], places[at + before.length + words.length - 1]];
  return new StaticRange({
    startContainer: first[0], startOffset: first[1], endContainer: last[0], endOffset: last[1] + 1,
  });
};

const show = async () => {
  const { passages } = await (await fetch(address(), { credentials: "omit" })).json();
  const selector = ROOTS.find(one => document.querySelector(one));
  const texts = [...document.querySelectorAll(selector)].map(read);
  for (const kind of ["reported", "corrected"].filter(one => highlight.split(/\s+/).includes(one))) {
    const ranges = passages.filter(passage => passage.kind === kind)
      .map(passage => texts.map(text => find(text, passage)).find(Boolean)).filter(Boolean);
    CSS.highlights.set(`newsroom-${kind}`, new Highlight(...ranges));
  }
  // In a layer, so that a site's own rule for ::highlight(newsroom-corrected) wins.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@layer newsroom{
::highlight(newsroom-reported){text-decoration:underline dotted}
::highlight(newsroom-corrected){background-color:#4a85}}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};

if (CSS.highlights) show();
