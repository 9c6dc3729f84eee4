"use strict";
(() => {
  const form = document.querySelector(".filters");
  const groups = [...document.querySelectorAll(".group")].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
    categories: element.dataset.category.split(" "),
    findings: [...element.querySelectorAll(".finding")],
  }));
  const output = form.querySelector("output");

  // A group shows where its check, or one of its resources, has the outcome that is asked for.
  const filter = () => {
    const { outcome, severity, category, text } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      const data = group.element.dataset;
      const has = !outcome || data.outcome === outcome || group.findings.some((f) => f.dataset.outcome === outcome);
      const show = has && (!severity || data.severity === severity) && (!category || group.categories.includes(category)) && words.every((w) => group.text.includes(w));
      group.element.hidden = !show;
      shown += show;
      for (const f of group.findings) f.hidden = Boolean(outcome) && f.dataset.outcome !== outcome;
    }
    output.value = `${shown} of ${groups.length} checks`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  filter();

  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Press Ctrl+C";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  // A link to a check opens it, and shows it although a filter hides it.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || target.tagName !== "DETAILS") return;
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
    target.querySelector("summary").focus();
  };
  addEventListener("hashchange", open);
  open();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const d of closed) d.open = true;
  });
  addEventListener("afterprint", () => { for (const d of closed) d.open = false; });
})();
