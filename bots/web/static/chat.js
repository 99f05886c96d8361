// The page: asks for the state, draws it, says what the person does, and looks again when something has happened.

import { fetchState, listen, say, seen } from "./api.js";
import { connectPhotos, connectTemplate, forgetPending, pending } from "./photos.js";
import { $, drawChat, drawPhotos, drawProgress, drawSections, drawStyles } from "./view.js";
import { view } from "./viewer.js";

let state = null;
let progress = null;
let styling = false;
let source = null;
const lines = [];
const noticed = new Set();

function draw() {
  if (!state) return;
  if (progress && progress.request !== state.active?.id) progress = null;
  drawSections(state, styling);
  drawPhotos(state, pending, removePhoto);
  drawStyles(state, (style) => act("style-chosen", { style }));
  if (state.active) drawProgress(state.active, progress ?? state.active.progress);
  drawChat(state, lines, view);
  const here = `${state.name} ${styling}`;
  if (document.body.dataset.here && document.body.dataset.here !== here) goToNext();
  document.body.dataset.here = here;
}

/** Bring what is to be done next into view, and the keyboard's focus with it where its button has gone. */
function goToNext() {
  const open = ["consent", "progress", "styles", "photos"].map($).find((section) => !section.hidden);
  const target = open ?? $("chat").lastElementChild;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const block = target.offsetHeight > window.innerHeight * 0.7 ? "start" : "nearest";
  requestAnimationFrame(() => target.scrollIntoView({ behavior, block }));
  if (open && !document.activeElement?.checkVisibility()) open.focus({ preventScroll: true });
  if (open && document.activeElement === document.body) open.focus({ preventScroll: true });
}

function take(answer) {
  if (answer.state) state = answer.state;
  draw();
  for (const reply of answer.replies ?? []) {
    // The same sentence twice in a row says nothing new.
    if (reply.kind === "said" && lines.at(-1)?.text !== reply.text) lines.push({ key: `said-${lines.length}`, text: reply.text });
    if (reply.kind === "sitter-asked") askSitter(reply.set);
    if (reply.kind === "forgotten") showReceipt(reply.text);
  }
  draw();
}

async function act(event, fields) {
  styling = false;
  document.body.setAttribute("aria-busy", "true");
  try {
    take(await say(event, fields));
  } catch {
    $("offline").hidden = false;
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

async function look() {
  try {
    state = await fetchState();
    forgetPending((photo) => photo.state !== "received" || state.photos.some((one) => one.id === photo.id));
    draw();
    if (state.receipts.length) showReceipt(state.receipts.join("\n"));
  } catch (error) {
    if (error.cause === 429) $("offline").textContent = error.message;
    $("offline").hidden = false;
  }
}

async function news({ notice, replies }) {
  if (!noticed.has(notice)) {
    noticed.add(notice);
    await look();
    take({ replies: replies.filter((reply) => reply.kind === "said") });
  }
  seen(notice).catch(() => noticed.delete(notice));
}

function removePhoto(photo) {
  const index = pending.findIndex((one) => one === photo || (one.id && one.id === photo.id));
  if (index >= 0) pending.splice(index, 1);
  if (photo.id) act("photo-removed", { photo_id: photo.id });
  else draw();
}

/** Ask whether whoever is seen in the photos agreed. Closed without an answer, it is asked again with the next style. */
function askSitter(set) {
  const answer = (event) => () => { $("sitter-ask").close(); act(event, { set_id: set }); };
  $("sitter-yes").onclick = answer("sitter-agreed");
  $("sitter-no").onclick = answer("sitter-denied");
  $("sitter-ask").showModal();
}

function showReceipt(text) {
  source?.close();
  $("receipt-words").textContent = text;
  $("receipt").showModal();
  $("receipt").addEventListener("close", () => location.reload());
}

function connectButtons() {
  $("consent-yes").onclick = () => act("consent-given", { version: state.consentVersion });
  $("photos-done").onclick = () => act("photos-done");
  $("photos-clear").onclick = () => { forgetPending(); act("photos-cleared"); };
  $("cancel").onclick = $("template-drop").onclick = () => act("cancel-asked");
  $("again").onclick = () => act("again-asked");
  $("new-photos").onclick = $("photos-change").onclick = () => act("photos-more-asked");
  $("quota").onclick = () => act("quota-asked");
  $("other-style").onclick = () => {
    styling = true;
    draw();
    $("gallery").querySelector("button")?.focus();
  };
  $("forget").onclick = () => $("forget-ask").showModal();
  $("forget-no").onclick = () => $("forget-ask").close();
  $("forget-yes").onclick = () => { $("forget-ask").close(); act("forget-confirmed"); };
  $("receipt-close").onclick = () => $("receipt").close();
}

connectButtons();
connectPhotos(take, draw);
connectTemplate(take);
await look();
if (state) {
  source = listen(state.cursor, {
    news,
    look,
    progress: (reply) => {
      if (reply.kind === "progress") progress = reply;
      else if (state.active && reply.request === state.active.id) state.active.position = reply.words;
      if (reply.request === state.active?.id) draw();
      else look();
    },
    online: (yes) => { $("offline").hidden = yes; },
  });
}
