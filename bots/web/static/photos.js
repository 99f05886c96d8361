// Photos on their way: picked, dropped, pasted or taken; sent two at a time; shown from the file until the server has
// its own thumbnail.

import { sendPhoto, sendTemplate } from "./api.js";
import { $ } from "./view.js";

const AT_ONCE = 2;
let number = 0;
let running = 0;
const waiting = [];

/** Photos that the server does not list: {key, id, state, words, preview, file}. */
export const pending = [];

export function forgetPending(keep = () => false) {
  for (let index = pending.length - 1; index >= 0; index -= 1) {
    if (keep(pending[index])) continue;
    URL.revokeObjectURL(pending[index].preview);
    pending.splice(index, 1);
  }
}

/** Take files; `done(answer)` is called after each was sent, `redraw` whenever something changed. */
function take(files, done, redraw) {
  for (const file of files) {
    number += 1;
    pending.push({ key: `file-${number}`, id: null, state: "sending", words: "", preview: URL.createObjectURL(file), file });
    waiting.push(pending.at(-1));
  }
  redraw();
  while (running < AT_ONCE && waiting.length) sendNext(done);
}

/** Say that a file is too large, as the server would after the whole of it has been sent; undefined for one that is not. */
function tooLarge(file) {
  if (!$("drop").dataset.mostBytes || file.size <= Number($("drop").dataset.mostBytes)) return undefined;
  return { replies: [{ kind: "photo-refused", photo: null, words: $("drop").dataset.tooLarge }] };
}

async function sendNext(done) {
  const photo = waiting.shift();
  running += 1;
  const answer = tooLarge(photo.file) ?? (await sendPhoto(photo.file).catch(() => ({})));
  const reply = answer.replies?.find((one) => one.kind === "photo-taken" || one.kind === "photo-refused");
  photo.id = reply?.photo ?? null;
  photo.state = reply?.kind === "photo-taken" ? "received" : "refused";
  photo.words = reply?.words ?? answer.replies?.[0]?.text ?? $("drop").dataset.wentWrong;
  running -= 1;
  done(answer);
  if (waiting.length) sendNext(done);
}

/** Connect the pickers, the drop zone and the clipboard. */
export function connectPhotos(done, redraw) {
  for (const id of ["pick", "camera"]) {
    $(id).addEventListener("change", () => {
      take([...$(id).files], done, redraw);
      $(id).value = "";
    });
  }
  const open = () => !$("photos").hidden && !$("drop").hidden;
  const files = (transfer) => [...(transfer?.files ?? [])];
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", open());
  });
  document.addEventListener("dragleave", () => $("drop").classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    $("drop").classList.remove("over");
    if (open()) take(files(event.dataTransfer), done, redraw);
  });
  document.addEventListener("paste", (event) => {
    if (open() && files(event.clipboardData).length) take(files(event.clipboardData), done, redraw);
  });
}

/** Connect the picker of a template; `done(answer)` is called once it was sent, with words where it was refused. */
export function connectTemplate(done) {
  $("template").addEventListener("change", async () => {
    const [file] = $("template").files;
    $("template").value = "";
    if (!file) return;
    const failed = { replies: [{ kind: "said", text: $("drop").dataset.wentWrong }] };
    const answer = tooLarge(file) ?? (await sendTemplate(file).catch(() => failed));
    const said = (reply) => (reply.kind === "photo-refused" ? { kind: "said", text: reply.words } : reply);
    done({ ...answer, replies: (answer.replies ?? failed.replies).map(said) });
  });
}
