"use strict";
// Filters the items by the words typed: every word must occur. Nothing else happens here.
const field = document.getElementById("search");
const found = document.getElementById("found");
const items = [...document.querySelectorAll("article[data-search]")];
const chapters = [...document.querySelectorAll("section.chapter")].map((section) => {
  const entry = document.querySelector(`nav a[href="#${CSS.escape(section.id)}"]`).parentElement;
  return { section, entry, count: entry.querySelector("span"), items: [...section.querySelectorAll("article")] };
});
function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of items) item.hidden = !words.every((word) => item.dataset.search.includes(word));
  let shown = 0;
  for (const chapter of chapters) {
    const hits = chapter.items.filter((item) => !item.hidden).length;
    chapter.section.hidden = hits === 0;
    chapter.entry.hidden = hits === 0;
    chapter.count.textContent = hits;
    shown += hits;
  }
  found.textContent = words.length ? `${shown} of ${items.length} items` : "";
  history.replaceState(null, "", words.length ? `#?${encodeURIComponent(field.value)}` : location.pathname);
}
field.addEventListener("input", filter);
if (location.hash.startsWith("#?")) { field.value = decodeURIComponent(location.hash.slice(2)); filter(); }
