// The way to the server: requests that carry the page's token, uploads with progress of their own, and the events.

const page = crypto.getRandomValues(new Uint32Array(2)).join("-");
let token = "";

function headers(more = {}) {
  return { "X-CSRF-Token": token, "X-Page": page, ...more };
}

async function answer(response) {
  const body = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  if (body.state) token = body.state.token;
  return body;
}

/** Fetch everything that the page is drawn from. */
export async function fetchState() {
  const response = await fetch("/api/state", { cache: "no-store" });
  if (response.status === 429) throw new Error((await response.json()).replies[0].text, { cause: 429 });
  if (!response.ok) throw new Error(`The state came with ${response.status}.`);
  const state = await response.json();
  token = state.token;
  return state;
}

/** Say one event to the conversation; resolves to {replies, state}. */
export async function say(event, fields = {}) {
  const body = JSON.stringify({ event, ...fields });
  return answer(await fetch("/api/say", { method: "POST", headers: headers(), body }));
}

/** Send one photo; resolves to {replies, state}. */
export const sendPhoto = (file) => sendFile("/api/photos", file);

/** Send a picture in whose place the person wants to be painted; resolves to {replies, state}. */
export const sendTemplate = (file) => sendFile("/api/template", file);

async function sendFile(address, file) {
  const body = new FormData();
  body.append("photo", file, file.name || "photo");
  return answer(await fetch(address, { method: "POST", headers: headers(), body }));
}

/** Tell that a result is on the page, so that it need not be sent again. */
export function seen(notice) {
  const body = JSON.stringify({ notices: [notice] });
  return fetch("/api/seen", { method: "POST", headers: headers({ "Content-Type": "application/json" }), body });
}

/**
 * Listen to events after a state's cursor. `on` has: news({notice, replies}), progress(reply), look() when another page
 * or a lost connection may have changed something, and online(yes).
 */
export function listen(cursor, on) {
  const source = new EventSource(`/api/events?after=${encodeURIComponent(cursor)}`);
  const data = (handle) => (event) => handle(JSON.parse(event.data));
  source.addEventListener("news", data(on.news));
  source.addEventListener("progress", data(on.progress));
  source.addEventListener("resync", () => on.look());
  source.addEventListener("changed", data((by) => by === page || on.look()));
  source.addEventListener("open", () => on.online(true));
  source.addEventListener("error", () => on.online(false));
  return source;
}
