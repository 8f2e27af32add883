// The reviews of a card, opened in place; without this, a link leads to their page.

import { announce, page } from "./dom.js";

/** Makes a button that opens them of each link to reviews on a card below `root`. */
export function openReviews(root) {
  for (const link of root.querySelectorAll("a[data-reviews]")) {
    const button = document.createElement("button");
    const word = document.createElement("span");
    button.type = "button";
    button.className = "toggle over";
    button.setAttribute("aria-expanded", "false");
    button.append(...link.childNodes, " ", word);
    word.textContent = "show";
    button.addEventListener("click", () => toggle(button, word, link.href));
    link.replaceWith(button);
  }
}

async function toggle(button, word, url) {
  const card = button.closest("article");
  const open = card.querySelector(".opened");
  if (open) {
    open.remove();
  } else if (!button.ariaBusy) {
    button.ariaBusy = "true";
    try {
      card.append(await list(url));
    } catch {
      location.assign(url);
    }
    button.ariaBusy = null;
  }
  const shown = card.querySelector(".opened") !== null;
  word.textContent = shown ? "hide" : "show";
  button.setAttribute("aria-expanded", String(shown));
}

async function list(url) {
  const found = (await page(url)).getElementById("reviews");
  const list = document.createElement("div");
  list.className = "opened over";
  list.append(...found.children);
  announce(`Reviews shown: ${list.querySelectorAll(".review").length}`);
  return list;
}
