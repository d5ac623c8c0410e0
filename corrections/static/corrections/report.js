// See docs/embedding.md.
{
const script = document.currentScript;
const { endpoint: path = "/api/v1/reports/", site, highlight } = script.dataset;
const endpoint = new URL(path, script.src);
if (site) endpoint.searchParams.set("site", site);

const KEYS = `title suggestion category typo fact wording other comment email send close thanks
outside two field image 413 400 403 404 409 422 429 500 0`.split(/\s+/);
const WORDS = {
  en: `Report an error|How should it read?|What error?|typo|fact|style|other|What is wrong?|E-mail|
Send|Close|Thank you. Follow it.|Select words of the article.|Select words of one article.|
Select words, not a form.|Select words, not a picture.|Too long. Shorten it.|Failed. Reload the page.|Not from this page.|
The article is gone.|Failed. Send it again.|Check this.|Too many. Wait {n} min.|Our fault. Send it later.|
Kept, not sent. Send it again.`,
  pl: `Zgłoś błąd|Jak powinno być?|Jaki błąd?|literówka|fakt|styl|inny|Co jest nie tak?|E-mail|
Wyślij|Zamknij|Dziękujemy. Śledź.|Zaznacz słowa artykułu.|Zaznacz słowa jednego artykułu.|
Zaznacz słowa, nie formularz.|Zaznacz słowa, nie obraz.|Za długie. Skróć.|Błąd. Odśwież stronę.|Nie z tej strony.|
Artykułu już nie ma.|Błąd. Wyślij znów.|Sprawdź to.|Za dużo. Odczekaj {n} min.|Błąd u nas. Wyślij później.|
Zapisano. Wyślij znów.`,
  es: `Avisar de un error|¿Cómo debe decir?|¿Qué error?|errata|dato|estilo|otro|¿Qué está mal?|E-mail|
Enviar|Cerrar|Gracias. Seguir.|Seleccione palabras del artículo.|Seleccione palabras de un artículo.|
Seleccione palabras, no un formulario.|Seleccione palabras, no una imagen.|Demasiado largo. Acórtelo.|
Falló. Recargue la página.|No desde esta página.|El artículo ya no está.|Falló. Reenvíe.|Revise esto.|
Demasiados. Espere {n} min.|Fallo nuestro. Reenvíe luego.|Guardado, no enviado. Reenvíe.`,
  fr: `Signaler une erreur|Que faut-il lire ?|Quelle erreur ?|coquille|fait|style|autre|Où est l’erreur ?|
E-mail|Envoyer|Fermer|Merci. Suivre.|Sélectionnez des mots de l’article.|
Sélectionnez des mots d’un seul article.|Sélectionnez des mots, pas un formulaire.|Sélectionnez des mots, pas une image.|
Trop long. Raccourcissez.|Échec. Rechargez la page.|Pas depuis cette page.|L’article a disparu.|Échec. Renvoyez.|
À vérifier.|Trop. Attendez {n} min.|Échec chez nous. Renvoyez plus tard.|Gardé, pas envoyé. Renvoyez.`,
  de: `Fehler melden|Wie muss es heißen?|Welcher Fehler?|Tippfehler|Fakt|Stil|anderer|Was ist falsch?|E-Mail|
Senden|Schließen|Danke. Verfolgen.|Wörter des Artikels markieren.|Wörter eines Artikels markieren.|
Wörter markieren, kein Formular.|Wörter markieren, kein Bild.|Zu lang. Bitte kürzen.|Fehler. Seite neu laden.|
Nicht von dieser Seite.|Der Artikel ist weg.|Fehler. Bitte neu senden.|Bitte prüfen.|Zu viele. {n} Min. warten.|
Fehler bei uns. Bitte später senden.|Gemerkt, nicht gesendet. Bitte neu senden.`,
  uk: `Повідомити про помилку|Як має бути?|Яка помилка?|описка|факт|стиль|інше|Що не так?|E-mail|
Надіслати|Закрити|Дякуємо. Стежити.|Виділіть слова статті.|Виділіть слова однієї статті.|
Виділіть слова, не форму.|Виділіть слова, не фото.|Задовго. Скоротіть.|Збій. Оновіть сторінку.|Не з цієї сторінки.|
Статті вже немає.|Збій. Надішліть ще.|Перевірте.|Забагато. Зачекайте {n} хв.|Збій у нас. Надішліть пізніше.|
Збережено. Надішліть ще.`,
  ar: `الإبلاغ عن خطأ|ما الصواب؟|ما نوع الخطأ؟|إملاء|معلومة|صياغة|آخر|ما الخطأ؟|بريدك|إرسال|إغلاق|شكرًا. تابع.|
حدد كلمات من المقال.|حدد كلمات من مقال واحد.|حدد كلمات، لا حقلًا.|حدد كلمات، لا صورة.|طويل جدًا. اختصره.|
فشل. أعد تحميل الصفحة.|ليس من هذه الصفحة.|لم يعد المقال هنا.|فشل. أعد الإرسال.|راجع هذا.|كثيرة. انتظر {n} دقيقة.|
خلل عندنا. أعد الإرسال لاحقًا.|محفوظ، لم يُرسل. أعد الإرسال.`,
};
let language = document.documentElement.lang.slice(0, 2);
if (!WORDS[language]) language = "en";
const say = {};
WORDS[language].split(/\|\s*/).forEach((words, i) => (say[KEYS[i]] = words));

// As articles/text.py.
const BLOCKS = `address,article,aside,blockquote,caption,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,
h3,h4,h5,h6,header,hr,legend,li,main,nav,ol,p,pre,section,summary,table,tbody,td,tfoot,th,thead,tr,ul`;
const IGNORED = `audio,button,canvas,datalist,dialog,iframe,input,math,meter,noembed,noframes,noscript,object,plaintext,
progress,rp,script,select,style,svg,template,textarea,title,video,xmp,[hidden],[data-corrections-ignore]`;

// Up to the end of a range.
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
  const selector = ["[data-corrections-part]", "[itemprop~=articleBody],[itemprop~=headline]", "article:not(article *)", "main"]
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
    language: part.closest("[lang]")?.lang,
  };
};

