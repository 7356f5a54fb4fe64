// Comfort only: every page works without this file.

// A post's length as its platform counts it, while one types.
for (const area of document.querySelectorAll("textarea[data-count]")) {
  const shown = area.form.querySelector(`[data-counted="${area.id}"]`);
  let timer, asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const sent = new FormData(area.form);
    sent.set("text", area.value);
    const answer = await fetch(area.dataset.count, { method: "POST", body: sent });
    if (!answer.ok || mine !== asked) return;
    const { length, limit, over } = await answer.json();
    const text = document.createElement("span");
    text.className = over ? "counted over" : "counted";
    text.textContent = `${length} / ${limit}` + (over ? ` · ${over} too long` : "");
    shown.replaceChildren(text);
  };
  area.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 250); });
}

// What was typed and not saved is not lost by a click on something else.
let unsaved = null;
for (const form of document.querySelectorAll("form:has(textarea)")) {
  form.addEventListener("input", () => { unsaved = form; });
}
document.addEventListener("submit", (event) => { if (event.target === unsaved) unsaved = null; });
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

// A second click on the same button while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// The preview's width and colours stay as chosen from one edition to the next.
for (const name of ["width", "dark"]) {
  const choices = document.querySelectorAll(`.preview input[name=${name}]`);
  const kept = sessionStorage.getItem(name);
  for (const choice of choices) {
    if (kept !== null) choice.checked = choice.type === "radio" ? choice.value === kept : kept === "on";
    choice.addEventListener("change", () => {
      sessionStorage.setItem(name, choice.type === "radio" ? choice.value : choice.checked ? "on" : "");
    });
  }
}

// An edition on its way: its numbers follow. When something else than a number changes, so does
// the whole page.
const live = document.querySelector("[data-live]");
if (live) {
  const looks = [];
  let leaving = false;
  document.addEventListener("submit", () => { leaving = true; });
  const look = async () => {
    const begun = performance.now();
    const answer = document.hidden ? null : await fetch(live.dataset.live).catch(() => null);
    if (leaving || answer?.redirected) return;
    if (answer?.ok) {
      const box = document.createElement("template");
      box.innerHTML = await answer.text();
      const fresh = box.content.querySelector("[data-state]");
      if (fresh.dataset.state !== live.dataset.state) return location.reload();
      live.replaceChildren(...fresh.childNodes);
      looks.push({ at: begun, done: Number(fresh.dataset.done) });
      while (begun - looks[0].at > 15_000) looks.shift();
      tellRate(Number(fresh.dataset.waiting));
    }
    // A ledger of millions takes a moment to count: most of the time is left to the sending.
    setTimeout(look, Math.max(1000, 10 * (performance.now() - begun)));
  };
  const tellRate = (waiting) => {
    const [first, last] = [looks[0], looks.at(-1)];
    const rate = (last.done - first.done) / ((last.at - first.at) / 1000);
    const shown = live.querySelector("[data-rate]");
    if (!shown || !(rate > 0)) return;
    const speed = rate < 2 ? `${Math.round(rate * 60)} a minute` : `${Math.round(rate).toLocaleString("en")} a second`;
    const minutes = Math.ceil(waiting / rate / 60);
    const left = minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
    shown.textContent = `, ${speed}, about ${left} left`;
  };
  setTimeout(look, 1000);
}
