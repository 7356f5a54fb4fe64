// Comfort only: every page works without this file.

// A post's length as its platform counts it, while one types.
for (const area of document.querySelectorAll("textarea[data-count]")) {
  const shown = area.form.querySelector("[data-counted]");
  let timer, asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const answer = await fetch(area.dataset.count, { method: "POST", body: new FormData(area.form) });
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
