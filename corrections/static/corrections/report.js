// Reports errors that readers select. Its tag may carry data-endpoint and data-site, the key of another site.
(() => {
  const script = document.currentScript;
  const endpoint = new URL(script.dataset.endpoint || "/api/v1/reports/", script.src);
  if (script.dataset.site) endpoint.searchParams.set("site", script.dataset.site);

  const WORDS = {
    en: `Report an error|How should it read?|What is wrong?|E-mail, if you want an answer|Send|Close|
Thank you. We have your report.|Follow it|First select the wrong words in one article.|Too long. Please shorten it.|
This failed. Please reload the page.|Not accepted from this page.|This article is gone.|Please check this.|
Too many reports. Please wait {n} min.|Our fault. Try again later.|Not sent yet. Try again.`,
    uk: `Повідомити про помилку|Як має бути?|Що не так?|E-mail, якщо хочете відповіді|Надіслати|Закрити|
Дякуємо. Повідомлення отримано.|Стежити|Виділіть помилку в тексті однієї статті.|Задовго. Скоротіть.|
Не вдалося. Оновіть сторінку.|З цієї сторінки не можна.|Статті вже немає.|Перевірте це.|
Забагато повідомлень. Зачекайте {n} хв.|Збій у нас. Спробуйте пізніше.|Не надіслано. Спробуйте ще.`,
    pl: `Zgłoś błąd|Jak powinno być?|Co jest nie tak?|E-mail, jeśli chcesz odpowiedzi|Wyślij|Zamknij|
Dziękujemy. Mamy zgłoszenie.|Śledź je|Zaznacz błąd w tekście jednego artykułu.|Za długie. Skróć.|
Nie udało się. Odśwież stronę.|Nie z tej strony.|Artykułu już nie ma.|Sprawdź to.|
Za dużo zgłoszeń. Odczekaj {n} min.|Błąd u nas. Spróbuj później.|Nie wysłano. Spróbuj ponownie.`,
    de: `Fehler melden|Wie muss es heißen?|Was ist falsch?|E-Mail, falls Sie Antwort wünschen|Senden|Schließen|
Danke. Ihre Meldung ist da.|Verfolgen|Markieren Sie den Fehler im Text eines Artikels.|Zu lang. Bitte kürzen.|
Fehlgeschlagen. Bitte Seite neu laden.|Von dieser Seite nicht möglich.|Den Artikel gibt es nicht mehr.|Bitte prüfen.|
Zu viele Meldungen. Bitte {n} Min. warten.|Fehler bei uns. Bitte später.|Nicht gesendet. Bitte noch einmal.`,
    fr: `Signaler une erreur|Que faut-il lire ?|Qu’est-ce qui est faux ?|E-mail, pour une réponse|Envoyer|Fermer|
Merci. Nous l’avons reçu.|Le suivre|Sélectionnez l’erreur dans le texte d’un article.|Trop long. Raccourcissez.|
Échec. Rechargez la page.|Pas depuis cette page.|L’article n’existe plus.|À vérifier.|
Trop de signalements. Attendez {n} min.|Panne chez nous. Réessayez plus tard.|Pas envoyé. Réessayez.`,
    es: `Avisar de un error|¿Cómo debe decir?|¿Qué está mal?|E-mail, si quiere respuesta|Enviar|Cerrar|
Gracias. Tenemos su aviso.|Seguirlo|Seleccione el error en el texto de un artículo.|Demasiado largo. Acórtelo.|
Falló. Recargue la página.|No desde esta página.|El artículo ya no existe.|Revise esto.|
Demasiados avisos. Espere {n} min.|Fallo nuestro. Reintente luego.|No enviado. Reintente.`,
    ar: `الإبلاغ عن خطأ|كيف يجب أن يكون؟|ما الخطأ؟|بريدك إن أردت ردًا|إرسال|إغلاق|شكرًا. وصل بلاغك.|متابعته|
حدد الخطأ في نص مقال واحد.|طويل جدًا. اختصره.|لم ينجح. أعد تحميل الصفحة.|ليس من هذه الصفحة.|لم يعد المقال موجودًا.|
راجع هذا.|بلاغات كثيرة. انتظر {n} دقيقة.|خلل عندنا. حاول لاحقًا.|لم يُرسل. حاول مجددًا.`,
  };
  const KEYS = "title suggestion comment email send close thanks follow pick 413 400 403 404 422 429 500 0".split(" ");
  const page = document.documentElement.lang.slice(0, 2);
  const language = WORDS[page] ? page : "en";
  const say = {};
  WORDS[language].split(/\|\s*/).forEach((words, i) => (say[KEYS[i]] = words));

  const STYLE = `:host{all:initial;color-scheme:inherit}
dialog,p,.touch{font:1rem/1.5 system-ui;color:CanvasText;background:Canvas;border:1px solid #8886;border-radius:1rem;
box-shadow:0 .5rem 2rem #0005}
dialog{box-sizing:border-box;width:34rem;max-width:calc(100vw - 1rem);max-height:calc(100dvh - 1rem);padding:1.5rem}
dialog::backdrop{background:#0008}
h2{margin:0 0 1rem;font-size:1.3rem}
blockquote{margin:0;padding:1rem;background:#8882;border-radius:.5rem;white-space:pre-line;overflow:auto;max-height:8rem}
label{display:block;margin-top:1rem;font-weight:600}
textarea,input{box-sizing:border-box;width:100%;min-height:2.8rem;max-height:12rem;padding:.6rem;font:inherit;font-weight:400;
border:1px solid #888;border-radius:.5rem;field-sizing:content}
[aria-invalid=true]{border:2px solid red}
footer{display:flex;gap:.5rem;justify-content:end;margin-top:1rem}
button{min-height:2.8rem;padding:0 1.4rem;font:inherit;font-weight:600;background:none;border:1px solid #888;border-radius:2rem}
.act,.touch{color:Canvas;background:CanvasText}
p,.touch{position:fixed;z-index:2147483647;margin:auto;inset:auto 1rem 1rem}
p{max-width:34rem;padding:1rem}
p:empty{opacity:0;pointer-events:none}
[hidden]{display:none}`;

  // As articles/text.py.
  const BLOCKS = `address,article,aside,blockquote,caption,center,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,
h3,h4,h5,h6,header,hgroup,hr,legend,li,main,menu,nav,ol,p,pre,search,section,summary,table,tbody,td,tfoot,th,thead,tr,ul`;
  const IGNORED = `audio,button,canvas,datalist,dialog,iframe,input,math,meter,noembed,noframes,noscript,object,plaintext,
progress,rp,script,select,style,svg,template,textarea,title,video,xmp,[hidden],[data-corrections-ignore]`;

  // Also says which stretch of the text, in UTF-16, lies in the range.
  const walk = (root, range) => {
    let text = "", gap = "", start, end;
    const read = node => {
      const from = node === range?.startContainer ? range.startOffset : 0;
      const to = node === range?.endContainer ? range.endOffset : node.length;
      for (const { 0: word, index } of node.data.matchAll(/[ \t\n\f\r]+|[^ \t\n\f\r]+/g)) {
        if (/[ \t\n\f\r]/.test(word)) gap ||= " ";
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

  const quoteIn = (root, range) => {
    let { text, start, end } = walk(root, range);
    if (/[\uDC00-\uDFFF]/.test(text[start])) start--;
    if (/[\uD800-\uDBFF]/.test(text[end - 1])) end++;
    const exact = text.slice(start, end).trim();
    if (!end || !exact) return;
    start = text.indexOf(exact, start);
    const before = [...text.slice(0, start)];
    return {
      exact,
      prefix: before.slice(-64).join(""),
      suffix: [...text.slice(start + exact.length)].slice(0, 64).join(""),
      start: before.length,
    };
  };

  // Throws the key of a sentence if there is no quote.
  const quote = range => {
    const parts = ["[data-corrections-part]", "[itemprop~=articleBody]", "article", "main"]
      .map(selector => [...document.querySelectorAll(selector)]).find(found => found[0]) || [];
    const found = parts.filter(part => range.intersectsNode(part) && quoteIn(part, range));
    const articles = found.map(part => part.closest("[data-corrections-article],article"));
    if (!found[0] || articles.some(article => article !== articles[0])) throw "pick";
    const passage = quoteIn(found[0], range);
    if ([...passage.exact].length > 2000) throw 413;
    const { correctionsArticle: article, correctionsRevision: revision } = articles[0]?.dataset || {};
    return {
      article,
      url: article ? undefined : (document.querySelector("link[rel=canonical]") || location).href,
      revision: +revision || undefined,
      part: found[0].dataset.correctionsPart || "body",
      quote: passage,
      language: found[0].closest("[lang]")?.lang,
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
  const button = (textContent, onclick, className = "") => h("button", { type: "button", textContent, onclick, className });
  const close = () => button(say.close, () => (dialog.close(), note.replaceChildren()));
  const field = (name, tag, value) => h("label", {}, say[name], h(tag, { name, value: draft[name] ?? value, dir: "auto" }), h("div"));

  const host = h("div", { lang: language, dir: language === "ar" ? "rtl" : "ltr" });
  const dialog = h("dialog", { ariaLabel: say.title });
  const note = h("p", { role: "status" });
  const touch = button(say.title, () => open(), "touch");
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
    const form = h("form", { noValidate: true }, h("h2", { textContent: say.title }),
      h("blockquote", { dir: "auto", tabIndex: 0 }, "…" + prefix, h("mark", { textContent: exact }), suffix + "…"),
      field("suggestion", "textarea", exact), field("comment", "textarea", ""), field("email", "input", ""),
      result, h("footer", {}, close(), send));
    form.email.type = "email";
    form.oninput = () => keep(Object.fromEntries(new FormData(form)));
    form.onkeydown = event => {
      if (asked(event)) form.requestSubmit();
    };
    form.onsubmit = async event => {
      event.preventDefault();
      if (send.disabled) return;
      form.oninput();
      const { body, suggestion, comment, email } = draft;
      const sent = JSON.stringify({ ...body, suggestion: suggestion === exact ? "" : suggestion, comment, email });
      // Same words, same key.
      if (draft.sent !== sent) keep({ sent, key: crypto.getRandomValues(new Uint32Array(4)).join("-") });
      keep({ waiting: true });
      send.disabled = true;
      result.textContent = "";
      let status = 0, answer = {}, wait;
      try {
        const reply = await fetch(endpoint, {
          method: "POST",
          credentials: "omit",
          headers: { "Content-Type": "application/json", "Idempotency-Key": draft.key },
          body: sent,
          signal: AbortSignal.timeout(15000),
        });
        wait = reply.headers.get("Retry-After");
        status = reply.status;
        answer = await reply.json();
      } catch {}
      send.disabled = false;
      keep({ waiting: !status || status > 499 });
      if (status === 409) keep({ sent: "" });
      if (status === 202) {
        keep({ body: 0 });
        const thanks = h("h2", { tabIndex: -1, textContent: say.thanks });
        dialog.replaceChildren(thanks, h("a", { href: answer.receipt, textContent: say.follow }), h("footer", {}, close()));
        return thanks.focus();
      }
      result.textContent = (say[status > 499 ? 500 : status] || say[400]).replace("{n}", Math.ceil(wait / 60) || 1);
      for (const name of ["email", "comment", "suggestion"]) {
        const problem = answer.errors?.[name];
        form[name].ariaInvalid = !!problem;
        form[name].nextSibling.textContent = problem || "";
        if (problem) form[name].focus();
      }
    };
    dialog.replaceChildren(form);
    note.replaceChildren();
    touch.hidden = true;
    dialog.open || dialog.showModal();
    form.suggestion.focus();
    return form;
  };

  const open = () => {
    const selection = getSelection();
    try {
      const range = selection.getRangeAt(0), body = quote(range);
      if (draft.body?.quote.exact !== body.quote.exact) draft = { email: draft.email };
      keep({ body });
      show();
      dialog.onclose = () => (selection.removeAllRanges(), selection.addRange(range));
    } catch (reason) {
      note.replaceChildren(say[reason] || say.pick, close());
    }
  };

  const asked = event => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat;
  addEventListener("keydown", event => {
    if (asked(event) && !event.defaultPrevented && !dialog.open) open();
  });

  // Below the selection's handles or above the system's menu.
  let timer;
  const place = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      touch.hidden = true;
      if (dialog.open || !matchMedia("(any-pointer:coarse)").matches) return;
      try {
        const range = getSelection().getRangeAt(0), { top, bottom } = range.getBoundingClientRect();
        quote(range);
        touch.style.top = (bottom + 99 < innerHeight ? bottom + 44 : Math.max(9, top - 120)) + "px";
        touch.hidden = false;
      } catch {}
    }, 250);
  };
  document.addEventListener("selectionchange", place);
  addEventListener("scroll", place);

  const offer = () => {
    if (draft.waiting && !dialog.open) note.replaceChildren(say[0], button(say.send, () => show().requestSubmit()), close());
  };
  const begin = () => {
    document.body.append(host);
    offer();
  };
  addEventListener("online", offer);
  document.body ? begin() : addEventListener("DOMContentLoaded", begin);
  window.Newsroom = { project: element => walk(element).text, quote, open };
})();
