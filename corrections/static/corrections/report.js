// See docs/embedding.md.
{
const script = document.currentScript;
const { endpoint: path = "/api/v1/reports/", site, highlight } = script.dataset;
const endpoint = new URL(path, script.src);
if (site) endpoint.searchParams.set("site", site);

const KEYS = `title suggestion category typo fact wording other comment email thank name send close thanks outside 0`.split(" ");
const WORDS = {
  en: `Report an error|How should it read?|What kind of error?|typo|fact|wording|other|What is wrong?|
E-mail, for the answer|Thank me by name|Name, for the published notice|Send|Close|
Thank you. Follow your report here.|Select words of the article first.|Not sent, but kept here. Send it again.`,
  pl: `Zgłoś błąd|Jak powinno być?|Jaki to błąd?|literówka|fakt|sformułowanie|inny|Co jest nie tak?|
E-mail, na odpowiedź|Podziękujcie mi z nazwiska|Nazwisko w opublikowanej nocie|Wyślij|Zamknij|
Dziękujemy. Śledź zgłoszenie tutaj.|Najpierw zaznacz słowa artykułu.|
Nie wysłano, ale zachowano. Wyślij ponownie.`,
  es: `Avisar de un error|¿Cómo debe decir?|¿Qué tipo de error?|errata|dato|redacción|otro|¿Qué está mal?|
E-mail, para la respuesta|Agradecer por mi nombre|Nombre en la nota publicada|Enviar|Cerrar|
Gracias. Siga aquí su aviso.|Seleccione antes palabras del artículo.|
No enviado, pero guardado. Reenvíelo.`,
  fr: `Signaler une erreur|Que faut-il lire ?|Quel type d’erreur ?|coquille|fait|formulation|autre|Où est l’erreur ?|
E-mail, pour la réponse|Me remercier par mon nom|Nom, dans la note publiée|Envoyer|Fermer|
Merci. Suivez ici votre signalement.|Sélectionnez d’abord des mots de l’article.|
Pas envoyé, mais gardé ici. Renvoyez-le.`,
  de: `Fehler melden|Wie muss es heißen?|Was für ein Fehler?|Tippfehler|Fakt|Formulierung|anderer|Was ist falsch?|
E-Mail, für die Antwort|Mir namentlich danken|Name in der veröffentlichten Notiz|Senden|Schließen|
Danke. Verfolgen Sie die Meldung hier.|Bitte zuerst Wörter des Artikels markieren.|
Nicht gesendet, aber gemerkt. Bitte neu senden.`,
  uk: `Повідомити про помилку|Як має бути?|Яка це помилка?|описка|факт|формулювання|інше|Що не так?|
E-mail для відповіді|Подякуйте мені на ім’я|Ім’я в опублікованій примітці|Надіслати|Закрити|
Дякуємо. Стежте за повідомленням тут.|Спершу виділіть слова статті.|
Не надіслано, але збережено. Надішліть ще раз.`,
  ar: `الإبلاغ عن خطأ|ما الصواب؟|ما نوع الخطأ؟|إملاء|معلومة|صياغة|آخر|ما الخطأ؟|بريدك، للرد|اشكروني بالاسم|
الاسم في الملاحظة المنشورة|إرسال|إغلاق|شكرًا. تابع بلاغك هنا.|حدد أولًا كلمات من المقال.|
لم يُرسل، لكنه محفوظ. أعد الإرسال.`,
};
let language = document.documentElement.lang.slice(0, 2);
if (!WORDS[language]) language = "en";
const say = {};
WORDS[language].split(/\|\s*/).forEach((words, i) => (say[KEYS[i]] = words));

const explain = async (key, otherwise) =>
  (await import(new URL("sentences.js", script.src)).catch(() => 0)).default?.[language][key] || say[otherwise];

// As articles/text.py.
const BLOCKS = `address,article,aside,blockquote,caption,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,
h3,h4,h5,h6,header,hr,legend,li,main,nav,ol,p,pre,section,summary,table,tbody,td,tfoot,th,thead,tr,ul`;
const IGNORED = `audio,button,canvas,datalist,dialog,iframe,input,math,meter,noembed,noframes,noscript,object,plaintext,
progress,rp,script,select,style,svg,template,textarea,title,video,xmp,[hidden],[data-corrections-ignore]`;

const project = (root, limit) => {
  let text = "", gap = "";
  const visit = parent => parent.childNodes.forEach(node => {
    if (node.nodeType === 3 && !(limit?.comparePoint(node, 0) > 0)) {
      const data = node === limit?.endContainer ? node.data.slice(0, limit.endOffset) : node.data;
      for (const [word, space] of data.matchAll(/([ \t\n\f\r]+)|[^ \t\n\f\r]+/g)) {
        if (!space) text += (text && gap) + word;
        gap = space ? gap || " " : "";
      }
    }
    if (!node.matches) return;
    const bound = () => node.matches("br," + BLOCKS) && (gap = "\n");
    bound();
    if (!node.matches(IGNORED)) visit(node);
    bound();
  });
  visit(root);
  return text;
};

// Throws the key of a sentence.
const quote = range => {
  if (!range.toString().trim()) throw range.collapsed ? "outside" : "image";
  const selector = ["[data-corrections-part]", "[itemprop~=articleBody],[itemprop~=headline]", "article:not(article *)", "main", "body"]
    .find(selector => document.querySelector(selector));
  const found = [...document.querySelectorAll(selector)].map(part => {
    const limit = range.cloneRange(), reach = () => [...project(part, limit)].length;
    limit.setStart(part, 0);
    const end = reach();
    limit.setEnd(range.startContainer, range.startOffset);
    const start = reach(), text = [...project(part)], words = text.slice(start, end).join("");
    return { part, article: part.closest("[data-corrections-article],article") || part, text, start, words };
  }).filter(one => one.words.trim());
  if (!found[0]) throw "outside";
  const [{ part, article, text, start, words }] = found;
  if (found.some(one => one.article !== article)) throw "two";
  const exact = words.trim(), from = start + words.indexOf(exact), to = from + [...exact].length;
  if (to - from > 2000) throw 413;
  const { correctionsArticle: id, correctionsRevision: revision } = article.dataset;
  const page = document.querySelector("link[rel=canonical],[property='og:url']") || location;
  return {
    article: id,
    url: page.href || page.content,
    revision: +revision,
    part: part.dataset.correctionsPart,
    quote: {
      exact,
      prefix: text.slice(0, from).slice(-64).join(""),
      suffix: text.slice(to).slice(0, 64).join(""),
      start: id && from,
    },
    language: part.closest("[lang]")?.lang.replace("_", "-"),
  };
};

// Storage may be forbidden.
let drafts = {}, draft;
try {
  drafts = JSON.parse(sessionStorage.newsroom);
} catch {}
const keep = changes => {
  Object.assign(draft, changes);
  try {
    sessionStorage.newsroom = JSON.stringify(drafts);
  } catch {}
};

const h = (tag, properties, ...children) => {
  const element = document.createElement(tag);
  element.append(...children);
  return Object.assign(element, properties);
};
const button = (words, onclick) => h("button", { type: "button", onclick }, words);
const close = () => button(say.close, () => {
  dialog.close();
  note.replaceChildren();
});
const field = (name, tag, value, ...options) =>
  h("label", {}, say[name],
    h(tag, { name, value: draft.typed?.[name] ?? value, dir: "auto", maxLength: 4000 }, ...options), h("div"));

const host = h("div", { lang: language, dir: language === "ar" ? "rtl" : "ltr" });
const dialog = h("dialog", { ariaLabel: say.title });
const note = h("p", { role: "status" });
const touch = h("button", { className: "touch", hidden: true, onpointerdown: event => event.preventDefault(), onclick: () => open() }, say.title);
const shadow = host.attachShadow({ mode: "open" });
const style = new CSSStyleSheet();
style.replaceSync(`:host{all:initial;color-scheme:inherit;font:1rem/1.5 system-ui}
*{box-sizing:border-box;font:inherit}
dialog,p,button,blockquote,textarea,input,select{border:1px solid #888;border-radius:.6rem;color:CanvasText;background:Canvas}
dialog{width:34rem;padding:1.5rem}
h2{margin:0 0 1rem;font-size:1.3rem}
h2,label,summary,button{font-weight:600}
blockquote{margin:0;padding:1rem;background:#8882;white-space:pre-line;overflow:auto;max-height:10rem}
label{display:grid;gap:.3rem}
label,summary,[role=alert]{margin-top:1rem}
textarea,input,select,button{min-height:3rem;padding:.6rem}
textarea,input,select{width:100%;font-weight:400}
[aria-invalid=true],[role=alert]:not(:empty){border:2px solid #d33;border-radius:.6rem;padding:.6rem}
footer,p{display:flex;flex-wrap:wrap;gap:1rem;align-items:center;justify-content:end;margin-top:1rem}
button{padding:0 1.5rem}
.act,.touch{color:Canvas;background:CanvasText;forced-color-adjust:none}
:disabled{opacity:.5}
p,.touch{position:fixed;z-index:99999;margin:auto;inset:auto 1rem 1rem;width:fit-content;padding:1rem}
p:empty{padding:0;border:0}`);
shadow.adoptedStyleSheets = [style];
shadow.append(dialog, note, touch);

const show = () => {
  const { exact, prefix, suffix } = draft.body.quote;
  const result = h("div", { role: "alert" }), send = h("button", { className: "act" }, say.send);
  const form = h("form", {}, h("h2", {}, say.title),
    h("blockquote", { dir: "auto", tabIndex: 0 },
      prefix.replace(/.*\n|\S{0,9}/s, "…"), h("mark", {}, exact), suffix.replace(/\n.*|\s?\S{0,9}$/s, "…")),
    field("suggestion", "textarea", exact),
    field("comment", "textarea", ""),
    field("category", "select", "", ...["", ...KEYS.slice(3, 7)].map(value => h("option", { value }, say[value] || ""))),
    field("email", "input", ""),
    h("details", { open: !!draft.typed?.name }, h("summary", {}, say.thank), field("name", "input", "")),
    result, h("footer", {}, close(), send));
  form.email.type = "email";
  form.oninput = () => keep({ typed: Object.fromEntries(new FormData(form)) });
  form.onsubmit = async event => {
    event.preventDefault();
    form.oninput();
    const sent = JSON.stringify({ ...draft.body, ...draft.typed, credit: !!draft.typed.name.trim() });
    if (draft.sent !== sent) keep({ sent, key: crypto.getRandomValues(new Uint32Array(4)).join("-") });
    keep({ waiting: true });
    send.disabled = true;
    result.textContent = "";
    let reply = {}, answer = {};
    try {
      reply = await fetch(endpoint, {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json", "Accept-Language": language, "Idempotency-Key": draft.key },
        body: sent,
        signal: AbortSignal.timeout(15e3),
      });
      answer = await reply.json();
    } catch {
      if (!reply.status && endpoint.origin !== origin) {
        await fetch(script.src, { mode: "no-cors", cache: "no-store" }).then(() => (reply = { status: "refused" }), () => 0);
      }
    }
    const { status } = reply;
    send.disabled = false;
    keep({ waiting: !(status < 500), sent: status !== 409 && sent });
    if (status === 202) {
      delete drafts[exact + " "];
      keep();
      const thanks = h("a", { href: answer.receipt }, say.thanks);
      dialog.replaceChildren(h("h2", {}, thanks), h("footer", {}, close()));
      return thanks.focus();
    }
    result.textContent = (await explain(status > 499 ? 500 : status, 0))
      .replace("{n}", Math.ceil(reply.headers?.get("Retry-After") / 60) || 1);
    result.scrollIntoView();
    for (const input of form.querySelectorAll("[name]")) {
      const problem = answer.errors?.[input.name];
      input.ariaInvalid = !!problem;
      input.nextSibling.textContent = problem;
      if (problem) input.focus();
    }
  };
  explain();
  dialog.replaceChildren(form);
  note.replaceChildren();
  dialog.showModal();
  form.suggestion.focus();
  return form;
};

const open = async () => {
  const selection = getSelection();
  touch.hidden = true;
  try {
    const { selectionStart, selectionEnd } = document.activeElement;
    if (selectionStart < selectionEnd) throw "field";
    if (selectionStart >= 0) return;
    const range = selection.getRangeAt(0);
    const body = quote(range);
    draft = drafts[body.quote.exact + " "] ??= {};
    keep({ body });
    show();
    dialog.onclose = () => (selection.removeAllRanges(), selection.addRange(range));
  } catch (reason) {
    note.replaceChildren(await explain(reason, "outside"), close());
  }
};

addEventListener("keydown", event => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || event.defaultPrevented) return;
  if (dialog.open) dialog.querySelector("form")?.requestSubmit();
  else open();
});

let timer;
const place = () => {
  clearTimeout(timer);
  touch.hidden = true;
  timer = setTimeout(() => {
    if (dialog.open || !matchMedia("(any-pointer:coarse)").matches) return;
    try {
      const range = getSelection().getRangeAt(0);
      try {
        quote(range);
      } catch (reason) {
        if (reason === "outside") return;
      }
      const { top, bottom } = range.getBoundingClientRect();
      const y = bottom + 99 < innerHeight ? bottom + 44 : top - 120;
      touch.style.inset = Math.min(Math.max(9, y), innerHeight - 70) + "px 1rem auto";
      touch.hidden = false;
    } catch {}
  }, 250);
};
document.addEventListener("selectionchange", place);
addEventListener("scroll", place);

const offer = () => {
  if (dialog.open) return;
  draft = Object.values(drafts).find(one => one.waiting);
  if (draft) note.replaceChildren(say[0], button(say.send, () => show().requestSubmit()), close());
};
addEventListener("online", offer);
offer();
document.documentElement.append(host);
window.Newsroom = { project, quote, open };
if (highlight) import(new URL("highlights.js", script.src));
}
