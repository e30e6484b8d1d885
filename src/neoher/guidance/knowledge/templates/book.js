"use strict";
// Filters the items by the words typed: every word must occur. Nothing else happens here.
const field = document.getElementById("search");
const found = document.getElementById("found");
const items = [...document.querySelectorAll("article[data-search]")];
const chapters = [...document.querySelectorAll("section.chapter")];
function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of items) {
    const hit = words.every((word) => item.dataset.search.includes(word));
    item.hidden = !hit;
    if (hit) shown += 1;
  }
  for (const chapter of chapters) chapter.hidden = !chapter.querySelector("article:not([hidden])");
  found.textContent = words.length ? `${shown} of ${items.length} items` : "";
  history.replaceState(null, "", words.length ? `#?${encodeURIComponent(field.value)}` : location.pathname);
}
field.addEventListener("input", filter);
if (location.hash.startsWith("#?")) { field.value = decodeURIComponent(location.hash.slice(2)); filter(); }
