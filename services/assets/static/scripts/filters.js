// The search bar: its panels, and the names of what is chosen.

/** Lets the panels of `form` close like menus, and keeps the names of the chosen boxes in the `h4` of their filter. */
export function openFilters(form) {
  const panels = [...form.querySelectorAll("details")];
  const close = () => panels.forEach((panel) => { panel.open = false; });
  form.addEventListener("change", () => showNames(form));
  form.addEventListener("keydown", (event) => {
    const panel = event.target.closest("details[open]");
    if (event.key !== "Escape" || !panel) return;
    close();
    panel.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
  showNames(form);
  return close;
}

/** Checks the boxes that the address `url` names, and no others. */
export function showChoice(form, url) {
  const chosen = new URL(url, location.href).searchParams;
  for (const box of form.querySelectorAll("input[type=checkbox]")) {
    box.checked = chosen.getAll(box.name).includes(box.value);
  }
  showNames(form);
}

function showNames(form) {
  for (const filter of form.querySelectorAll("details")) {
    const heading = filter.querySelector("h4");
    const boxes = [...filter.querySelectorAll("input:checked")];
    const names = boxes.map((box) => box.labels[0].textContent.trim());
    heading.textContent = names.join(", ") || heading.dataset.default;
  }
}
