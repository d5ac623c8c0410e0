// Reports errors that readers select. The tag may have data-endpoint and data-site (another site's key).
(() => {
const script = document.currentScript;
const endpoint = new URL(script.dataset.endpoint || "/api/v1/reports/", script.src);
if (script.dataset.site) endpoint.searchParams.set("site", script.dataset.site);

const WORDS = {
  en: `Report an error|How should it read?|What is wrong?|E-mail, for an answer|Send|Close|
Thank you. We have your report.|Follow it|Select the error in one article.|Too long. Please shorten it.|
Failed. Reload the page.|Not accepted from this page.|This article is gone.|Check this.|
Too many reports. Wait {n} min.|Our fault. Try again later.|Not sent. Try again.`,
  uk: `Повідомити про помилку|Як має бути?|Що не так?|E-mail для відповіді|Надіслати|Закрити|
Дякуємо. Повідомлення отримано.|Стежити|Виділіть помилку в одній статті.|Задовго. Скоротіть.|
Не вдалося. Оновіть сторінку.|З цієї сторінки не можна.|Статті вже немає.|Перевірте це.|
Забагато. Зачекайте {n} хв.|Збій у нас. Спробуйте пізніше.|Не надіслано. Спробуйте ще.`,
  pl: `Zgłoś błąd|Jak powinno być?|Co jest nie tak?|E-mail do odpowiedzi|Wyślij|Zamknij|
Dziękujemy. Mamy zgłoszenie.|Śledź je|Zaznacz błąd w jednym artykule.|Za długie. Skróć.|
Nie udało się. Odśwież stronę.|Nie z tej strony.|Artykułu już nie ma.|Sprawdź to.|
Za dużo zgłoszeń. Odczekaj {n} min.|Błąd u nas. Spróbuj później.|Nie wysłano. Spróbuj znów.`,
  de: `Fehler melden|Wie muss es heißen?|Was ist falsch?|E-Mail, für Antwort|Senden|Schließen|
Danke. Ihre Meldung ist da.|Verfolgen|Markieren Sie den Fehler in einem Artikel.|Zu lang. Bitte kürzen.|
Fehler. Bitte Seite neu laden.|Nicht von dieser Seite.|Den Artikel gibt es nicht mehr.|Bitte prüfen.|
Zu viele Meldungen. Bitte {n} Min. warten.|Fehler bei uns. Bitte später.|Nicht gesendet. Bitte noch einmal.`,
  fr: `Signaler une erreur|Que faut-il lire ?|Qu’est-ce qui est faux ?|E-mail, pour une réponse|Envoyer|Fermer|
Merci. C’est reçu.|Suivre|Sélectionnez l’erreur dans un seul article.|Trop long. Raccourcissez.|
Échec. Rechargez la page.|Pas depuis cette page.|L’article n’existe plus.|À vérifier.|
Trop de signalements. Attendez {n} min.|Panne chez nous. Réessayez plus tard.|Pas envoyé. Réessayez.`,
  es: `Avisar de un error|¿Cómo debe decir?|¿Qué está mal?|E-mail, para la respuesta|Enviar|Cerrar|
Gracias. Tenemos su aviso.|Seguirlo|Seleccione el error en un solo artículo.|Demasiado largo. Acórtelo.|
Falló. Recargue la página.|No desde esta página.|El artículo ya no existe.|Revise esto.|
Demasiados avisos. Espere {n} min.|Fallo nuestro. Reintente luego.|No enviado. Reintente.`,
  ar: `الإبلاغ عن خطأ|كيف يجب أن يكون؟|ما الخطأ؟|بريدك للرد|إرسال|إغلاق|شكرًا. وصل بلاغك.|متابعته|
حدد الخطأ في مقال واحد.|طويل جدًا. اختصره.|لم ينجح. أعد تحميل الصفحة.|ليس من هذه الصفحة.|لم يعد المقال موجودًا.|
راجع هذا.|بلاغات كثيرة. انتظر {n} دقيقة.|خلل عندنا. حاول لاحقًا.|لم يُرسل. حاول مجددًا.`,
};
const KEYS = "title suggestion comment email send close thanks follow pick 413 400 403 404 422 429 500 0".split(" ");
let language = document.documentElement.lang.slice(0, 2);
if (!WORDS[language]) language = "en";
const say = {};
WORDS[language].split(/\|\s*/).forEach((words, i) => (say[KEYS[i]] = words));

const STYLE = `:host{all:initial;color-scheme:inherit}
dialog,p,.touch{font:1rem/1.5 system-ui;color:CanvasText;background:Canvas;border:1px solid #888;border-radius:1rem}
dialog{box-sizing:border-box;width:34rem;max-width:calc(100vw - 1rem);max-height:calc(100dvh - 1rem);padding:1.5rem}
dialog::backdrop{background:#0008}
h2{margin:0 0 1rem}
blockquote{margin:0;padding:1rem;background:#8882;border-radius:1rem;white-space:pre-line;overflow:auto;max-height:8rem}
label{display:block;margin-top:1rem;font-weight:600}
textarea,input,button{box-sizing:border-box;min-height:2.8rem;padding:.6rem;font:inherit;border:1px solid #888;border-radius:.6rem}
textarea,input{width:100%;font-weight:400;field-sizing:content}
[aria-invalid=true]{border:2px solid red}
footer{display:flex;gap:1rem;justify-content:end;margin-top:1rem}
button{padding:0 1.5rem;font-weight:600;background:none}
.act,.touch{color:Canvas;background:CanvasText}
p,.touch{position:fixed;z-index:9999999;margin:auto;inset:auto 1rem 1rem;width:fit-content}
p{padding:1rem}
p:empty{opacity:0;z-index:-1}`;

// As articles/text.py.
const BLOCKS = `address,article,aside,blockquote,caption,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,
h3,h4,h5,h6,header,hr,legend,li,main,nav,ol,p,pre,section,summary,table,tbody,td,tfoot,th,thead,tr,ul`;
const IGNORED = `audio,button,canvas,datalist,dialog,iframe,input,math,meter,noembed,noframes,noscript,object,plaintext,
progress,rp,script,select,style,svg,template,textarea,title,video,xmp,[hidden],[data-corrections-ignore]`;

// Also the range's stretch, in UTF-16.
const walk = (root, range) => {
  let text = "", gap = "", start, end;
  const read = node => {
    const from = node === range?.startContainer ? range.startOffset : 0;
    const to = node === range?.endContainer ? range.endOffset : node.length;
    for (const { 0: word, 1: space, index } of node.data.matchAll(/([ \t\n\f\r]+)|[^ \t\n\f\r]+/g)) {
      if (space) gap ||= " ";
      else {
        text += text && gap;
        gap = "";
        const shift = text.length - index, first = Math.max(from, index), last = Math.min(to, index + word.length);
        if (range?.intersectsNode(node) && first < last) {
          start ??= first + shift;
          end = last + shift;
        }
        text += word;
      }
    }
  };
  const visit = parent => parent.childNodes.forEach(node => {
    if (node.nodeType === 3) read(node);
    if (!node.matches) return;
    const bound = () => node.matches("br," + BLOCKS) && (gap = "\n");
    bound();
    if (!node.matches(IGNORED)) visit(node);
    bound();
  });
  visit(root);
  return { text, start, end };
};

// Throws the key of a sentence.
const quote = range => {
  const parts = ["[data-corrections-part]", "[itemprop~=articleBody]", "article"]
    .map(selector => [...document.querySelectorAll(selector)]).find(found => found[0]) || [];
  const found = parts.map(part => ({
    part, article: part.closest("[data-corrections-article],article") || part, ...(range.intersectsNode(part) && walk(part, range)),
  })).filter(({ text, start, end }) => text?.slice(start, end).trim() && end);
  let [{ part, article, text, start, end } = {}] = found;
  if (!part || found.some(one => one.article !== article)) throw "pick";
  if (/[\uDC00-\uDFFF]/.test(text[start])) start--;
  if (/[\uD800-\uDBFF]/.test(text[end - 1])) end++;
  const exact = text.slice(start, end).trim();
  if ([...exact].length > 2000) throw 413;
  start = text.indexOf(exact, start);
  const before = [...text.slice(0, start)];
  const { correctionsArticle: id, correctionsRevision: revision } = article.dataset;
  return {
    article: id,
    url: id ? undefined : (document.querySelector("link[rel=canonical]") || location).href,
    revision: +revision || undefined,
    part: part.dataset.correctionsPart || "body",
    quote: {
      exact,
      prefix: before.slice(-64).join(""),
      suffix: [...text.slice(start + exact.length)].slice(0, 64).join(""),
      start: before.length,
    },
    language: part.closest("[lang]")?.lang,
  };
};

// Outlives the page. Storage may be forbidden.
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
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const button = (textContent, onclick) => h("button", { type: "button", textContent, onclick });
const close = () => button(say.close, () => {
  dialog.close();
  note.replaceChildren();
});
const field = (name, tag, value) => h("label", {}, say[name], h(tag, { name, value: draft[name] ?? value, dir: "auto" }), h("div"));

const host = h("div", { lang: language, dir: language === "ar" ? "rtl" : "ltr" });
const dialog = h("dialog", { ariaLabel: say.title });
const note = h("p", { role: "status" });
const touch = button(say.title, () => open());
touch.className = "touch";
touch.hidden = true;
touch.onpointerdown = event => event.preventDefault(); // keeps the selection
const shadow = host.attachShadow({ mode: "open" });
shadow.adoptedStyleSheets = [new CSSStyleSheet()];
shadow.adoptedStyleSheets[0].replaceSync(STYLE);
shadow.append(dialog, note, touch);

const show = () => {
  const { exact, prefix, suffix } = draft.body.quote;
  const result = h("div", { role: "alert" });
  const send = h("button", { className: "act", textContent: say.send });
  const form = h("form", {}, h("h2", { textContent: say.title }),
    h("blockquote", { dir: "auto", tabIndex: 0 }, "…" + prefix, h("mark", { textContent: exact }), suffix + "…"),
    field("suggestion", "textarea", exact), field("comment", "textarea", ""), field("email", "input", ""),
    result, h("footer", {}, close(), send));
  form.email.type = "email";
  form.oninput = () => keep(Object.fromEntries(new FormData(form)));
  form.onsubmit = async event => {
    event.preventDefault();
    form.oninput();
    const { body, suggestion, comment, email } = draft;
    const sent = JSON.stringify({ ...body, suggestion: suggestion === exact ? "" : suggestion, comment, email });
    // Same words, same key.
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
      const thanks = h("h2", { tabIndex: -1, textContent: say.thanks });
      const link = answer.receipt ? h("a", { href: answer.receipt, textContent: say.follow }) : "";
      dialog.replaceChildren(thanks, link, h("footer", {}, close()));
      return thanks.focus();
    }
    result.textContent = (say[status > 499 ? 500 : status] || say[400]).replace("{n}", Math.ceil(reply.headers?.get("Retry-After") / 60) || 1);
    for (const input of form.querySelectorAll("[name]")) {
      const problem = answer.errors?.[input.name] || "";
      input.ariaInvalid = !!problem;
      input.nextSibling.textContent = problem;
      if (problem) input.focus();
    }
  };
  dialog.replaceChildren(form);
  note.replaceChildren();
  touch.hidden = true;
  dialog.showModal();
  form.suggestion.focus();
  return form;
};

const open = () => {
  const selection = getSelection();
  try {
    const range = selection.getRangeAt(0);
    const body = quote(range);
    if (draft.body?.quote.exact !== body.quote.exact) draft = { email: draft.email };
    keep({ body });
    show();
    dialog.onclose = () => (selection.removeAllRanges(), selection.addRange(range));
  } catch (reason) {
    note.replaceChildren(say[reason] || say.pick, close());
  }
};

addEventListener("keydown", event => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || event.defaultPrevented) return;
  if (dialog.open) dialog.querySelector("form")?.requestSubmit();
  else open();
});

// Below the selection's handles or above the system's menu.
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
window.Newsroom = { project: element => walk(element).text, quote, open };
})();
