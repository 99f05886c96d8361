// Draws the page from the server's state. Knows no words and no rules: every sentence comes with the state, or stands in
// the page's templates. Elements are found by key and kept, so that focus, scrolling and pictures survive a redraw.

export const $ = (id) => document.getElementById(id);

const clone = (id) => $(id).content.firstElementChild.cloneNode(true);

/** Make `list` hold one element for each item, in order; `make` is called once for each key, `fill` at every redraw. */
function sync(list, items, key, make, fill) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const element = old.get(key(item)) ?? make(item);
    element.dataset.key = key(item);
    old.delete(key(item));
    fill(element, item);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  old.forEach((element) => element.remove());
}

function picture(image, url) {
  if (image.dataset.url === (url ?? "")) return;
  image.dataset.url = url ?? "";
  image.hidden = !url;
  image.onerror = () => { image.hidden = true; };
  if (url) image.src = url;
}

/** The chat as far as it follows from the state: what was asked, how it ended, and what is to be done next. */
function told(state) {
  const lines = [{ key: "greeting", text: state.greeting }];
  if (state.consented) lines.push({ key: "agreed", text: $("consent-yes").textContent, mine: true });
  for (const request of state.finished) {
    lines.push({ key: `asked-${request.id}`, text: request.title, mine: true });
    lines.push({ key: `ended-${request.id}`, text: request.words, portraits: request.portraits });
  }
  if (state.active) lines.push({ key: `asked-${state.active.id}`, text: state.active.title, mine: true });
  const prompt = { collecting: state.photosAsk, choosing: state.stylesAsk }[state.name];
  if (state.consented && prompt) lines.push({ key: `${state.name}-${state.finished.length}`, text: prompt });
  return lines;
}

/** Bring `lines`, the chat so far, up to the state: known lines are updated, new ones come last, none go. */
export function drawChat(state, lines, view) {
  const known = new Map(lines.map((line) => [line.key, line]));
  for (const line of told(state)) {
    if (known.has(line.key)) Object.assign(known.get(line.key), line);
    else lines.push(line);
  }
  sync($("chat"), lines, (line) => line.key, (line) => {
    const element = clone(line.mine ? "a-saying" : "a-message");
    element.querySelector(".bubble").append(Object.assign(document.createElement("p"), { className: "text" }));
    return element;
  }, (element, line) => {
    const text = element.querySelector(".text");
    if (text.textContent !== line.text) text.textContent = line.text;
    if (line.portraits?.length) drawPortraits(element, line.portraits, view);
  });
}

function drawPortraits(message, portraits, view) {
  message.classList.add("wide");
  let list = message.querySelector(".portraits");
  if (!list) {
    list = Object.assign(document.createElement("ul"), { className: "portraits" });
    message.querySelector(".bubble").append(list);
  }
  sync(list, portraits, (portrait) => portrait.id, () => clone("a-portrait"), (element, portrait) => {
    const image = element.querySelector("img");
    picture(image, portrait.url);
    image.alt = portrait.alt;
    element.querySelector(".likeness").textContent = portrait.likeness;
    element.querySelector(".grade").textContent = portrait.grade;
    element.querySelector("a").href = `${portrait.url}?download`;
    element.querySelector("button").onclick = () => view(portraits, portraits.indexOf(portrait));
  });
}

/** Draw the photos: those on the server and `pending`, which are on their way or were refused at the door. */
export function drawPhotos(state, pending, remove) {
  const known = new Set(state.photos.map((photo) => photo.id));
  const shown = [...state.photos, ...pending.filter((photo) => !photo.id || !known.has(photo.id))];
  const previews = new Map(pending.filter((photo) => photo.id).map((photo) => [photo.id, photo.preview]));
  const fill = (element, photo) => {
    element.dataset.state = photo.state;
    element.querySelector(".reason").textContent = photo.words;
    picture(element.querySelector("img"), photo.thumbnail ?? previews.get(photo.id) ?? photo.preview);
    const button = element.querySelector(".remove");
    button.hidden = photo.state === "sending" || state.name === "choosing";
    button.onclick = () => remove(photo);
  };
  const key = (photo) => photo.id ?? photo.key;
  const make = () => clone("a-tile");
  sync($("photos-good"), shown.filter((photo) => photo.state !== "refused"), key, make, fill);
  sync($("photos-refused"), shown.filter((photo) => photo.state === "refused"), key, make, fill);
  $("photos-summary").textContent = state.count.words;
  $("photos-done").disabled = !state.count.ready;
  const settled = state.name === "choosing";
  $("photos-clear").hidden = settled || shown.length === 0;
  $("photos-done").hidden = $("photos-refused").hidden = settled;
  $("photos-change").hidden = !settled;
  $("drop").hidden = settled || state.count.full;
}

export function drawStyles(state, choose) {
  sync($("gallery"), state.styles, (style) => style.name, () => clone("a-style"), (element, style) => {
    picture(element.querySelector("img"), style.preview);
    element.querySelector("b").textContent = style.title;
    element.querySelector(".words").textContent = style.words;
    element.querySelector("button").onclick = () => choose(style.name);
  });
}

const STAGES = ["prepare", "train", "render"];

export function drawProgress(active, progress) {
  $("progress-style").textContent = active.title;
  const stage = progress?.words ?? active.words;
  if ($("progress-stage").textContent !== stage) $("progress-stage").textContent = stage;
  $("progress-steps").textContent = progress?.steps ?? active.position;
  $("progress-eta").textContent = progress?.eta ?? "";
  $("preview").hidden = !active.preview;
  picture($("preview-picture"), active.preview);
  $("preview-words").textContent = active.previewWords;
  const now = STAGES.indexOf(progress?.stage);
  STAGES.forEach((name, index) => {
    const bar = $(`stage-${name}`);
    const share = progress?.total ? progress.done / progress.total : 0;
    bar.value = index < now ? 1 : index === now ? share : 0;
    bar.classList.toggle("now", index === now);
  });
}

/** Show the sections that belong to where we are. `styling` says that the person asked for another style. */
export function drawSections(state, styling) {
  const show = (id, yes) => { $(id).hidden = !yes; };
  const collecting = state.consented && ["new", "collecting"].includes(state.name);
  const earlier = collecting && state.hasFace && state.photos.length === 0;
  show("consent", !state.consented);
  show("photos", collecting || (state.name === "choosing" && state.photos.length > 0));
  show("styles", state.name === "choosing" || earlier || (state.name === "done" && styling));
  show("progress", Boolean(state.active));
  show("next", state.name === "done");
  show("other-style", !styling);
  show("template-waits", state.template);
  show("quota", state.consented);
  show("forget", true);
  $("quota-number").textContent = state.quota.available;
  $("quota").title = state.quota.words;
}