// Storage may be forbidden.
let draft = {};
try {
  draft = JSON.parse(sessionStorage.newsroom);
} catch {}
const keep = changes => {
  Object.assign(draft, changes);
  try {
    sessionStorage.newsroom = JSON.stringify(draft);
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
  h("label", {}, say[name], h(tag, { name, value: draft.typed?.[name] ?? value, dir: "auto" }, ...options), h("div"));

const host = h("div", { lang: language, dir: language === "ar" ? "rtl" : "ltr" });
const dialog = h("dialog", { ariaLabel: say.title });
const note = h("p", { role: "status" });
const touch = h("button", { className: "touch", hidden: true, onpointerdown: event => event.preventDefault(), onclick: () => open() }, say.title);
const shadow = host.attachShadow({ mode: "open" });
const style = new CSSStyleSheet();
style.replaceSync(`:host{all:initial;color-scheme:inherit;font:1rem/1.5 system-ui}
*{box-sizing:border-box;font:inherit;border-radius:.6rem}
dialog,p,.touch{color:CanvasText;background:Canvas;border:1px solid #888}
dialog{width:34rem;padding:1.5rem}
h2,label,button{font-weight:600}
blockquote{margin:0;padding:1rem;background:#8882;white-space:pre-line;overflow:auto;max-height:8rem}
label{display:block;margin-top:1rem}
textarea,input,select,button{min-height:2.8rem;padding:.6rem;border:1px solid #888}
textarea,input,select{width:100%;font-weight:400}
[aria-invalid=true]{border:2px solid red}
footer,p{display:flex;gap:1rem;align-items:center;justify-content:end;margin-top:1rem}
button{padding:0 1.5rem;background:none}
.act,.touch{color:Canvas;background:CanvasText}
p,.touch{position:fixed;z-index:9999999;margin:auto;inset:auto 1rem 1rem;width:fit-content;padding:1rem}
p:empty{padding:0;border:0}`);
shadow.adoptedStyleSheets = [style];
shadow.append(dialog, note, touch);

const show = () => {
  const { exact, prefix, suffix } = draft.body.quote;
  const result = h("div", { role: "alert" });
  const send = h("button", { className: "act" }, say.send);
  const form = h("form", {}, h("h2", {}, say.title),
    h("blockquote", { dir: "auto", tabIndex: 0 }, "…" + prefix, h("mark", {}, exact), suffix + "…"),
    field("suggestion", "textarea", exact),
    field("comment", "textarea", ""),
    field("category", "select", "", ...["", ...KEYS.slice(3, 7)].map(value => h("option", { value }, say[value] || ""))),
    field("email", "input", ""),
    result, h("footer", {}, close(), send));
  form.email.type = "email";
  form.oninput = () => keep({ typed: Object.fromEntries(new FormData(form)) });
  form.onsubmit = async event => {
    event.preventDefault();
    form.oninput();
    const sent = JSON.stringify({ ...draft.body, ...draft.typed });
    if (draft.sent !== sent) keep({ sent, key: crypto.getRandomValues(new Uint32Array(4)).join("-") });
    keep({ waiting: true });
    send.disabled = true;
    result.textContent = "";
    let reply = {}, answer = {};
    try {
      reply = await fetch(endpoint, {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json", "Idempotency-Key": draft.key },
        body: sent,
        signal: AbortSignal.timeout(15000),
      });
      answer = await reply.json();
    } catch {}
    const { status = 0 } = reply;
    send.disabled = false;
    keep({ waiting: !status || status > 499 });
    if (status === 409) keep({ sent: 0 });
    if (status === 202) {
      keep({ body: 0 });
      const thanks = h("a", { href: answer.receipt }, say.thanks);
      dialog.replaceChildren(h("h2", {}, thanks), h("footer", {}, close()));
      return thanks.focus();
    }
    result.textContent = (say[status > 499 ? 500 : status === 410 ? 404 : status] || say[400])
      .replace("{n}", Math.ceil(reply.headers?.get("Retry-After") / 60) || 1);
    for (const input of form.querySelectorAll("[name]")) {
      const problem = answer.errors?.[input.name] || "";
      input.ariaInvalid = !!problem;
      input.nextSibling.textContent = problem;
      if (problem) input.focus();
    }
  };
  dialog.replaceChildren(form);
  note.replaceChildren();
  dialog.showModal();
  form.suggestion.focus();
  return form;
};

const open = () => {
  const selection = getSelection();
  try {
    if (document.activeElement.matches("input,textarea")) throw "field";
    const range = selection.getRangeAt(0);
    const body = quote(range);
    if (draft.body?.quote.exact !== body.quote.exact) draft = {};
    keep({ body });
    show();
    dialog.onclose = () => (selection.removeAllRanges(), selection.addRange(range));
  } catch (reason) {
    note.replaceChildren(say[reason] || say.outside, close());
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
      quote(range);
      const { top, bottom } = range.getBoundingClientRect();
      touch.style.inset = (bottom + 99 < innerHeight ? bottom + 44 : Math.max(9, top - 120)) + "px 1rem auto";
      touch.hidden = false;
    } catch {}
  }, 250);
};
document.addEventListener("selectionchange", place);
addEventListener("scroll", place);

const offer = () => {
  if (draft.waiting && !dialog.open) note.replaceChildren(say[0], button(say.send, () => show().requestSubmit()), close());
};
addEventListener("online", offer);
offer();
document.documentElement.append(host);
window.Newsroom = { project: element => project(element), quote, open };
if (highlight) import(new URL("highlights.js", script.src));
}
