// Photos on their way: picked, dropped, pasted or taken; sent two at a time; shown from the file until the server has
// its own thumbnail.

import { sendPhoto } from "./api.js";
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

async function sendNext(done) {
  const photo = waiting.shift();
  running += 1;
  let answer = {};
  if ($("drop").dataset.mostBytes && photo.file.size > Number($("drop").dataset.mostBytes)) {
    // The server would say the same after the whole file has been sent.
    answer = { replies: [{ kind: "photo-refused", photo: null, words: $("drop").dataset.tooLarge }] };
  } else {
    answer = await sendPhoto(photo.file).catch(() => ({}));
  }
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
