// A portrait, large: arrow keys and buttons go through the portraits of one request.

import { $ } from "./view.js";

let portraits = [];
let at = 0;

function show(index) {
  at = (index + portraits.length) % portraits.length;
  const portrait = portraits[at];
  $("viewer-picture").src = portrait.url;
  $("viewer-picture").alt = portrait.alt;
  $("viewer-words").textContent = [portrait.likeness, portrait.grade].filter(Boolean).join(" · ");
  $("viewer-download").href = `${portrait.url}?download`;
  $("viewer-previous").hidden = $("viewer-next").hidden = portraits.length < 2;
}

/** Open the viewer at one of `list`. */
export function view(list, index) {
  portraits = list;
  show(index);
  $("viewer").showModal();
}

$("viewer-previous").onclick = () => show(at - 1);
$("viewer-next").onclick = () => show(at + 1);
$("viewer-close").onclick = () => $("viewer").close();
$("viewer").addEventListener("click", (event) => { if (event.target === $("viewer")) $("viewer").close(); });
$("viewer").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) show(at + step);
});
