// Small helpers that the other modules share.

/** Says `text` to those who listen to the page. */
export function announce(text) {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
}

/** The page at `url`, as a document; throws when there is none to show. */
export async function page(url, signal) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, signal });
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Whether a click asks for this page and not for another tab or a download. */
export function isPlain(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}
