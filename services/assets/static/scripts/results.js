// Results without a reload: the page that a link or the form asks for is fetched, and its results take the place of these.

import { announce, isPlain, page } from "./dom.js";
import { openFilters, showChoice } from "./filters.js";
import { openReviews } from "./reviews.js";

/** The results of this page by its address, which has no fragment here. */
const seen = new Map();
let shown;
let running;

/** Makes the search of this page, if it has one, answer in place. */
export function searchInPlace() {
  const form = document.querySelector(".filters form");
  if (!form) return;
  const close = openFilters(form);
  shown = plain(location.href);
  seen.set(shown, document.getElementById("results"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    go(form, `${form.action}?${new URLSearchParams(new FormData(form))}`.replace(/\?$/, ""));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-results]");
    if (!link || !isPlain(event)) return;
    event.preventDefault();
    go(form, link.href, true);
  });
  addEventListener("popstate", () => {
    if (plain(location.href) !== shown) show(form, plain(location.href));
  });
}

function plain(url) {
  return url.split("#", 1)[0];
}

async function go(form, url, fromResults = false) {
  if (url !== plain(location.href)) history.pushState(null, "", url);
  await show(form, url);
  if (!fromResults) return;
  const title = document.getElementById("results-title");
  title.focus({ preventScroll: true });
  title.scrollIntoView({ block: "start" });
}

/** Shows the results of `url`: those seen before at once, so that going back finds the page as it was. */
async function show(form, url) {
  running?.abort();
  const { signal } = (running = new AbortController());
  shown = url;
  showChoice(form, url);
  try {
    if (!seen.has(url)) {
      document.getElementById("results").setAttribute("aria-busy", "true");
      const found = await page(url, signal);
      const results = document.adoptNode(found.getElementById("results"));
      openReviews(results);
      seen.set(url, results);
    }
    const results = seen.get(url);
    results.removeAttribute("aria-busy");
    document.getElementById("results").replaceWith(results);
    announce(results.querySelector("[data-summary]").textContent);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
}
