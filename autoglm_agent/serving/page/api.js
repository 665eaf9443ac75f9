// Requests to the backend that served this page, and to nowhere else.

export class SignedOut extends Error {}

// Nobody answered: the server is away, not unwilling.
export class Lost extends Error {}

async function reached(promise) {
  try {
    return await promise;
  } catch (error) {
    throw error.name === "AbortError" ? error : new Lost("The server does not answer.");
  }
}

export async function call(path, options = {}) {
  const headers = { ...options.headers };
  const token = sessionStorage.getItem("token");
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await reached(fetch(path, { ...options, headers }));
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const words = told.error ? told.error.message : `The server answered ${answer.status}.`;
  throw answer.status === 401 ? new SignedOut(words) : new Error(words);
}

export const read = async (path) => (await call(path)).json();

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// The events of a stream; one that breaks off before its end is lost.
export async function* events(path, signal) {
  const answer = await call(path, { signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reached(reader.read());
    if (done) throw new Lost("The stream broke off.");
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      if (part.startsWith("event: end")) return;
      if (part.startsWith("data: ")) yield JSON.parse(part.slice(6));
    }
  }
}
