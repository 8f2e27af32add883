// The dot in the header: lit while the API answers.

/** Asks the API once, and shows what it said on `dot`. */
export async function showStatus(dot) {
  let available = false;
  try {
    const answer = await fetch("/api/v1/status");
    available = answer.ok && (await answer.json()).status === "OK";
  } catch {
    // Not reached: the dot stays grey.
  }
  dot.classList.toggle("available", available);
  dot.setAttribute("aria-label", available ? "The API is available" : "The API is not available");
}
