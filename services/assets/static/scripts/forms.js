// Texts with a limit tell how much of it is left.

/** Counts the characters of each text that names its limit. */
export function countCharacters() {
  for (const field of document.querySelectorAll("textarea[data-limit]")) {
    const limit = Number(field.dataset.limit);
    const output = field.parentElement.querySelector("output");
    const count = () => {
      // As the API counts: by code points, a line break as one.
      const length = [...field.value].length;
      output.textContent = `${length} of ${limit} characters`;
      output.classList.toggle("over", length > limit);
    };
    field.addEventListener("input", count);
    count();
  }
}
